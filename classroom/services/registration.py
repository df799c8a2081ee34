"""Gives and takes back places in classes and turns on their waiting lists; no consent to profiling is needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from classroom.models import ChildPlace, LiveClass, Registration
from classroom.selectors import class_itself, places_left_of, registration_of
from classroom.services.questionnaires import plan_questionnaire
from classroom.services.questions import ask_question, withdraw_question
from classroom.services.reminders import plan_reminders
from classroom.services.tellings import forget_tellings
from cms.models import Access
from outbox.services import enqueue_mail
from people.models import Person

CHILDREN_AT_MOST = 6


class NoPlace(Exception):
    """The class is over, cancelled, without a date, or for staff alone."""


class ClassFull(NoPlace):
    """Every place is taken; there is a turn on the waiting list for who asks for one."""


@dataclass(frozen=True)
class Child:
    """A child who comes along: what it is called, and the year it was born in."""

    nickname: str
    birth_year: int


def register_person(
    *,
    live_class: LiveClass,
    person: Person,
    may_wait: bool = False,
    question: str = "",
    children: Sequence[Child] = (),
    channel: str = "",
    with_mail: bool = True,
) -> Registration:
    """Keep a place, or with `may_wait` a turn on the waiting list; raises NoPlace and ClassFull.

    The first time a mail confirms it, with the join link and the calendar, and reminders are
    planned; without `with_mail` the caller confirms it. A second call changes nothing but a
    question or children that it brings.
    """
    with transaction.atomic():
        itself = _locked(live_class)
        now = timezone.now()
        if itself.cancelled_at or itself.ends_at is None or itself.ends_at < now:
            raise NoPlace
        if itself.access == Access.STAFF:
            raise NoPlace
        registration = registration_of(live_class=itself, person=person)
        if registration is None:
            full = places_left_of(itself) == 0
            if full and not may_wait:
                raise ClassFull
            registration = _new_registration(
                itself, person, waits_since=now if full else None, channel=channel
            )
            _confirm(registration, with_mail=with_mail)
        _add(registration, question=question, children=children)
        return registration


def _new_registration(
    live_class: LiveClass, person: Person, *, waits_since: datetime | None, channel: str
) -> Registration:
    registration, _ = Registration.objects.update_or_create(
        live_class=live_class,
        person=person,
        defaults={
            "registered_at": timezone.now(),
            "cancelled_at": None,
            "waits_since": waits_since,
            "channel": channel,
        },
    )
    if live_class.told_starts_at is None:
        LiveClass.objects.filter(pk=live_class.pk).update(told_starts_at=live_class.starts_at)
    return registration


def _confirm(registration: Registration, *, with_mail: bool = True) -> None:
    """Write once for each time the place or the turn was given, and plan what follows."""
    moment = registration.waits_since or registration.registered_at
    if with_mail:
        enqueue_mail(
            template="class_turn" if registration.waits_since else "class_place",
            ids={"registration": registration.pk},
            key=f"class_place:{registration.pk}:{moment.timestamp():.6f}",
        )
    if registration.waits_since is None:
        plan_reminders(registration)
        plan_questionnaire(registration)


def _add(registration: Registration, *, question: str, children: Sequence[Child]) -> None:
    if question.strip():
        ask_question(
            person=registration.person,
            text=question,
            language=registration.live_class.locale.language_code,
            page=registration.live_class,
            registration=registration,
        )
    known = set(registration.children.values_list("nickname", "birth_year"))
    room = CHILDREN_AT_MOST - len(known)
    wanted = [child for child in children if (child.nickname, child.birth_year) not in known]
    for child in wanted[: max(0, room)]:
        # One by one: what hears of a child that comes hears nothing of rows made in bulk.
        ChildPlace.objects.create(
            registration=registration, nickname=child.nickname, birth_year=child.birth_year
        )


def cancel_registration(*, live_class: LiveClass, person: Person) -> bool:
    """Give a place or a turn back; the longest waiting gets the place. Returns whether there was one."""
    with transaction.atomic():
        itself = _locked(live_class)
        registration = registration_of(live_class=itself, person=person)
        if registration is None:
            return False
        registration.cancelled_at = timezone.now()
        registration.save(update_fields=["cancelled_at"])
        withdraw_question(registration=registration)
        registration.children.all().delete()
        forget_tellings(registration=registration)
        _fill_places(itself)
    return True


def fill_places(*, live_class: LiveClass) -> list[int]:
    """Give free places to who waits, the longest first; returns the registrations. Idempotent."""
    with transaction.atomic():
        return _fill_places(_locked(live_class))


def _fill_places(live_class: LiveClass) -> list[int]:
    """Needs the class locked; a class that is over or cancelled gives no place any more."""
    ends_at = live_class.ends_at
    if live_class.cancelled_at or ends_at is None or ends_at < timezone.now():
        return []
    left = places_left_of(live_class)
    waiting = Registration.objects.filter(live_class=live_class).waiting()
    filled = []
    for registration in waiting if left is None else waiting[:left]:
        registration.waits_since = None
        registration.registered_at = timezone.now()
        registration.save(update_fields=["waits_since", "registered_at"])
        _confirm(registration)
        filled.append(registration.pk)
    return filled


def _locked(live_class: LiveClass) -> LiveClass:
    """The class whose places these are, so that two who want the last one come one after the other."""
    return LiveClass.objects.select_for_update(of=("self",)).get(pk=class_itself(live_class).pk)


def name_person(*, person: Person, name: str) -> None:
    """Write down how somebody wants to be called, unless a name is known already."""
    name = " ".join(name.split())
    if name:
        Person.objects.filter(pk=person.pk, display_name="").update(display_name=name)
