"""From deliveries of events to interest tags, in plain Python: what Wellread has to equal.

It follows the design word by word, is slow on purpose, and may not import anything of Wellread.
One run is about one consenting visitor; moments are aware datetimes in UTC.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
HALF_LIFE = timedelta(days=30)
ENTER, LEAVE = 1.5, 0.5
ENOUGH_PAGES, ENOUGH_OF_A_PAGE = 2, 0.5
ACT_KINDS = {"share", "download"}


@dataclass(frozen=True)
class Sent:
    """One event as the browser sent it."""

    id: str
    view: str
    page: int
    kind: str
    at: datetime
    active_ms: int = 0
    depth: float | None = None


@dataclass(frozen=True)
class Delivery:
    """One batch: when it arrived, what the browser's clock said then, and the events in order."""

    received_at: datetime
    sent_at: datetime
    events: tuple[Sent, ...]


@dataclass(frozen=True)
class Yardstick:
    """What a page asks from a moment on: seconds of a full reading, and topics with weights."""

    valid_from: datetime
    expected_s: float | None
    topics: dict[str, float]


@dataclass(frozen=True)
class Stored:
    """An event with its corrected moment."""

    sent: Sent
    at: datetime
    offset: timedelta


@dataclass(frozen=True)
class Reading:
    view: str
    page: int
    day: date
    active_s: float
    depth: float | None
    first_at: datetime
    last_at: datetime
    events: tuple[Stored, ...]
    yardstick: Yardstick | None


@dataclass(frozen=True)
class Signal:
    page: int
    kind: str
    day: date
    at: datetime
    strength: float
    topics: dict[str, float]


@dataclass(frozen=True)
class Tag:
    entered_at: datetime
    lapses_at: datetime


@dataclass
class Outcome:
    """Everything the deliveries come to."""

    verdicts: list[list[str]] = field(default_factory=list)
    stored: dict[str, Stored] = field(default_factory=dict)
    readings: dict[str, Reading] = field(default_factory=dict)
    signals: list[Signal] = field(default_factory=list)
    masses: dict[str, float] = field(default_factory=dict)
    tags: dict[str, list[Tag]] = field(default_factory=dict)
    counters: dict[tuple[int, date, str, str], int] = field(default_factory=dict)


def outcome_of(
    deliveries: Iterable[Delivery],
    *,
    yardsticks: dict[int, Sequence[Yardstick]],
    depth_share: float = 0.5,
    day_cap: float = math.inf,
) -> Outcome:
    """Take the deliveries in the order of their arrival; `yardsticks` names every live page.

    `depth_share` is the share of a reading that hangs on depth, `day_cap` the most that one UTC
    day counts for one topic.
    """
    outcome = Outcome()
    for delivery in deliveries:
        outcome.verdicts.append(_take(delivery, outcome=outcome, pages=set(yardsticks)))
    outcome.readings = _fold(outcome.stored.values(), yardsticks=yardsticks)
    outcome.signals = _signals(outcome.readings.values(), depth_share=depth_share)
    topics = {topic for signal in outcome.signals for topic in signal.topics}
    for topic in sorted(topics):
        counted = within_cap(outcome.signals, topic=topic, day_cap=day_cap)
        outcome.masses[topic] = mass(counted, topic=topic)
        outcome.tags[topic] = tags(counted, topic=topic)
    outcome.counters = _count(outcome)
    return outcome


# ingest


def _take(delivery: Delivery, *, outcome: Outcome, pages: set[int]) -> list[str]:
    verdicts = []
    now = delivery.received_at
    offsets = {stored.sent.view: stored.offset for stored in reversed(outcome.stored.values())}
    moments: list[tuple[datetime, timedelta]] = []
    ahead: dict[str, timedelta] = defaultdict(timedelta)
    for sent in delivery.events:
        offset = now - delivery.sent_at
        if abs(offset) < timedelta(seconds=60):
            offset = timedelta(0)
        else:
            offset = offsets.get(sent.view, offset)
        at = sent.at + offset
        moments.append((at, offset))
        if sent.page in pages and at <= now + timedelta(minutes=5):
            ahead[sent.view] = max(ahead[sent.view], at - now)
    for sent, (at, offset) in zip(delivery.events, moments, strict=True):
        if sent.page not in pages:
            verdicts.append("unknown_page")
        elif at < now - timedelta(days=7):
            verdicts.append("too_old")
        elif sent.id in outcome.stored:
            verdicts.append("duplicate")
        else:
            at = now if at > now + timedelta(minutes=5) else at - ahead[sent.view]
            outcome.stored[sent.id] = Stored(sent, at, offset)
            verdicts.append("ok")
    return verdicts


# folding


def _fold(
    events: Iterable[Stored], *, yardsticks: dict[int, Sequence[Yardstick]]
) -> dict[str, Reading]:
    views: dict[str, list[Stored]] = defaultdict(list)
    for stored in events:
        views[stored.sent.view].append(stored)
    readings = {}
    for view, facts in views.items():
        facts.sort(key=lambda stored: (stored.at, stored.sent.id))
        first, last = facts[0], facts[-1]
        page = first.sent.page
        yardstick = in_force(yardsticks[page], at=first.at)
        active_s = min(
            sum(stored.sent.active_ms for stored in facts) / 1000,
            (last.at - first.at).total_seconds() + first.sent.active_ms / 1000,
        )
        if yardstick and yardstick.expected_s:
            active_s = min(active_s, 3 * yardstick.expected_s)
        depths = [stored.sent.depth for stored in facts if stored.sent.depth is not None]
        readings[view] = Reading(
            view=view,
            page=page,
            day=first.at.date(),
            active_s=active_s,
            depth=max(depths, default=None),
            first_at=first.at,
            last_at=last.at,
            events=tuple(facts),
            yardstick=yardstick,
        )
    return readings


