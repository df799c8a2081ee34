"""Recomputes signals, interests and tags of profiles from their evidence; a repeat changes nothing.

The unit is a profile and a page: all signals of the pair are made anew from readings, imported
rows and attendance, compared with what is stored, and the interests of the topics concerned are
replayed. Masses are never subtracted.
"""

from collections.abc import Iterable, Sequence

from django.db import transaction

from people.models import Person, Purpose, Visitor
from tracking.locks import hold_folding_lock
from tracking.models import Profile, Signal
from tracking.selectors.evidence import Evidence, gather_evidence
from tracking.selectors.rules import current_rule_version, rule_of, topic_tree
from tracking.services.pairs import refresh_pairs
from tracking.services.profiles import drop_profile, profile_for
from tracking.services.store import store_signals
from tracking.signals import profiles_changed

PROFILES_A_CHUNK = 8


def recompute_pages(*, keys: Iterable[tuple[int, int]]) -> None:
    """Recompute the signals of (profile id, page id) pairs and the interests they bear on."""
    wanted = sorted(set(keys))
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
    wanted = sorted(set(profile_ids))
    rule = rule_of(current_rule_version())
    for start in range(0, len(wanted), PROFILES_A_CHUNK):
        with transaction.atomic():
            hold_folding_lock()
            chunk = wanted[start : start + PROFILES_A_CHUNK]
            _store(gather_evidence(profile_ids=chunk, page_ids=None, rule=rule), pages=None)


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
    profiles = Profile.objects.filter(person_id__in=person_ids).values_list("pk", flat=True)
    recompute_pages(keys={(profile, live_class_id) for profile in profiles})
    # Service facts feed lists too, whether or not they made a signal.
    profiles_changed.send(sender=Signal, person_ids=list(person_ids))


def open_profile(
    *, person: Person | None, visitor: Visitor | None, purposes: Iterable[str]
) -> None:
    """Open the profile that profiling consent allows, and take in what may now be read."""
    if Purpose.PROFILING not in purposes:
        return
    profile = profile_for(person=person, visitor=visitor)
    if profile is not None:
        recompute_profiles(profile_ids=[profile.pk])


def forget_profile(
    *, person: Person | None, visitor: Visitor | None, purposes: Iterable[str]
) -> None:
    """Delete what profiling consent had allowed."""
    if Purpose.PROFILING in purposes:
        drop_profile(person=person, visitor=visitor)
