"""Plans the reminders of a place: a day before and an hour before, each once."""

from datetime import timedelta

from django.utils import timezone

from classroom.models import Registration
from outbox.services import enqueue_mail

#: How long before the class each reminder is sent, by its name in the mail's ids.
REMINDERS = {"day": timedelta(days=1), "hour": timedelta(hours=1)}


def plan_reminders(registration: Registration) -> None:
    """Ask for the reminders that are still to come; for the same date a second call changes nothing.

    Each names the date it was planned for: when the class has moved meanwhile, the mail is not
    sent, and the ones planned at the move are.
    """
    starts_at = registration.live_class.starts_at
    if starts_at is None:
        return
    given = f"{registration.registered_at.timestamp():.6f}"
    for name, before in REMINDERS.items():
        due_at = starts_at - before
        if due_at <= timezone.now():
            continue
        enqueue_mail(
            template="class_reminder",
            ids={
                "registration": registration.pk,
                "which": name,
                "starts_at": starts_at.isoformat(),
            },
            key=f"class_reminder:{registration.pk}:{name}:{starts_at.timestamp():.0f}:{given}",
            due_at=due_at,
        )
