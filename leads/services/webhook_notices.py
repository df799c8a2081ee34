"""Asks for the mails to administrators about a webhook that switched itself off."""

from django.db.models import Q

from leads.models import WebhookEndpoint
from outbox.services import enqueue_mail
from people.models import User
from people.roles import Role

TEMPLATE = "webhook_disabled"


def administrators() -> list[User]:
    """Logins that run the clinic's settings and can be written to."""
    found = User.objects.filter(
        Q(is_superuser=True) | Q(groups__name=Role.ADMINISTRATOR.value), is_active=True
    )
    return list(found.exclude(email="").distinct().order_by("pk"))


def ask_for_mails(*, endpoint_id: int, key: str) -> None:
    """Ask for one mail to each administrator, unless the endpoint is on again; twice is once."""
    if not WebhookEndpoint.objects.filter(pk=endpoint_id, disabled_at__isnull=False).exists():
        return
    for user in administrators():
        enqueue_mail(
            template=TEMPLATE,
            ids={"endpoint": endpoint_id, "user": user.pk},
            key=f"{key}:{user.pk}",
        )
