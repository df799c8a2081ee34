"""Loads the demo clinic's prospects with their consents; they are invented, and marked as demo."""

from datetime import datetime

from django.db import transaction

from cms.services.demo_files import demo_file, moment
from people.models import (
    Branch,
    Consent,
    ConsentEvent,
    ConsentMethod,
    ContactKind,
    ContactPoint,
    Person,
)
from people.notices import CURRENT
from people.services.consent import record_consent, subject_of
from people.services.erasure import remove_demo_person
from people.services.visitors import visitor_for_person

MARK = "demo:"


def load_demo_people(*, now: datetime) -> dict[str, Person]:
    """Make the prospects that are missing, each with a verified e-mail; returns all by key.

    One that was erased on purpose comes back only when the demo is loaded anew.
    """
    people = {}
    for entry in demo_file("people.json")["people"]:
        person = Person.objects.filter(imported_key=MARK + entry["key"]).first()
        people[entry["key"]] = person or _new_person(entry, now=now)
    return people


def demo_people() -> dict[str, Person]:
    """The demo's prospects that are still there, by key."""
    people = Person.objects.filter(imported_key__startswith=MARK)
    return {(person.imported_key or "").removeprefix(MARK): person for person in people}


def _new_person(entry: dict, *, now: datetime) -> Person:
    consented_at = moment(now=now, days=-(entry["consented_days_ago"] or 0), hour=20)
    with transaction.atomic():
        person = Person.objects.create(
            imported_key=MARK + entry["key"],
            display_name=entry["display_name"],
            language=entry["language"],
            branch=Branch.objects.filter(slug=entry["branch"]).first(),
            source=entry["source"],
            created_at=consented_at,
        )
        ContactPoint.objects.create(
            person=person, kind=ContactKind.EMAIL, value=entry["email"], verified_at=consented_at
        )
        given = {purpose: True for purpose, agreed in entry["consents"].items() if agreed}
        if given:
            record_consent(
                person=person,
                purposes=given,
                notice=CURRENT,
                language=entry["language"],
                method=ConsentMethod.PANEL,
            )
            visitor_for_person(person=person, actor="command:load_demo")
    date_demo_consents(person=person, at=consented_at)
    return person


def date_demo_consents(*, person: Person, at: datetime) -> None:
    """Give the invented decisions of an invented person their invented date."""
    visitors = list(person.visitors.all())
    subjects = [subject_of(person=person), *(subject_of(visitor=one) for one in visitors)]
    ConsentEvent.objects.filter(subject__in=subjects, given=True).update(at=at)
    Consent.objects.filter(person=person, given=True).update(at=at)
    Consent.objects.filter(visitor__in=visitors, given=True).update(at=at)


def renew_demo_people(*, now: datetime) -> None:
    """Count the dates of the demo's consents from today again; what was withdrawn stays so."""
    people = demo_people()
    for entry in demo_file("people.json")["people"]:
        if entry["key"] in people and entry["consented_days_ago"]:
            at = moment(now=now, days=-(entry["consented_days_ago"] or 0), hour=20)
            date_demo_consents(person=people[entry["key"]], at=at)


def remove_demo_people() -> int:
    """Delete the demo's prospects, their logins and browsers, and the proof of their decisions."""
    people = list(demo_people().values())
    for person in people:
        remove_demo_person(person=person)
    return len(people)
