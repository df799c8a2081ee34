"""Rebuilds interests from the evidence, or checks that the stored ones equal such a rebuild."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import transaction

from tracking.locks import hold_folding_lock
from tracking.models import Event, Interest, InterestTag
from tracking.pace import Pace
from tracking.selectors.evidence import gather_evidence
from tracking.selectors.rules import current_rule_version, rule_of, topic_tree
from tracking.services.folding import fold_everything, fold_views
from tracking.services.pairs import moment, replay_evidence
from tracking.services.recompute import announce, profiles_after, put_signals_right
from tracking.services.rescore import rescore_profiles

CHECK_CHUNK = 25
VIEW_CHUNK = 100
MASS_TOLERANCE = 1e-9


@dataclass
class RebuildReport:
    """How much was looked at, and what differed (in words, by profile and topic ids)."""

    profiles: int = 0
    interests: int = 0
    tags: int = 0
    differences: list[str] = field(default_factory=list)


def check_interests(*, progress: Callable[[int], None] = lambda done: None) -> RebuildReport:
    """Compare stored interests and tags with ones made from raw events and sealed readings.

    Masses may differ by 1e-9 relative, tags not at all. Writes nothing but what waits to be
    folded.
    """
    fold_everything()
    report, last = RebuildReport(), 0
    while chunk := profiles_after(last, at_most=CHECK_CHUNK):
        with transaction.atomic():
            hold_folding_lock()
            _check_chunk(chunk, report)
        last = chunk[-1]
        progress(report.profiles)
    return report


def _check_chunk(profile_ids: list[int], report: RebuildReport) -> None:
    rule, tree = rule_of(current_rule_version()), topic_tree()
    evidence = gather_evidence(profile_ids=profile_ids, page_ids=None, rule=rule, from_raw=True)
    # Paused interests wait for evidence that the first recomputation after the pause takes in.
    evidence = evidence.without_paused()
    profile_ids = list(evidence.signals)
    states = replay_evidence(evidence, rule=rule, tree=tree)
    due = {(p, t): state for p, topics in states.items() for t, state in topics.items()}
    stored = {
        (profile, topic): mass
        for profile, topic, mass in Interest.objects.filter(profile_id__in=profile_ids).values_list(
            "profile_id", "topic_id", "mass"
        )
    }
    for pair in sorted(set(due) | set(stored)):
        have, want = stored.get(pair), due[pair].mass if pair in due else None
        if have is None or want is None or not math.isclose(have, want, rel_tol=MASS_TOLERANCE):
            report.differences.append(f"mass of {pair}: stored {have}, rebuilt {want}")
    tags_due = {
        (*pair, moment(episode.entered_s), moment(episode.lapses_s))
        for pair, state in due.items()
        for episode in state.episodes
    }
    tags_stored = set(
        InterestTag.objects.filter(profile_id__in=profile_ids).values_list(
            "profile_id", "topic_id", "entered_at", "lapses_at"
        )
    )
    for tag in sorted(tags_due ^ tags_stored):
        side = "only stored" if tag in tags_stored else "only rebuilt"
        report.differences.append(f"tag of {tag[:2]} from {tag[2]} to {tag[3]}: {side}")
    report.profiles += len(profile_ids)
    report.interests += len(due)
    report.tags += len(tags_due)


def rebuild_interests(*, progress: Callable[[int], None] = lambda done: None) -> RebuildReport:
    """Make readings, signals, interests and tags anew; lists that depend on them are told.

    A repeat changes nothing.
    """
    fold_everything()
    _fold_raw_again()
    report, pace, last = RebuildReport(), Pace(), 0
    while chunk := profiles_after(last, at_most=pace.size):
        put_signals_right(profile_ids=chunk)
        with pace.timed(), transaction.atomic():
            hold_folding_lock()
            rescore_profiles(profile_ids=chunk)
            announce(profile_ids=chunk)
        last = chunk[-1]
        report.profiles += len(chunk)
        progress(report.profiles)
    report.interests, report.tags = Interest.objects.count(), InterestTag.objects.count()
    return report


def _fold_raw_again() -> None:
    views = Event.objects.filter(filtered="").order_by("view").values_list("view", flat=True)
    chunk: list = []
    for view in views.distinct().iterator(chunk_size=2000):
        chunk.append(view)
        if len(chunk) == VIEW_CHUNK:
            fold_views(views=chunk)
            chunk = []
    fold_views(views=chunk)
