"""Lets one record of a person stand for another, and takes that back; no row is moved.

Nothing here runs by itself: two verified people are merged by staff alone (docs/decisions/0018).
"""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from outbox.services import record_audit
from people.models import Person, Purpose, User
from people.selectors import has_consent, is_declared_child
from people.signals import people_merged, people_parted

MAY_MERGE = "people.change_person"


class MergeRefused(ValueError):
    """Two records that must not become one; the message says why, for the one who asked."""


@dataclass(frozen=True)
class Consequences:
    """What a merge will do, before anybody does it.

    `refusal` is why it cannot be done, None where it can. `profile_lost` is whether interests of
    either record are deleted for good, since the two together have not agreed to them;
    `consents` is what will hold for the two, by purpose.
    """

    refusal: str | None
    profile_lost: bool
    consents: dict[str, bool]


def merge_people(*, person: Person, into: Person, by: User) -> Person:
    """Let `into` stand for `person` from now on; raises MergeRefused and PermissionDenied.

    Rows stay where they are, and what reads them follows the redirect. What one of the two has
    refused is refused for both: then the interests of both are deleted, and undoing does not
    bring these back. Audited.
    """
    _demand(by)
    with transaction.atomic():
        person, into = _locked(person, into)
        if refusal := _refusal(person, into):
            raise MergeRefused(str(refusal))
        person.merged_into, person.merged_at = into, timezone.now()
        person.save(update_fields=["merged_into", "merged_at"])
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
        _locked(person, into)
        person.merged_into = person.merged_at = None
        person.save(update_fields=["merged_into", "merged_at"])
        _note("person.merge_undone", person, into, by)
        people_parted.send(Person, person=person, into=into)
    return person


def consequences_of(*, person: Person, into: Person) -> Consequences:
    """Return what merging would do; it does nothing of it."""
    refusal = _refusal(person, into)
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
    return Consequences(refusal=None, profile_lost=lost, consents=consents)


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


def _refusal(person: Person, into: Person) -> str | Promise | None:
    """Why these two must not become one, None where they may."""
    if person.pk == into.pk:
        return _("These are one record already.")
    if person.merged_into_id or into.merged_into_id:
        return _(
            "One of them is merged already. Take that back first, or choose who stands for it."
        )
    if person.merged_from.exists():
        return _("Others are merged into the first one. Merge the other way round.")
    if _is_staff(person) or _is_staff(into):
        return _("One of them signs in to work here. Such a login is never merged.")
    return _refusal_of_family(person, into)


def _refusal_of_family(person: Person, into: Person) -> str | Promise | None:
    """A parent and a child share an address, and siblings a guardian: these are never one human."""
    if person.guardian_id == into.pk or into.guardian_id == person.pk:
        return _("One of them is the other's guardian.")
    if is_declared_child(person) != is_declared_child(into):
        return _(
            "One of them is a child by year of birth, and the other is not. Put that right first."
        )
    if person.birth_year and into.birth_year and person.birth_year != into.birth_year:
        return _("They were born in different years.")
    if is_declared_child(person) and person.guardian_id != into.guardian_id:
        return _("They are children with different guardians.")
    return None


def _is_staff(person: Person) -> bool:
    user = person.user
    return user is not None and (
        user.is_staff or user.is_superuser or user.has_perm("wagtailadmin.access_admin")
    )
