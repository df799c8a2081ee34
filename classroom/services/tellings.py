"""Keeps the list of what is told by hand: what comes on it, what is told, taken back, forgotten."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from classroom.models import Registration, Telling
from outbox.services import record_audit
from people.models import Person, User

#: How long rows stay after they were told, or had lost their sense.
KEPT = timedelta(days=30)
#: What a reminder adds nothing to while it waits: it names the day, the time and the link already.
SAYS_AS_MUCH = (Telling.About.PLACE, Telling.About.NOTICE)


def put_on_list(telling: Telling) -> bool:
    """Have something told by hand; returns whether it waits now because of this call.

    It takes the place of what waited for the same subject, unless that is newer, or says as much
    as a reminder would. What was put here before, told or not, is not put here again. `telling`
    is an unsaved row.
    """
    with transaction.atomic():
        person = Person.objects.select_for_update().filter(pk=telling.person_id).first()
        if person is None or telling.lasts_until <= timezone.now() or not _stands(telling):
            return False
        same = Telling.objects.filter(person=person, subject=telling.subject)
        if same.filter(Q(key=telling.key) | Q(since__gt=telling.since)).exists():
            return False
        waits = same.filter(told_at=None).first()
        if waits is not None:
            alive = waits.lasts_until > timezone.now()
            reminds = telling.about == Telling.About.REMINDER
            if alive and reminds and waits.about in SAYS_AS_MUCH:
                return False
            waits.delete()
        telling.save()
    return True


def _stands(telling: Telling) -> bool:
    """Whether the place it is about was not given back; it is held until the transaction ends."""
    if telling.registration_id is None:
        return True
    places = Registration.objects.select_for_update().filter(pk=telling.registration_id)
    return places.filter(cancelled_at=None).exists()


def mark_told(*, tellings: Iterable[Telling], by: User) -> int:
    """Note who told it and when; returns how many had not been told. Audited for each person."""
    told = 0
    with transaction.atomic():
        now = timezone.now()
        for telling in tellings:
            changed = Telling.objects.filter(pk=telling.pk, told_at=None).update(
                told_at=now, told_by=by
            )
            if changed:
                told += 1
                _audit(telling, action="telling.told", by=by)
    return told


def take_told_back(*, tellings: Iterable[Telling], by: User) -> int:
    """Let it wait again; returns how many do. What was told since in its place stays as it is."""
    waiting = 0
    with transaction.atomic():
        for telling in tellings:
            Person.objects.select_for_update().filter(pk=telling.person_id).first()
            newer = Telling.objects.filter(
                person_id=telling.person_id, subject=telling.subject
            ).exclude(pk=telling.pk)
            if newer.filter(Q(told_at=None) | Q(since__gt=telling.since)).exists():
                continue
            changed = (
                Telling.objects.filter(pk=telling.pk)
                .exclude(told_at=None)
                .update(told_at=None, told_by=None)
            )
            if changed:
                waiting += 1
                _audit(telling, action="telling.taken_back", by=by)
    return waiting


def forget_tellings(*, registration: Registration) -> None:
    """Take from the list what waits about a place or turn that is given back.

    What is to be said about a whole series goes with its last place; until then it points to
    another one.
    """
    waiting = Telling.objects.filter(person_id=registration.person_id, told_at=None)
    waiting.filter(registration=registration).exclude(about=Telling.About.SERIES).delete()
    of_series = waiting.filter(registration=registration, about=Telling.About.SERIES).first()
    if of_series is None:
        return
    other = (
        Registration.objects.filter(
            person_id=registration.person_id,
            cancelled_at=None,
            live_class__series_id=registration.live_class.series_id,
            live_class__starts_at__gte=timezone.now(),
        )
        .exclude(pk=registration.pk)
        .order_by(F("waits_since").asc(nulls_first=True), "live_class__starts_at")
        .first()
    )
    if other is None:
        of_series.delete()
        return
    of_series.registration, of_series.live_class_id = other, other.live_class_id
    of_series.link = Telling.Link.JOIN if other.has_place else Telling.Link.CLASS
    of_series.save(update_fields=["registration", "live_class", "link"])


def forget_invitation(*, registration: Registration) -> None:
    """Take the invitation to answer questions from the list; they are answered."""
    Telling.objects.filter(
        registration=registration, about=Telling.About.QUESTIONNAIRE, told_at=None
    ).delete()


def clear_old_tellings() -> int:
    """Delete what was told, or had lost its sense, 30 days ago; returns how many rows."""
    before = timezone.now() - KEPT
    old = Telling.objects.filter(Q(told_at__lt=before) | Q(lasts_until__lt=before))
    return old.delete()[0]


def _audit(telling: Telling, *, action: str, by: User) -> None:
    record_audit(
        actor=f"user:{by.pk}",
        action=action,
        subject=f"person:{telling.person.external_id}",
        detail={"about": telling.about, "class": telling.live_class_id},
    )