def in_force(yardsticks: Sequence[Yardstick], *, at: datetime) -> Yardstick | None:
    """The yardstick in force at that moment, the first one where it is older than all."""
    ordered = sorted(yardsticks, key=lambda yardstick: yardstick.valid_from)
    so_far = [yardstick for yardstick in ordered if yardstick.valid_from <= at]
    return (so_far or ordered[:1] or [None])[-1 if so_far else 0]


# signals


def _signals(readings: Iterable[Reading], *, depth_share: float) -> list[Signal]:
    days: dict[tuple[int, date], list[Reading]] = defaultdict(list)
    for reading in readings:
        days[reading.page, reading.day].append(reading)
    signals = []
    for (page, day), some in sorted(days.items()):
        newest = max(some, key=lambda reading: reading.first_at)
        topics = newest.yardstick.topics if newest.yardstick else {}
        moments: dict[str, list[datetime]] = defaultdict(list)
        for reading in some:
            for stored in reading.events:
                # Active time and depth count whichever event carries them, a share's too.
                moments["reading"].append(stored.at)
                if stored.sent.kind in ACT_KINDS:
                    moments[stored.sent.kind].append(stored.at)
        for kind, at in sorted(moments.items()):
            strength = 0.5
            if kind == "reading":
                strength = reading_strength(some, newest.yardstick, depth_share=depth_share)
            signals.append(Signal(page, kind, day, max(at), strength, topics))
    return sorted(signals, key=lambda signal: (signal.at, signal.page, signal.kind))


def reading_strength(
    readings: Sequence[Reading], yardstick: Yardstick | None, *, depth_share: float
) -> float:
    """In units of one full reading, from the day's totals."""
    expected_s = yardstick.expected_s if yardstick else None
    if not expected_s:
        return 1 - 2 ** -len(readings)
    share = min(1.0, sum(reading.active_s for reading in readings) / expected_s)
    depths = [reading.depth for reading in readings if reading.depth is not None]
    return share * (1 - depth_share) + share * depth_share * max(depths, default=share)


# interests


def within_cap(signals: Iterable[Signal], *, topic: str, day_cap: float) -> list[Signal]:
    """The signals with that topic's weight alone, lowered where the day has reached the cap."""
    so_far: dict[date, float] = defaultdict(float)
    counted = []
    for signal in sorted(signals, key=lambda signal: (signal.at, signal.page, signal.kind)):
        left = day_cap - so_far[signal.at.date()]
        full = signal.strength * signal.topics.get(topic, 0.0)
        so_far[signal.at.date()] += min(full, left)
        weight = min(full, left) / signal.strength if full else 0.0
        counted.append(replace(signal, topics={topic: weight} if full else {}))
    return counted


def mass(signals: Iterable[Signal], *, topic: str) -> float:
    """sum s * w * 2^((t - EPOCH)/h)"""
    return math.fsum(
        signal.strength * signal.topics.get(topic, 0.0) * 2 ** ((signal.at - EPOCH) / HALF_LIFE)
        for signal in signals
    )


def heat(signals: Iterable[Signal], *, topic: str, at: datetime) -> float:
    """sum s * w * 2^(-(T - t)/h) over t <= T"""
    return math.fsum(
        signal.strength * signal.topics.get(topic, 0.0) * 2 ** -((at - signal.at) / HALF_LIFE)
        for signal in signals
        if signal.at <= at
    )


def tags(signals: Sequence[Signal], *, topic: str) -> list[Tag]:
    """Replay moment by moment: on at ENTER with evidence, off where heat falls to LEAVE."""
    about = [signal for signal in signals if topic in signal.topics and signal.strength > 0]
    found: list[Tag] = []
    evidence: set[int] = set()
    warm, warm_at, entered_at = 0.0, EPOCH, None
    for moment in sorted({signal.at for signal in about}):
        before = warm * 2 ** -((moment - warm_at) / HALF_LIFE)
        if before <= LEAVE:
            if entered_at is not None:
                found.append(Tag(entered_at, _cools_at(warm, warm_at)))
            evidence, entered_at = set(), None
        now = [signal for signal in about if signal.at == moment]
        warm, warm_at = before + sum(s.strength * s.topics[topic] for s in now), moment
        evidence |= {
            signal.page
            for signal in now
            if signal.kind == "reading" and signal.strength >= ENOUGH_OF_A_PAGE - 1e-9
        }
        if entered_at is None and warm >= ENTER - 1e-9 and len(evidence) >= ENOUGH_PAGES:
            entered_at = moment
    if entered_at is not None:
        found.append(Tag(entered_at, _cools_at(warm, warm_at)))
    return found


def _cools_at(warm: float, at: datetime) -> datetime:
    return at + HALF_LIFE * math.log2(warm / LEAVE)


# page statistics


def _count(outcome: Outcome) -> dict[tuple[int, date, str, str], int]:
    counts: dict[tuple[int, date, str, str], int] = defaultdict(int)
    for stored in outcome.stored.values():
        page, day = stored.sent.page, stored.at.date()
        counts[page, day, "active_ms", ""] += stored.sent.active_ms
        if stored.sent.kind in {"open", "share", "download", "play"}:
            counts[page, day, stored.sent.kind, ""] += 1
    for reading in outcome.readings.values():
        for quarter in (0.25, 0.5, 0.75, 1.0):
            if (reading.depth or 0) >= quarter:
                counts[reading.page, reading.day, "depth", f"{quarter:g}"] += 1
    return {key: count for key, count in counts.items() if count}
