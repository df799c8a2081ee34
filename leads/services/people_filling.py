"""Adds to somebody known what a table tells of them for the first time, and takes it back."""

from collections.abc import Mapping

from leads.importing.adding import additions_of
from leads.importing.rows import SaidRow
from people.models import Branch, ContactPoint, Person
from people.services.merging import take_back_lent


def fill_in(*, person: Person, row: SaidRow, branches: Mapping[str, Branch]) -> dict:
    """Write what is missing, inside the caller's transaction; return it for taking it back.

    The return is empty, or {"facts": {field: value}, "contacts": [[kind, value], ...]}. Contacts come
    unverified, as those of somebody new do: they identify nobody.
    """
    person = Person.objects.select_for_update().get(pk=person.pk)
    held = set(person.contact_points.values_list("kind", "value"))
    found = additions_of(person=person, held=held, row=row, branches=branches)
    facts = dict(found.facts)
    key = facts.get("imported_key")
    if key and Person.objects.filter(imported_key=key).exists():
        del facts["imported_key"]
    if facts:
        for name, value in facts.items():
            setattr(person, name, value)
        person.save(update_fields=list(facts))
    ContactPoint.objects.bulk_create(
        ContactPoint(person=person, kind=kind, value=value) for kind, value in found.contacts
    )
    filled = {"facts": facts, "contacts": [list(one) for one in found.contacts]}
    return {name: what for name, what in filled.items() if what}


def take_out(*, person: Person, filled: dict) -> None:
    """Take back what `fill_in` wrote, inside the caller's transaction; twice changes nothing.

    What somebody changed since stays, and so does a contact that was verified since.
    """
    person = Person.objects.select_for_update().get(pk=person.pk)
    if person.merged_into is not None:
        take_back_lent(person=person, into=person.merged_into, names=list(filled.get("facts", {})))
    empty: dict[str, str | None] = dict.fromkeys(("imported_key", "branch_id", "birth_year"))
    changed = [
        name for name, value in filled.get("facts", {}).items() if getattr(person, name) == value
    ]
    if changed:
        for name in changed:
            setattr(person, name, empty.get(name, ""))
        person.save(update_fields=changed)
    for kind, value in filled.get("contacts", ()):
        person.contact_points.filter(kind=kind, value=value, verified_at=None).delete()
