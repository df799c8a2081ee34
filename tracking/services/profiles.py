"""Opens, joins, parts and drops profiles; none exists without profiling consent."""

from collections.abc import Collection, Iterable, Mapping

from django.db import transaction

from people.models import Consent, Person, Purpose, Visitor
from people.selectors import (
    consenting_person_ids,
    has_consent,
    records_of,
    redirects_among,
    resolve_merge,
)
from tracking.locks import hold_folding_lock
from tracking.models import Event, ImportedEvent, Profile, Reading
from tracking.signals import profiles_changed


def profile_for(
    *, person: Person | None = None, visitor: Visitor | None = None, though_paused: bool = False
) -> Profile | None:
    """The profile of a person, or of a visitor (a joined one's is the person's), opened if needed.

    Of a person merged into another it is the other's.
    None without current profiling consent, and where interests are paused, unless
    `though_paused`: for keeping what is there. A second call changes nothing.
    """
    if not has_consent(
        person=person, visitor=visitor, purpose=Purpose.PROFILING, though_paused=though_paused
    ):
        return None
    if visitor is not None and visitor.person_id:
        person, visitor = visitor.person, None
    person = resolve_merge(person) if person is not None else None
    return Profile.objects.get_or_create(person=person, visitor=visitor)[0]


def profiles_for_visitors(*, visitor_ids: Iterable[int]) -> dict[int, Profile]:
    """The profile of each visitor that may have one, opened where needed: a few queries in all."""
    agreed = Consent.objects.filter(
        visitor_id__in=set(visitor_ids), purpose=Purpose.PROFILING, given=True
    )
    owners = dict(agreed.values_list("visitor_id", "visitor__person_id"))
    joined = {person for person in owners.values() if person}
    allowed = _allowed(joined) if joined else set()
    owners = {v: p for v, p in owners.items() if p is None or p in allowed}
    found = existing_profiles(owners=owners)
    missing = {v: p for v, p in owners.items() if v not in found}
    if missing:
        persons = {person for person in missing.values() if person}
        Profile.objects.bulk_create(
            [Profile(person_id=person) for person in sorted(persons)]
            + [Profile(visitor_id=visitor) for visitor in missing if missing[visitor] is None],
            ignore_conflicts=True,
        )
        found.update(existing_profiles(owners=missing))
    return found


def _allowed(person_ids: set[int]) -> set[int]:
    """Those of the people who agreed; for whoever is merged, the one who stands for them counts.

    Also whoever paused: what is in the store was stored before, and is kept as it is.
    """
    into = redirects_among(person_ids)
    stands = {person: into.get(person, person) for person in person_ids}
    holders = consenting_person_ids(Purpose.PROFILING, though_paused=True)
    agreed = holders.filter(person_id__in=set(stands.values()))
    found = set(agreed.values_list("person_id", flat=True))
    return {person for person in person_ids if stands[person] in found}


def existing_profiles(*, owners: Mapping[int, int | None]) -> dict[int, Profile]:
    """Profiles by visitor; `owners` maps visitors to the person they are joined to, or None."""
    alone = [visitor for visitor, person in owners.items() if person is None]
    persons: Collection[int] = {person for person in owners.values() if person}
    by_visitor = {row.visitor_id: row for row in Profile.objects.filter(visitor_id__in=alone)}
    by_person = {row.person_id: row for row in Profile.objects.filter(person_id__in=persons)}
    pairs = (
        (visitor, by_visitor.get(visitor) if person is None else by_person.get(person))
        for visitor, person in owners.items()
    )
    return {visitor: profile for visitor, profile in pairs if profile is not None}


def drop_profile(*, person: Person | None = None, visitor: Visitor | None = None) -> None:
    """Delete every profile row and raw event of a person (with all visitors) or of a visitor.

    Of a human with several records, by a merge, those of all of them go.

    What unfolded events still owe to the anonymous page statistics is counted first.
    """
    from tracking.services.folding import fold_views
    from tracking.services.recompute import recompute_profiles

    with transaction.atomic():
        if person is not None:
            records = list(records_of(person))
            visitors = list(Visitor.objects.filter(person__in=records))
            profiles = Profile.objects.filter(person__in=records)
        else:
            assert visitor is not None
            visitors = [visitor]
            profiles = Profile.objects.filter(visitor=visitor)
            joined = list(
                Reading.objects.filter(visitor=visitor, profile__person__isnull=False)
                .values_list("profile_id", flat=True)
                .distinct()
            )
        raw = Event.objects.filter(visitor__in=visitors)
        fold_views(views=set(raw.values_list("view", flat=True)), despite_withdrawal=True)
        raw.delete()
        profiles.delete()
        Profile.objects.filter(visitor__in=visitors).delete()
        if person is not None:
            ImportedEvent.objects.filter(person__in=records).delete()
            profiles_changed.send(sender=Profile, person_ids=[one.pk for one in records])
        else:
            # A browser that was joined to a person takes its own part out of the history.
            Reading.objects.filter(visitor=visitor).delete()
            recompute_profiles(profile_ids=joined)


def drop_joined(*, visitors: Iterable[Visitor]) -> None:
    """Take those of the browsers that were joined to a person out of that person's history."""
    readings = Reading.objects.filter(visitor__in=list(visitors), profile__person__isnull=False)
    for visitor in Visitor.objects.filter(pk__in=readings.values("visitor")).order_by("pk"):
        drop_profile(visitor=visitor)


def join_profiles(*, visitor: Visitor, person: Person) -> None:
    """Move a visitor's readings to the person's profile and recompute it.

    Without the person's consent the visitor's history is left where it is.
    """
    from tracking.services.recompute import recompute_profiles

    with transaction.atomic():
        hold_folding_lock()  # what is being folded now moves as well
        target = profile_for(person=person, though_paused=True)
        if target is None:
            return
        Reading.objects.filter(visitor=visitor).update(profile=target)
        Profile.objects.filter(visitor=visitor).delete()
        recompute_profiles(profile_ids=[target.pk])


def part_profiles(*, visitor: Visitor, person: Person) -> None:
    """Undo a join: the visitor's readings go back to a profile of its own, or away with consent."""
    from tracking.services.recompute import recompute_profiles

    with transaction.atomic():
        hold_folding_lock()  # what is being folded now moves as well
        own = profile_for(visitor=visitor)
        readings = Reading.objects.filter(visitor=visitor)
        changed = list(Profile.objects.filter(person=person).values_list("pk", flat=True))
        if own is None:
            readings.delete()
        else:
            readings.update(profile=own)
            changed.append(own.pk)
        recompute_profiles(profile_ids=changed)


def follow_merge(*, person: Person, into: Person) -> None:
    """Let the evidence of both add up for the one who stands, or drop it where they did not agree."""
    from tracking.services.recompute import recompute_profiles

    with transaction.atomic():
        target = profile_for(person=into, though_paused=True)
        if target is None:
            drop_profile(person=into)
            return
        own = Profile.objects.filter(person=person).values_list("pk", flat=True)
        recompute_profiles(profile_ids=[target.pk, *own])
        profiles_changed.send(sender=Profile, person_ids=[person.pk, into.pk])


def follow_parting(*, person: Person, into: Person) -> None:
    """Give each of two people who are merged no longer what is their own."""
    from tracking.services.recompute import recompute_profiles

    with transaction.atomic():
        for one in (person, into):
            profile = profile_for(person=one, though_paused=True)
            if profile is None:
                drop_profile(person=one)
            else:
                recompute_profiles(profile_ids=[profile.pk])
        profiles_changed.send(sender=Profile, person_ids=[person.pk, into.pk])
