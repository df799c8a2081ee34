"""The arithmetic of reading, heat and interest tags: pure functions over numbers, no database.

Moments are seconds since 1970 (UTC) as floats, durations seconds. Strengths are in units of one
full reading. The formulas are those of docs/architecture.md, "Interest arithmetic".
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

DAY_S = 86_400.0
TOLERANCE = 1e-9
# Kinds of signals that are evidence enough by themselves: said, noted by staff, measured.
STATED = frozenset({"declared", "label", "device"})
# Terms this much older than the EPOCH would underflow a double, and weigh nothing anyway.
OLDEST_HALF_LIVES = 900.0


@dataclass(frozen=True)
class Rule:
    """One version of the rules of interest, as numbers; a `day_cap` of 0 is no limit."""

    number: int = 1
    half_life_s: float = 30 * DAY_S
    epoch_s: float = 1_577_836_800.0  # 2020-01-01
    enter: float = 1.5
    leave: float = 0.5
    parent_share: float = 0.0
    depth_share: float = 0.5
    day_cap: float = 0.0
    strengths: Mapping[str, float] = field(default_factory=dict)
    evidence_pages: int = 2
    evidence_page_strength: float = 0.5
    evidence_attendance_strength: float = 1.5

    def strength_of(self, kind: str) -> float:
        """The rule's strength of one signal kind; 0 for a kind it does not name."""
        return float(self.strengths.get(kind, 0.0))


class WeighedSignal(NamedTuple):
    """One signal as it bears on one topic; `order` breaks ties of `at_s`."""

    at_s: float
    order: tuple
    kind: str
    item_key: str
    strength: float
    weight: float


class Episode(NamedTuple):
    """One stretch in which the interest is a tag: entered_s <= T < lapses_s."""

    entered_s: float
    lapses_s: float


class PairState(NamedTuple):
    """What a replay of one (profile, topic) pair gives."""

    mass: float
    last_s: float
    signals: int
    episodes: tuple[Episode, ...]


class VetoFact(NamedTuple):
    """One veto: signals up to `at_s` weigh 0; `lasting` ones also silence later signals."""

    at_s: float
    lasting: bool


def capped_active_s(
    *, sum_s: float, first_s: float, last_s: float, first_active_s: float, expected_s: float | None
) -> float:
    """Active seconds of one view: no more than the wall clock allows, nor 3 x expected."""
    active_s = min(sum_s, last_s - first_s + first_active_s)
    if expected_s is not None:
        active_s = min(active_s, 3.0 * expected_s)
    return max(active_s, 0.0)


def reading_strength(
    *,
    active_s: float | None,
    expected_s: float | None,
    depth: float | None,
    count: int,
    depth_share: float = 0.5,
) -> float:
    """Strength (0 to 1) of one day's reading of one page.

    With seconds and an expected time: min(1, active/expected) * ((1 - d) + d * depth), where an
    unknown depth is min(1, active/expected) and d is the rule's `depth_share`; with its default of
    a half the second factor is (1 + depth)/2 to the last bit. Otherwise 1 - 2^-count.
    """
    if active_s is None or not expected_s:
        return 1.0 - 2.0 ** -min(count, 60)
    share = min(1.0, active_s / expected_s)
    reached = share if depth is None else depth
    return share * ((1.0 - depth_share) + depth_share * reached)


def attendance_strength(*, full: float, share: float | None, count: int) -> float:
    """Strength of one class: full * share of its length, or full * (1 - 2^-count) without it."""
    if share is None:
        return full * (1.0 - 2.0 ** -min(count, 60))
    return full * min(1.0, max(0.0, share))


def mass_of(*, strength: float, weight: float, at_s: float, rule: Rule) -> float:
    """One signal's part of the mass: s * w * 2^((t - EPOCH)/h); 0 beyond 900 half-lives."""
    half_lives = (at_s - rule.epoch_s) / rule.half_life_s
    if half_lives < -OLDEST_HALF_LIVES:
        return 0.0
    return strength * weight * 2.0**half_lives


def heat_of(*, mass: float, at_s: float, rule: Rule) -> float:
    """Heat at a moment: mass * 2^(-(T - EPOCH)/h)."""
    half_lives = (at_s - rule.epoch_s) / rule.half_life_s
    if half_lives > OLDEST_HALF_LIVES:
        return 0.0
    return mass * 2.0**-half_lives


def mass_for_heat(*, heat: float, at_s: float, rule: Rule) -> float:
    """The mass whose heat at `at_s` is `heat`: the bound of the indexable range."""
    half_lives = max((at_s - rule.epoch_s) / rule.half_life_s, -OLDEST_HALF_LIVES)
    return heat * 2.0**half_lives


def seconds_until(*, heat: float, floor: float, rule: Rule) -> float:
    """Seconds until heat falls to `floor`; 0 where it is there already."""
    return rule.half_life_s * math.log2(heat / floor) if heat > floor else 0.0


def without_vetoed(
    signals: Iterable[WeighedSignal], vetoes: Sequence[VetoFact]
) -> list[WeighedSignal]:
    """The signals that still weigh something after the person's vetoes, in replay order."""
    ordered = sorted(signals, key=lambda signal: (signal.at_s, signal.order))
    if not vetoes:
        return [signal for signal in ordered if signal.weight > 0.0]
    last = max(veto.at_s for veto in vetoes)
    lasting = max((veto.at_s for veto in vetoes if veto.lasting), default=None)
    kept = []
    silent = lasting is not None
    for signal in ordered:
        if silent and signal.kind == "declared" and signal.at_s > lasting:  # type: ignore[operator]
            silent = False
        if signal.at_s > last and signal.weight > 0.0 and not silent:
            kept.append(signal)
    return kept


