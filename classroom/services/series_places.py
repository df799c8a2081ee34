"""Gives and takes back places in all coming classes of a series at once, with one mail about them."""

from django.db import transaction

from classroom.models import LiveClass, Registration
from classroom.selectors import class_itself, coming_in_series
from classroom.services.registration import NoPlace, cancel_registration, register_person
from outbox.services import enqueue_mail
from people.models import Person
from people.selectors import records_of


class NoSeries(Exception):
    """The class belongs to no series, or nothing of it is still to come."""


def register_for_series(
    *, live_class: LiveClass, person: Person, channel: str = ""
) -> list[Registration]:
    """Keep a place in each coming class of the series, and a turn where a class is full.

    Returns the registrations that stand, in order of time; raises NoSeries. One mail with one
    calendar confirms the new ones, and reminders are planned for each. A second call changes
    nothing and writes to nobody.
    """
    with transaction.atomic():
        standing, new = [], []
        for coming in coming_in_series(class_itself(live_class)):
            known = Registration.objects.filter(
                live_class=coming, person__in=records_of(person), cancelled_at=None
            ).exists()
            try:
                registration = register_person(
                    live_class=coming,
                    person=person,
                    may_wait=True,
                    channel=channel,
                    with_mail=False,
                )
            except NoPlace:
                continue  # it was cancelled or has ended since the list was read
            standing.append(registration)
            if not known:
                new.append(registration)
        if not standing:
            raise NoSeries
        if new:
            first = new[0]
            enqueue_mail(
                template="series_places",
                ids={"registrations": [registration.pk for registration in new]},
                key=f"series_places:{first.pk}:{first.registered_at.timestamp():.6f}",
            )
    return standing


def cancel_series(*, live_class: LiveClass, person: Person) -> int:
    """Give back every place and turn in coming classes of the series; returns how many there were."""
    with transaction.atomic():
        return sum(
            cancel_registration(live_class=coming, person=person)
            for coming in coming_in_series(class_itself(live_class))
        )
