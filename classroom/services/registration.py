"""Gives and takes back places in classes; registering needs no consent to profiling."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from classroom.models import LiveClass, Registration
from classroom.selectors import class_itself, has_place, places_left_of
from people.models import Person


class NoPlace(Exception):
    """The class is over, cancelled, without a date or full."""


def register_person(*, live_class: LiveClass, person: Person) -> Registration:
    """Keep a place for the person; raises NoPlace. A second call changes nothing."""
    with transaction.atomic():
        itself = LiveClass.objects.select_for_update().get(pk=class_itself(live_class).pk)
        now = timezone.now()
        ends_at = itself.starts_at and itself.starts_at + timedelta(minutes=itself.minutes)
        if itself.cancelled_at or ends_at is None or ends_at < now:
            raise NoPlace
        if has_place(live_class=itself, person=person):
            return Registration.objects.get(live_class=itself, person=person)
        if places_left_of(itself) == 0:
            raise NoPlace
        return Registration.objects.update_or_create(
            live_class=itself,
            person=person,
            defaults={"registered_at": now, "cancelled_at": None},
        )[0]


def cancel_registration(*, live_class: LiveClass, person: Person) -> bool:
    """Give a place back; returns whether there was one."""
    places = Registration.objects.filter(
        live_class=class_itself(live_class), person=person, cancelled_at=None
    )
    return bool(places.update(cancelled_at=timezone.now()))


def name_person(*, person: Person, name: str) -> None:
    """Write down how somebody wants to be called, unless a name is known already."""
    name = " ".join(name.split())
    if name:
        Person.objects.filter(pk=person.pk, display_name="").update(display_name=name)