def within_day_cap(signals: Iterable[WeighedSignal], *, cap: float) -> list[WeighedSignal]:
    """The signals, in replay order, with weights lowered where a day would count for too much.

    What the signals of one UTC day (that of their moments) add to one pair, the sum of
    strength * weight in the order of (t, id), stops at `cap`; 0 is no limit. Strengths stay, so
    that evidence stays evidence. As only what came before on that day bears on a signal, heat at
    any past moment is what it was then.
    """
    if not cap:
        return list(signals)
    counted: list[WeighedSignal] = []
    day, total = 0.0, 0.0
    for signal in signals:
        if signal.at_s // DAY_S != day:
            day, total = signal.at_s // DAY_S, 0.0
        part = signal.strength * signal.weight
        if total + part > cap:
            signal = signal._replace(weight=(cap - total) / signal.strength)
        total = min(total + part, cap)
        counted.append(signal)
    return counted


def counting_signals(
    signals: Iterable[WeighedSignal], *, rule: Rule, vetoes: Sequence[VetoFact] = ()
) -> list[WeighedSignal]:
    """What counts of one pair's signals, in replay order: vetoes first, then the cap a day.

    Stored strengths know neither. Without a cap a mass is the plain sum over what is not vetoed.
    """
    return within_day_cap(without_vetoed(signals, vetoes), cap=rule.day_cap)


def replay(
    signals: Iterable[WeighedSignal], *, rule: Rule, vetoes: Sequence[VetoFact] = ()
) -> PairState | None:
    """Replay one pair's signals by (t, id): its mass, and the episodes in which it is a tag.

    None where no signal weighs anything. A tag turns on when heat reaches `enter` with the
    minimum evidence among the signals since heat was last at or under `leave`, and off when heat
    falls to `leave`.
    """
    kept = counting_signals(signals, rule=rule, vetoes=vetoes)
    if not kept:
        return None
    mass = math.fsum(
        mass_of(strength=s.strength, weight=s.weight, at_s=s.at_s, rule=rule) for s in kept
    )
    return PairState(
        mass=mass, last_s=kept[-1].at_s, signals=len(kept), episodes=tuple(episodes_of(kept, rule))
    )


def episodes_of(signals: Sequence[WeighedSignal], rule: Rule) -> Iterable[Episode]:
    """The episodes of at least one signal, in order of moments and without any that weighs nothing.

    Signals of one moment act together, so no order among them can show.
    """
    leave, enter, half_life_s = rule.leave, rule.enter - TOLERANCE, rule.half_life_s
    heat, then = 0.0, signals[0].at_s
    entered: float | None = None
    evidence = _Evidence(rule)
    number, place = len(signals), 0
    while place < number:
        first = place
        at_s = signals[place].at_s
        while place < number and signals[place].at_s == at_s:
            place += 1
        if entered is not None:
            lapses = then + seconds_until(heat=heat, floor=leave, rule=rule)
            if lapses <= at_s:
                yield Episode(entered, lapses)
                entered = None
        heat *= 2.0 ** (-(at_s - then) / half_life_s)
        then = at_s
        if heat <= leave:
            evidence.clear()
        if place - first == 1:  # most often, and fsum would give the same
            heat += signals[first].strength * signals[first].weight
        else:
            heat = math.fsum([heat, *(s.strength * s.weight for s in signals[first:place])])
        if heat <= leave:
            continue
        if not evidence.suffices:
            for signal in signals[first:place]:
                evidence.add(signal)
        if entered is None and heat >= enter and evidence.suffices:
            entered = then
    if entered is not None:
        yield Episode(entered, then + seconds_until(heat=heat, floor=leave, rule=rule))


class _Evidence:
    """What has been shown since heat was last at or under `leave`."""

    def __init__(self, rule: Rule):
        self.rule = rule
        self.pages: set[str] = set()
        self.suffices = False

    def clear(self) -> None:
        if self.pages:
            self.pages = set()
        self.suffices = False

    def add(self, signal: WeighedSignal) -> None:
        rule, kind = self.rule, signal.kind
        if kind == "reading":
            if signal.strength >= rule.evidence_page_strength - TOLERANCE:
                self.pages.add(signal.item_key)
                self.suffices = self.suffices or len(self.pages) >= rule.evidence_pages
        elif kind == "attendance":
            if signal.strength >= rule.evidence_attendance_strength - TOLERANCE:
                self.suffices = True
        elif kind in STATED:
            self.suffices = True


def effective_weights(
    weights: Mapping[int, float],
    *,
    merged: Mapping[int, int],
    parents: Mapping[int, int],
    parent_share: float,
) -> dict[int, float]:
    """Weights by topic after merges and the spread to parents.

    `merged` maps a merged topic to the one that stands for it, `parents` a topic to its parent.
    A parent's weight is the greatest among its children on the page times the share, unless the
    page names the parent itself with more.
    """
    result: dict[int, float] = {}
    for topic, weight in weights.items():
        stands = merged.get(topic, topic)
        result[stands] = max(result.get(stands, 0.0), weight)
    if parent_share > 0.0:
        for topic, weight in list(result.items()):
            seen = {topic}
            spread, parent = weight * parent_share, parents.get(topic)
            while parent is not None and parent not in seen and spread > 0.0:
                parent = merged.get(parent, parent)
                seen.add(parent)
                result[parent] = max(result.get(parent, 0.0), spread)
                spread, parent = spread * parent_share, parents.get(parent)
    return result
