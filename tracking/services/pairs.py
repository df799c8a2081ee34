"""Replays (profile, topic) pairs from stored signals and writes interests and interest tags."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from django.db.models import QuerySet

from tracking.arithmetic import (
    PairState,
    Rule,
    VetoFact,
    WeighedSignal,
    replay,
)
from tracking.models import Interest, InterestTag, RuleVersion, Signal
from tracking.selectors.evidence import Evidence
from tracking.selectors.rules import TopicTree, current_rule_version, rule_of, topic_tree
from tracking.selectors.vetoes import vetoes_of
from tracking.selectors.weights import weights_about, yardstick_weights

States = dict[int, dict[int, PairState]]
TagKey = tuple[int, int, datetime, datetime]
TAG_FIELDS = ("profile_id", "topic_id", "entered_at", "lapses_at")


def refresh_pairs(*, touched: Mapping[int, set[int] | None]) -> set[int]:
    """Replay the touched topics (None: all) of each profile; return the profiles that changed.

    A repeat changes nothing.
    """
    if not touched:
        return set()
    version = current_rule_version()
    rule, tree = rule_of(version), topic_tree()
    rows = Signal.objects.filter(profile_id__in=touched).values_list(
        "profile_id", "at", "kind", "item_key", "day", "strength", "topic_id", "yardstick_id"
    )
    limits = {
        profile: None if topics is None else _with_relatives(topics, tree)
        for profile, topics in touched.items()
    }
    states = replay_pairs(
        rows=rows, vetoes=vetoes_of(touched), rule=rule, tree=tree,
        concerns=lambda profile, topic: _limited(profile, topic, limits),
    )  # fmt: skip
    changed = _write_interests(states, limits) | _write_tags(states, limits, version)
    # Changed evidence is a change even where mass and tags stay: reasons name it.
    return changed | set(touched)


def replay_pairs(
    *,
    rows: Iterable[tuple],
    vetoes: Mapping[tuple[int, int], list[VetoFact]],
    rule: Rule,
    tree: TopicTree,
    concerns: Callable[[int, int], bool] = lambda profile, topic: True,
) -> States:
    """Replay every pair of the profiles that the signal rows name, or those that `concerns` grants.

    A row is (profile id, at, kind, item key, day, strength, topic id, yardstick id).
    """
    signals = list(rows)
    weights = yardstick_weights({row[7] for row in signals if row[7]}, rule=rule, tree=tree)
    pairs: dict[tuple[int, int], list[WeighedSignal]] = defaultdict(list)
    for profile, at, kind, item_key, day, strength, topic_id, yardstick_id in signals:
        if topic_id:
            bears_on = weights_about(topic_id, rule=rule, tree=tree)
        else:
            bears_on = weights.get(yardstick_id, {})
        for topic, weight in bears_on.items():
            if not concerns(profile, topic):
                continue
            pairs[profile, topic].append(
                WeighedSignal(
                    at.timestamp(), (kind, item_key, day), kind, item_key, strength, weight
                )
            )
    states: States = defaultdict(dict)
    for (profile, topic), weighed in pairs.items():
        about = vetoes.get((profile, topic), [])
        state = replay(weighed, rule=rule, vetoes=about)
        if state is not None:
            states[profile][topic] = state
    return states


def replay_evidence(evidence: Evidence, *, rule: Rule, tree: TopicTree) -> States:
    """Replay every pair of the profiles whose evidence this is; nothing is stored."""
    rows = (
        (profile, s.at, s.kind, s.item_key, s.day, s.strength, s.topic_id, s.yardstick_id)
        for profile, signals in evidence.signals.items()
        for s in signals
    )
    return replay_pairs(rows=rows, vetoes=vetoes_of(evidence.signals), rule=rule, tree=tree)


def _with_relatives(topics: set[int], tree: TopicTree) -> set[int]:
    """The topics, what they were merged into, and all their ancestors."""
    related: set[int] = set()
    waiting = [tree.merged.get(topic, topic) for topic in topics] + list(topics)
    while waiting:
        topic = waiting.pop()
        if topic in related:
            continue
        related.add(topic)
        parent = tree.parents.get(topic)
        if parent is not None:
            waiting += [parent, tree.merged.get(parent, parent)]
    return related


def _limited(profile: int, topic: int, limits: Mapping[int, set[int] | None]) -> bool:
    limit = limits[profile]
    return limit is None or topic in limit


def _write_interests(states: States, limits: Mapping[int, set[int] | None]) -> set[int]:
    stored = {
        (row.profile_id, row.topic_id): row
        for row in Interest.objects.filter(profile_id__in=limits)
        if _limited(row.profile_id, row.topic_id, limits)
    }
    fresh, changed = [], set()
    for profile, topics in states.items():
        for topic, state in topics.items():
            row = stored.pop((profile, topic), None)
            if row is None or (row.mass, row.signals) != (state.mass, state.signals):
                fresh.append(
                    Interest(
                        profile_id=profile,
                        topic_id=topic,
                        mass=state.mass,
                        signals=state.signals,
                        last_at=moment(state.last_s),
                    )
                )
                changed.add(profile)
    Interest.objects.bulk_create(
        fresh,
        update_conflicts=True,
        unique_fields=["profile", "topic"],
        update_fields=["mass", "signals", "last_at"],
        batch_size=500,
    )
    if stored:
        Interest.objects.filter(pk__in=[row.pk for row in stored.values()]).delete()
    return changed | {profile for profile, _ in stored}


def _write_tags(
    states: States, limits: Mapping[int, set[int] | None], version: RuleVersion
) -> set[int]:
    due = {
        (profile, topic, moment(episode.entered_s), moment(episode.lapses_s))
        for profile, topics in states.items()
        for topic, state in topics.items()
        for episode in state.episodes
    }
    stored = InterestTag.objects.filter(profile_id__in=limits)
    return store_tags(
        due=due, stored=stored, version=version, concerns=lambda p, t: _limited(p, t, limits)
    )


def store_tags(
    *,
    due: set[TagKey],
    stored: QuerySet[InterestTag],
    version: RuleVersion,
    concerns: Callable[[int, int], bool] = lambda profile, topic: True,
) -> set[int]:
    """Make the stored tags those that are due; return the profiles that changed.

    A key is (profile id, topic id, entered at, lapses at). Stored pairs that `concerns` denies stay.
    """
    have = {
        (profile, topic, entered, lapses): pk
        for pk, profile, topic, entered, lapses in stored.values_list("pk", *TAG_FIELDS)
        if concerns(profile, topic)
    }
    gone = [pk for key, pk in have.items() if key not in due]
    if gone:
        InterestTag.objects.filter(pk__in=gone).delete()
    fresh = sorted(due - set(have))
    InterestTag.objects.bulk_create(
        [InterestTag(**dict(zip(TAG_FIELDS, key, strict=True)), rule=version) for key in fresh],
        batch_size=500,
    )
    return {key[0] for key in fresh} | {key[0] for key in have if key not in due}


def moment(seconds: float) -> datetime:
    """The aware moment of seconds since 1970."""
    return datetime.fromtimestamp(seconds, tz=UTC)
