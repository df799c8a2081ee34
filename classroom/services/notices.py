"""Moves, delays and cancels classes, and has everybody with a place told once."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from classroom.models import ClassNotice, LiveClass, Registration
from classroom.selectors import class_itself
from classroom.services.drafts import write_into_draft
from classroom.services.presence import follow_changed_class
from classroom.services.questionnaires import plan_questionnaire
from classroom.services.registration import fill_places
from classroom.services.reminders import plan_reminders
from cms.services.content_version import bump_content_version
from outbox.services import enqueue_effect, enqueue_mail, record_audit
from people.models import User

TELL = "classroom.tell_everybody"


class NoticeRefused(Exception):
    """The class cannot be changed that way now; the text says why."""


def move_class(
    *, live_class: LiveClass, starts_at: datetime, by: User, note: str = "", late: bool = False
) -> ClassNotice:
    """Give the class, and its translations, another date; everybody with a place is told once.

    Reminders follow the new date, attendance is clipped by it. Raises NoticeRefused for a class
    without a date or cancelled, for the date it has, and for one in the past.
    """
    with transaction.atomic():
        itself = _locked(live_class)
        if itself.starts_at is None or itself.cancelled_at:
            raise NoticeRefused("The class has no date, or is cancelled.")
        if starts_at == itself.starts_at or (not late and starts_at < timezone.now()):
            raise NoticeRefused("That is the date it has, or one in the past.")
        before = itself.starts_at
        _change(itself, starts_at=starts_at, told_starts_at=starts_at)
        kind = ClassNotice.Kind.LATE if late else ClassNotice.Kind.MOVED
        notice = _tell(itself, kind=kind, by=by, note=note, before=before, after=starts_at)
        _follow_date(itself)
        return notice


def announce_published_date(*, page: LiveClass, by: User | None) -> ClassNotice | None:
    """Take over the date that a publication brought; who has a place is told if it is another one.

    The translations get it too. A second call changes nothing.
    """
    with transaction.atomic():
        itself = _locked(page)
        if page.starts_at == itself.told_starts_at:
            return None
        before = itself.told_starts_at
        _change(itself, starts_at=page.starts_at, told_starts_at=page.starts_at)
        if before is None or not itself.registrations.filter(cancelled_at=None).exists():
            return None
        moved = ClassNotice.Kind.MOVED
        notice = _tell(itself, kind=moved, by=by, before=before, after=page.starts_at)
        _follow_date(itself)
        return notice


def _follow_date(itself: LiveClass) -> None:
    """Reminders and attendance go by the new date."""
    itself.refresh_from_db()
    for place in Registration.objects.filter(live_class=itself).with_place():
        place.live_class = itself
        plan_reminders(place)
        plan_questionnaire(place)
    follow_changed_class(live_class=itself)


def delay_class(*, live_class: LiveClass, minutes: int, by: User, note: str = "") -> ClassNotice:
    """Say that the class begins that many minutes later than planned."""
    starts_at = class_itself(live_class).starts_at
    if starts_at is None:
        raise NoticeRefused("The class has no date.")
    later = starts_at + timedelta(minutes=minutes)
    return move_class(live_class=live_class, starts_at=later, by=by, note=note, late=True)


def cancel_class(*, live_class: LiveClass, by: User, note: str = "") -> ClassNotice:
    """Call the class off; everybody is told once, and nobody is absent. Raises NoticeRefused."""
    with transaction.atomic():
        itself = _locked(live_class)
        if itself.cancelled_at:
            raise NoticeRefused("The class is cancelled already.")
        _change(itself, cancelled_at=timezone.now())
        return _tell(itself, kind=ClassNotice.Kind.CANCELLED, by=by, note=note)


def hold_class_after_all(*, live_class: LiveClass, by: User, note: str = "") -> ClassNotice:
    """Take a cancellation back; places and turns stand as they did. Raises NoticeRefused."""
    with transaction.atomic():
        itself = _locked(live_class)
        if not itself.cancelled_at:
            raise NoticeRefused("The class is not cancelled.")
        _change(itself, cancelled_at=None)
        notice = _tell(itself, kind=ClassNotice.Kind.HELD, by=by, note=note)
    fill_places(live_class=live_class)
    return notice


def tell_everybody(*, notice_id: int) -> int:
    """Ask for one mail to each place the notice is about; a second call asks for none again."""
    notice = ClassNotice.objects.get(pk=notice_id)
    places = Registration.objects.filter(
        live_class=notice.live_class, registered_at__lte=notice.at, cancelled_at=None
    )
    for pk in places.values_list("pk", flat=True):
        enqueue_mail(
            template="class_notice",
            ids={"registration": pk, "notice": notice.pk},
            key=f"class_notice:{notice.pk}:{pk}",
        )
    return places.count()


def _locked(live_class: LiveClass) -> LiveClass:
    return LiveClass.objects.select_for_update(of=("self",)).get(pk=class_itself(live_class).pk)


def _change(itself: LiveClass, **fields: datetime | None) -> None:
    """Change the class and its translations as they stand, and in the drafts that editors have."""
    twins = LiveClass.objects.filter(translation_key=itself.translation_key)
    for twin in twins:
        LiveClass.objects.filter(pk=twin.pk).update(
            **fields, calendar_changes=F("calendar_changes") + 1
        )
        if "starts_at" in fields:
            write_into_draft(twin, starts_at=fields["starts_at"])
    bump_content_version()  # an update tells nobody that what is shown has changed


def _tell(
    itself: LiveClass,
    *,
    kind: ClassNotice.Kind,
    by: User | None,
    note: str = "",
    before: datetime | None = None,
    after: datetime | None = None,
) -> ClassNotice:
    notice = ClassNotice.objects.create(
        live_class=itself,
        kind=kind,
        starts_before=before,
        starts_at=after,
        note=" ".join(note.split())[:300],
        by=by,
    )
    enqueue_effect(kind=TELL, payload={"notice": notice.pk}, key=f"{TELL}:{notice.pk}")
    record_audit(
        actor=f"user:{by.pk}" if by else "system",
        action=f"class.{kind}",
        subject=f"class:{itself.pk}",
        detail={"notice": notice.pk},
    )
    return notice
