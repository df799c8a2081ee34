"""Lets one record of a person stand for another, and takes that back; no row is moved.

Nothing here runs by itself: two verified people are merged by staff alone (docs/decisions/0018).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from outbox.services import record_audit
from people.merge_rules import refusal_of
from people.models import Person, Purpose, User
from people.selectors import has_consent
from people.signals import people_merged, people_parted

MAY_MERGE = "people.change_person"


class MergeRefused(ValueError):
    """Two records that must not become one; the message says why, for the one who asked."""


@dataclass(frozen=True)
class Consequences:
    """What a merge will do, before anybody does it.

    `refusal` is why it cannot be done, None where it can. `profile_lost` is whether interests of
    either record are deleted for good, since the two together have not agreed to them;
    `consents` is what will hold for the two, by purpose;
    `lends` names the plain facts that only the first record says, which hold for both then.
    """

    refusal: str | None
    profile_lost: bool
    consents: dict[str, bool]
    lends: tuple[str, ...] = ()


def merge_people(*, person: Person, into: Person, by: User) -> Person:
    """Let `into` stand for `person` from now on; raises MergeRefused and PermissionDenied.

    A name, language, branch, year of birth or source that only `person` says holds for `into` until
    the merge is undone. Rows stay where they are, and what reads them follows the redirect. What one of the two has
    refused is refused for both: then the interests of both are deleted, and undoing does not
    bring these back. Audited.
    """
    _demand(by)
    with transaction.atomic():
        person, into = _locked(person, into)
        if refusal := refusal_of(person, into):
            raise MergeRefused(str(refusal))
        person.merged_into, person.merged_at = into, timezone.now()
        person.lent = lendable(person, into)
        person.save(update_fields=["merged_into", "merged_at", "lent"])
        _write(into, person.lent)
        _note("person.merged", person, into, by)
        people_merged.send(Person, person=person, into=into)
    return person


def undo_merge(*, person: Person, by: User) -> Person:
    """Let a merged person stand for themself again; doing it twice changes nothing. Audited."""
    _demand(by)
    with transaction.atomic():
        person = Person.objects.select_for_update().get(pk=person.pk)
        into = person.merged_into
        if into is None:
            return person
        person, into = _locked(person, into)
        take_back_lent(person=person, into=into)
        person.merged_into = person.merged_at = None
        person.save(update_fields=["merged_into", "merged_at"])
        _lend_again(into)
        _note("person.merge_undone", person, into, by)
        people_parted.send(Person, person=person, into=into)
    return person


def consequences_of(*, person: Person, into: Person) -> Consequences:
    """Return what merging would do; it does nothing of it."""
    refusal = refusal_of(person, into)
    if refusal:
        return Consequences(refusal=str(refusal), profile_lost=False, consents={})
    with transaction.atomic():
        # A pause keeps what is there, so it loses nothing.
        before = [
            has_consent(person=one, purpose=Purpose.PROFILING, though_paused=True)
            for one in (person, into)
        ]
        # The rule itself is asked, in a transaction that does not stay.
        point = transaction.savepoint()
        Person.objects.filter(pk=person.pk).update(merged_into=into, merged_at=timezone.now())
        consents = {
            purpose: has_consent(
                person=Person.objects.get(pk=into.pk), purpose=purpose, though_paused=True
            )
            for purpose in Purpose.values
        }
        transaction.savepoint_rollback(point)
    lost = any(before) and not consents[Purpose.PROFILING]
    return Consequences(
        refusal=None,
        profile_lost=lost,
        consents=consents,
        lends=tuple(lendable(person, into)),
    )


# Not the imported key, which is one record's own, nor contacts, which are read from both.
LENDABLE: dict[str, str | None] = {
    "display_name": "",
    "language": "",
    "branch_id": None,
    "birth_year": None,
    "source": "",
}


def lendable(person: Person, into: Person) -> dict[str, str | int]:
    """The plain facts that `person` says and `into` does not, by field."""
    return {
        name: getattr(person, name)
        for name in LENDABLE
        if getattr(person, name) and not getattr(into, name)
    }


def take_back_lent(*, person: Person, into: Person, names: Collection[str] | None = None) -> None:
    """Take back what `into` says only because `person` did; what was changed since stays.

    `names` limits it to these fields. Inside the caller's transaction, which has locked both.
    """
    taken = [name for name in person.lent if names is None or name in names]
    _write(
        into,
        {name: LENDABLE[name] for name in taken if getattr(into, name) == person.lent[name]},
    )
    if taken:
        person.lent = {name: value for name, value in person.lent.items() if name not in taken}
        person.save(update_fields=["lent"])


def _lend_again(into: Person) -> None:
    """Let others that are merged into it say what it says no longer."""
    others = Person.objects.select_for_update().filter(merged_into=into)
    for other in others.order_by("merged_at", "pk"):
        if more := lendable(other, into):
            other.lent = {**other.lent, **more}
            other.save(update_fields=["lent"])
            _write(into, more)


def _write(person: Person, facts: Mapping[str, str | int | None]) -> None:
    if facts:
        for name, value in facts.items():
            setattr(person, name, value)
        person.save(update_fields=list(facts))


def _demand(by: User) -> None:
    if not by.has_perm(MAY_MERGE):
        raise PermissionDenied


def _locked(person: Person, into: Person) -> tuple[Person, Person]:
    """Both, locked in the order in which withdrawals and recomputations lock."""
    pair = Person.objects.select_for_update().filter(pk__in=[person.pk, into.pk]).order_by("pk")
    found = {one.pk: one for one in pair}
    return found[person.pk], found[into.pk]


def _note(action: str, person: Person, into: Person, by: User) -> None:
    record_audit(
        actor=f"user:{by.pk}",
        action=action,
        subject=f"person:{person.external_id}",
        detail={"into": into.external_id},
    )
