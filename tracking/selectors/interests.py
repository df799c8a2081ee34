"""Reads interests and interest tags with the evidence behind them, as a receipt wants it."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone
from wagtail.models import Page

from cms.models import Topic
from people.models import Person, Purpose, Visitor
from people.selectors import has_consent, resolve_merge
from tracking.arithmetic import Rule, WeighedSignal, counting_signals, heat_of
from tracking.models import Interest, InterestTag, PageYardstick, Profile, Signal
from tracking.selectors.rules import current_rule_version, rule_of, topic_tree
from tracking.selectors.vetoes import vetoes_of
from tracking.selectors.weights import weights_about, yardstick_weights


@dataclass(frozen=True)
class EvidenceLine:
    """One signal as a line of a receipt; `heat` is its part of the heat now.

    `beyond_cap` is what the rule's cap a day leaves out of strength * weight.
    """

    at: datetime
    kind: str
    title: str
    page_id: int | None
    strength: float
    weight: float
    heat: float
    detail: dict
    beyond_cap: float = 0.0


@dataclass(frozen=True)
class InterestReceipt:
    """One interest and why: the lines' heats add up to `heat`.

    `entered_at` and `lapses_at` are those of the interest tag that is on now, else None.
    """

    topic: Topic
    heat: float
    rule_version: int
    entered_at: datetime | None
    lapses_at: datetime | None
    day_cap: float = 0.0
    lines: list[EvidenceLine] = field(default_factory=list)


def profile_of(
    *, person: Person | None = None, visitor: Visitor | None = None, though_paused: bool = False
) -> Profile | None:
    """The existing profile of a person or visitor whose consent holds now, else None.

    None as well where interests are paused, unless `though_paused`: for the one it is about.
    """
    if visitor is not None and visitor.person_id:
        person, visitor = visitor.person, None
    person = resolve_merge(person) if person is not None else None
    if not has_consent(
        person=person, visitor=visitor, purpose=Purpose.PROFILING, though_paused=though_paused
    ):
        return None
    return Profile.objects.filter(person=person, visitor=visitor).first()


def interest_receipts(
    *, profile: Profile, at: datetime | None = None, topic_ids: Collection[int] | None = None
) -> list[InterestReceipt]:
    """Every interest of a profile with its evidence, warmest first; a constant number of queries."""
    now = at or timezone.now()
    version = current_rule_version()
    rule = rule_of(version)
    interests = Interest.objects.filter(profile=profile).select_related("topic")
    if topic_ids is not None:
        interests = interests.filter(topic_id__in=topic_ids)
    tags = {
        tag.topic_id: tag
        for tag in InterestTag.objects.filter(
            profile=profile, entered_at__lte=now, lapses_at__gt=now
        )
    }
    lines = _lines(profile, rule=rule, now=now)
    receipts = []
    for interest in interests:
        heat = heat_of(mass=interest.mass, at_s=now.timestamp(), rule=rule)
        tag = tags.get(interest.topic_id)
        receipts.append(
            InterestReceipt(
                topic=interest.topic,
                heat=heat,
                rule_version=version.number,
                entered_at=tag.entered_at if tag else None,
                lapses_at=tag.lapses_at if tag else None,
                day_cap=rule.day_cap,
                lines=sorted(
                    lines.get(interest.topic_id, []), key=lambda line: line.at, reverse=True
                ),
            )
        )
    return sorted(receipts, key=lambda receipt: (-receipt.heat, receipt.topic.slug))


def _lines(profile: Profile, *, rule: Rule, now: datetime) -> dict[int, list[EvidenceLine]]:
    signals = {
        signal.pk: signal
        for signal in Signal.objects.filter(profile=profile, at__lte=now).select_related("topic")
    }
    tree = topic_tree()
    weights = yardstick_weights(
        {s.yardstick_id for s in signals.values() if s.yardstick_id}, rule=rule, tree=tree
    )
    titles = dict(
        Page.objects.filter(pk__in={s.page_id for s in signals.values() if s.page_id}).values_list(
            "pk", "title"
        )
    )
    vetoes = vetoes_of([profile.pk])
    by_topic: dict[int, list[WeighedSignal]] = defaultdict(list)
    for signal in signals.values():
        bears_on = (
            weights_about(signal.topic_id, rule=rule, tree=tree)
            if signal.topic_id
            else weights.get(signal.yardstick_id or 0, {})
        )
        # The order of the replay, so that the cap a day leaves out here what it left out there.
        order = (signal.kind, signal.item_key, signal.day, signal.pk)
        for topic, weight in bears_on.items():
            by_topic[topic].append(
                WeighedSignal(
                    signal.at.timestamp(), order, signal.kind, signal.item_key,
                    signal.strength, weight,
                )
            )  # fmt: skip
    lines = {}
    for topic, found in by_topic.items():
        full = {weighed.order[-1]: weighed.weight for weighed in found}
        counting = counting_signals(found, rule=rule, vetoes=vetoes.get((profile.pk, topic), []))
        lines[topic] = [
            _line(signals[pk], titles, weight=full[pk], counted=counted, rule=rule, now=now)
            for pk, counted in ((one.order[-1], one.weight) for one in counting)
        ]
    return lines


def _line(
    signal: Signal,
    titles: dict[int, str],
    *,
    weight: float,
    counted: float,
    rule: Rule,
    now: datetime,
) -> EvidenceLine:
    """`counted` is the weight that the cap a day leaves of `weight`."""
    age_s = (now - signal.at).total_seconds()
    return EvidenceLine(
        at=signal.at,
        kind=signal.kind,
        title=titles.get(signal.page_id or 0) or (signal.topic.label if signal.topic else ""),
        page_id=signal.page_id,
        strength=signal.strength,
        weight=weight,
        heat=signal.strength * counted * 2.0 ** (-age_s / rule.half_life_s),
        detail=signal.detail,
        beyond_cap=signal.strength * (weight - counted),
    )


def profile_ids_about(*, topic_ids: Collection[int]) -> set[int]:
    """Profiles with an interest in, or a signal bearing on, any of the topics."""
    found = set(
        Interest.objects.filter(topic_id__in=topic_ids).values_list("profile_id", flat=True)
    )
    found |= set(Signal.objects.filter(topic_id__in=topic_ids).values_list("profile_id", flat=True))
    wanted = {str(topic) for topic in topic_ids}
    yardsticks = [
        pk
        for pk, topics in PageYardstick.objects.values_list("pk", "topics")
        if wanted & set(topics)
    ]
    for start in range(0, len(yardsticks), 5000):
        rows = Signal.objects.filter(yardstick_id__in=yardsticks[start : start + 5000])
        found |= set(rows.values_list("profile_id", flat=True))
    return found
