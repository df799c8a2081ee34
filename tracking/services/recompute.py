"""Recomputes signals, interests and tags of profiles from their evidence; a repeat changes nothing.

The unit is a profile and a page: all signals of the pair are made anew from readings, imported
rows and attendance, compared with what is stored, and the interests of the topics concerned are
replayed. Masses are never subtracted.
"""

from collections.abc import Iterable, Sequence

from django.db import transaction

from people.models import Person, Purpose, Visitor
from people.selectors import records_of, redirects_among
from tracking.locks import hold_folding_lock
from tracking.models import Event, Profile, Signal
from tracking.selectors.evidence import Evidence, gather_evidence
from tracking.selectors.rules import current_rule_version, rule_of, topic_tree
from tracking.selectors.standing import standing_profiles
from tracking.services.pairs import refresh_pairs
from tracking.services.profiles import drop_profile, profile_for
from tracking.services.store import profiles_that_differ, store_signals
from tracking.signals import profiles_changed

PROFILES_A_CHUNK = 8
PROFILES_A_LOOK = 250


def recompute_pages(*, keys: Iterable[tuple[int, int]]) -> None:
    """Recompute the signals of (profile id, page id) pairs and the interests they bear on."""
    keys = set(keys)
    stands = standing_profiles(profile for profile, _ in keys)
    wanted = sorted({(stands[profile], page) for profile, page in keys if profile in stands})
    if not wanted:
        return
    with transaction.atomic():
        hold_folding_lock()
        evidence = gather_evidence(
            profile_ids={profile for profile, _ in wanted},
            page_ids={page for _, page in wanted},
            rule=rule_of(current_rule_version()),
        )
        _store(evidence, pages=set(wanted))


def recompute_profiles(*, profile_ids: Iterable[int]) -> None:
    """Recompute everything of these profiles, a few at a time in a transaction of their own."""
    given = set(profile_ids)
    # A merged person's own profile is looked at as well: it has no signal.
    wanted = sorted(given | set(standing_profiles(given).values()))
    for start in range(0, len(wanted), PROFILES_A_CHUNK):
        with transaction.atomic():
            hold_folding_lock()
            # The lock keeps the rule still; between two chunks it may have changed.
            rule = rule_of(current_rule_version())
            chunk = wanted[start : start + PROFILES_A_CHUNK]
            _store(gather_evidence(profile_ids=chunk, page_ids=None, rule=rule), pages=None)


def put_signals_right(*, profile_ids: Sequence[int]) -> None:
    """Recompute those of the profiles whose signals are not what their evidence gives.

    Looking takes no lock, so that nobody waits for it: what changes meanwhile is put right by what
    changes it, and a profile that differs is looked at again under the lock.
    """
    rule = rule_of(current_rule_version())
    for start in range(0, len(profile_ids), PROFILES_A_LOOK):
        some = profile_ids[start : start + PROFILES_A_LOOK]
        evidence = gather_evidence(profile_ids=some, page_ids=None, rule=rule, may_append=False)
        differ = profiles_that_differ(evidence)
        if differ:
            recompute_profiles(profile_ids=differ)


def profiles_after(last: int, *, at_most: int) -> list[int]:
    """The ids of the next profiles in their order, as many as asked for."""
    rows = Profile.objects.filter(pk__gt=last).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:at_most])


def _store(evidence: Evidence, *, pages: set[tuple[int, int]] | None) -> None:
    touched = store_signals(evidence, pages=pages)
    changed = refresh_pairs(touched=touched)
    announce(profile_ids=changed)


def announce(*, profile_ids: Iterable[int]) -> None:
    """Tell the upper packages whose profile rows changed; visitors are nobody to them."""
    person_ids = Profile.objects.filter(pk__in=list(profile_ids), person__isnull=False)
    ids = sorted(person_ids.values_list("person_id", flat=True))
    if ids:
        profiles_changed.send(sender=Profile, person_ids=ids)


def recompute_topics(*, topic_ids: Sequence[int]) -> None:
    """Replay the pairs that a changed topic tree concerns."""
    from tracking.selectors.interests import profile_ids_about

    tree = topic_tree()
    concerned = set(topic_ids) | {tree.merged.get(topic, topic) for topic in topic_ids}
    wanted = sorted(profile_ids_about(topic_ids=concerned))
    for start in range(0, len(wanted), PROFILES_A_CHUNK):
        with transaction.atomic():
            hold_folding_lock()
            chunk = wanted[start : start + PROFILES_A_CHUNK]
            changed = refresh_pairs(touched=dict.fromkeys(chunk))
            announce(profile_ids=changed)


def recompute_class(*, live_class_id: int, person_ids: Sequence[int]) -> None:
    """Recompute the signals of one class for those of the persons who have a profile."""
    recompute_pages(keys={(one, live_class_id) for one in _profiles_of(person_ids)})
    # Service facts feed lists too, whether or not they made a signal.
    profiles_changed.send(sender=Signal, person_ids=list(person_ids))


def recompute_page(*, page_id: int, person_id: int) -> None:
    """Recompute the signals of one page for a person, if they have a profile."""
    recompute_pages(keys={(one, page_id) for one in _profiles_of([person_id])})


def _profiles_of(person_ids: Iterable[int]) -> set[int]:
    """The profiles of these people, and of those who stand for them."""
    people = set(person_ids)
    people |= set(redirects_among(people).values())
    return set(Profile.objects.filter(person__in=people).values_list("pk", flat=True))


def recompute_deleted_page(*, page_id: int) -> None:
    """Recompute a page that is gone for everybody with a signal of it: readings outlive a page."""
    profiles = Signal.objects.filter(page_id=page_id).values_list("profile_id", flat=True)
    recompute_pages(keys={(profile, page_id) for profile in profiles.distinct()})


def open_profile(
    *, person: Person | None, visitor: Visitor | None, purposes: Iterable[str]
) -> None:
    """Open the profile that profiling consent allows, and take in what may now be read."""
    if Purpose.PROFILING not in purposes:
        return
    profile = profile_for(person=person, visitor=visitor)
    if profile is not None:
        recompute_profiles(profile_ids=[profile.pk])


def settle_before_pause(*, person: Person) -> None:
    """Fold what a person read until now, so that their interests stand still at this moment."""
    from tracking.services.folding import fold_views

    with transaction.atomic():
        raw = Event.objects.filter(visitor__person__in=records_of(person))
        fold_views(views=set(raw.values_list("view", flat=True)))


def go_on_after_pause(*, person: Person) -> None:
    """Take in what came meanwhile of before the pause; what was done in it stays out."""
    profile = profile_for(person=person)
    if profile is not None:
        recompute_profiles(profile_ids=[profile.pk])


def forget_profile(
    *, person: Person | None, visitor: Visitor | None, purposes: Iterable[str]
) -> None:
    """Delete what profiling consent had allowed."""
    if Purpose.PROFILING in purposes:
        drop_profile(person=person, visitor=visitor)
