"""Turns what one profile did with one page into signals: pure functions, no database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from tracking.arithmetic import Rule, attendance_strength, capped_active_s, reading_strength


class EventFact(NamedTuple):
    """A raw event as folding needs it; moments aware, active time in milliseconds."""

    at: datetime
    id: UUID
    kind: str
    active_ms: int
    depth: float | None
    panel: str
    played: list | None
    counted: float | None = None


class ReadingFact(NamedTuple):
    """A reading as signals need it."""

    opened_at: datetime
    last_at: datetime
    day: date
    active_s: float
    depth: float | None
    yardstick_id: int | None
    shared_at: datetime | None
    downloaded_at: datetime | None


class ImportedFact(NamedTuple):
    """An imported row as signals need it."""

    kind: str
    at: datetime
    seconds: float | None
    count: int


class AttendanceFact(NamedTuple):
    """An attendance as signals need it."""

    last_leave: datetime
    share: float


class Yardstick(NamedTuple):
    """What a page asked of its reader from a moment on."""

    id: int
    valid_from: datetime
    expected_s: float | None


class SignalFact(NamedTuple):
    """One signal as it should be stored, without its profile."""

    kind: str
    item_key: str
    day: date
    at: datetime
    strength: float
    page_id: int | None
    topic_id: int | None
    yardstick_id: int | None
    detail: dict


@dataclass
class FoldedView:
    """What the events of one view add up to."""

    opened_at: datetime
    last_at: datetime
    active_s: float
    depth: float | None
    events: int
    panels: list[str] = field(default_factory=list)
    played: list[list[float]] = field(default_factory=list)
    shared_at: datetime | None = None
    downloaded_at: datetime | None = None


def fold_view(events: Iterable[EventFact], *, expected_s: float | None) -> FoldedView:
    """Fold one view's events, in any order, into what a Reading holds. At least one event."""
    ordered = sorted(events, key=lambda event: (event.at, str(event.id)))
    first, last = ordered[0], ordered[-1]
    depths = [event.depth for event in ordered if event.depth is not None]
    return FoldedView(
        opened_at=first.at,
        last_at=last.at,
        active_s=capped_active_s(
            sum_s=sum(event.active_ms for event in ordered) / 1000,
            first_s=first.at.timestamp(),
            last_s=last.at.timestamp(),
            first_active_s=first.active_ms / 1000,
            expected_s=expected_s,
        ),
        depth=max(depths) if depths else None,
        events=len(ordered),
        panels=sorted({event.panel for event in ordered if event.panel}),
        played=union_of(
            interval for event in ordered for interval in event.played or [] if len(interval) == 2
        ),
        shared_at=_last_of(ordered, "share"),
        downloaded_at=_last_of(ordered, "download"),
    )


def union_of(intervals: Iterable[Iterable[float]]) -> list[list[float]]:
    """The union of [from, to] intervals, in order; touching ones become one."""
    united: list[list[float]] = []
    for start, end in sorted((float(a), float(b)) for a, b in intervals):
        if united and start <= united[-1][1]:
            united[-1][1] = max(united[-1][1], end)
        else:
            united.append([start, end])
    return united


def _last_of(events: Iterable[EventFact], kind: str) -> datetime | None:
    return max((event.at for event in events if event.kind == kind), default=None)


def yardstick_at(yardsticks: list[Yardstick], moment: datetime) -> Yardstick | None:
    """The yardstick in force at a moment; the first one where the moment is older than all."""
    chosen = None
    for yardstick in yardsticks:  # ordered by valid_from
        if chosen is None or yardstick.valid_from <= moment:
            chosen = yardstick
    return chosen


def signals_of_page(
    *,
    page_id: int,
    readings: Iterable[ReadingFact],
    imported: Iterable[ImportedFact],
    attendance: AttendanceFact | None,
    class_s: float | None,
    yardsticks: list[Yardstick],
    rule: Rule,
) -> list[SignalFact]:
    """Every signal of one profile about one page: at most one a kind and UTC day.

    `class_s` is the length of the class where the page is one, else None.
    """
    page_key = f"page:{page_id}"
    days = _Days(yardsticks)
    for reading in readings:
        days.add_reading(reading)
    attends: list[ImportedFact] = []
    acts: dict[tuple[str, date], datetime] = {}
    for row in imported:
        if row.kind == "read":
            days.add_imported(row)
        elif row.kind == "attend":
            attends.append(row)
        else:
            key = (row.kind, row.at.date())
            acts[key] = max(acts.get(key, row.at), row.at)
    for day, total in days.totals.items():
        for kind, moment in (("share", total.shared_at), ("download", total.downloaded_at)):
            if moment is not None:
                acts[kind, day] = moment
    signals = [
        days.signal(day, page_id=page_id, item_key=page_key, rule=rule) for day in days.totals
    ]
    for (kind, day), moment in acts.items():
        yardstick = yardstick_at(yardsticks, moment)
        signals.append(
            SignalFact(
                kind=kind,
                item_key=page_key,
                day=day,
                at=moment,
                strength=rule.strength_of(kind),
                page_id=page_id,
                topic_id=None,
                yardstick_id=yardstick.id if yardstick else None,
                detail={},
            )
        )
    attended = _attendance_signal(
        page_id=page_id,
        attends=attends,
        attendance=attendance,
        class_s=class_s,
        yardsticks=yardsticks,
        rule=rule,
    )
    return [*signals, attended] if attended else signals


@dataclass
class _DayTotal:
    first: tuple[datetime, int | None] | None = None
    last_at: datetime | None = None
    active_s: float = 0.0
    has_seconds: bool = False
    depth: float | None = None
    count: int = 0
    views: int = 0
    shared_at: datetime | None = None
    downloaded_at: datetime | None = None


class _Days:
    """Totals of reading by UTC day; the day's yardstick is that of its first opened view."""

    def __init__(self, yardsticks: list[Yardstick]):
        self.yardsticks = yardsticks
        self.expected = {yardstick.id: yardstick.expected_s for yardstick in yardsticks}
        self.totals: dict[date, _DayTotal] = {}

    def add_reading(self, reading: ReadingFact) -> None:
        total = self.totals.setdefault(reading.day, _DayTotal())
        opened = (reading.opened_at, reading.yardstick_id)
        if total.first is None or opened[0] < total.first[0]:
            total.first = opened
        total.last_at = max(total.last_at or reading.last_at, reading.last_at)
        total.active_s += reading.active_s
        total.has_seconds = True
        if reading.depth is not None:
            total.depth = max(total.depth or 0.0, reading.depth)
        total.views += 1
        for name in ("shared_at", "downloaded_at"):
            moment = getattr(reading, name)
            if moment is not None:
                setattr(total, name, max(getattr(total, name) or moment, moment))

    def add_imported(self, row: ImportedFact) -> None:
        total = self.totals.setdefault(row.at.date(), _DayTotal())
        if total.first is None or row.at < total.first[0]:
            yardstick = yardstick_at(self.yardsticks, row.at)
            total.first = (row.at, yardstick.id if yardstick else None)
        total.last_at = max(total.last_at or row.at, row.at)
        if row.seconds is None:
            total.count += row.count
        else:
            expected = self.expected.get(total.first[1]) if total.first[1] else None
            cap = 3.0 * expected if expected else row.seconds
            total.active_s += min(row.seconds, cap)
            total.has_seconds = True
            total.views += 1

    def signal(self, day: date, *, page_id: int, item_key: str, rule: Rule) -> SignalFact:
        total = self.totals[day]
        assert total.first is not None and total.last_at is not None
        yardstick_id = total.first[1]
        expected = self.expected.get(yardstick_id) if yardstick_id else None
        strength = 0.0
        if total.has_seconds and expected:
            strength = reading_strength(
                active_s=total.active_s,
                expected_s=expected,
                depth=total.depth,
                count=0,
                depth_share=rule.depth_share,
            )
        counted = total.count if expected else total.count + total.views
        if counted:
            strength = max(
                strength,
                reading_strength(active_s=None, expected_s=None, depth=None, count=counted),
            )
        detail = {"seconds": round(total.active_s, 1)} if total.has_seconds else {}
        if total.depth is not None:
            detail["depth"] = round(total.depth, 3)
        if total.count:
            detail["count"] = total.count
        return SignalFact(
            kind="reading",
            item_key=item_key,
            day=day,
            at=total.last_at,
            strength=strength * rule.strength_of("reading"),
            page_id=page_id,
            topic_id=None,
            yardstick_id=yardstick_id,
            detail=detail,
        )


def _attendance_signal(
    *,
    page_id: int,
    attends: list[ImportedFact],
    attendance: AttendanceFact | None,
    class_s: float | None,
    yardsticks: list[Yardstick],
    rule: Rule,
) -> SignalFact | None:
    """The one signal of a class: our own attendance where there is one, else imported rows."""
    if attendance is None and not attends:
        return None
    full = rule.strength_of("attendance")
    detail: dict = {}
    if attendance is not None:
        at, share, count = attendance.last_leave, attendance.share, 0
        detail["share"] = round(share, 4)
    else:
        at = max(row.at for row in attends)
        seconds = [row.seconds for row in attends if row.seconds is not None]
        count = sum(row.count for row in attends if row.seconds is None or not class_s)
        share_known = bool(seconds) and bool(class_s)
        share = sum(seconds) / class_s if share_known and class_s else None  # type: ignore[assignment]
        detail["count" if share is None else "share"] = (
            count if share is None else round(min(1.0, share), 4)
        )
    yardstick = yardstick_at(yardsticks, at)
    return SignalFact(
        kind="attendance",
        item_key=f"class:{page_id}",
        day=at.date(),
        at=at,
        strength=attendance_strength(full=full, share=share, count=count),
        page_id=page_id,
        topic_id=None,
        yardstick_id=yardstick.id if yardstick else None,
        detail=detail,
    )


def declared_signal(*, topic_id: int, at: datetime, rule: Rule) -> SignalFact:
    """The signal of one declaration."""
    return SignalFact(
        kind="declared",
        item_key=f"topic:{topic_id}",
        day=at.date(),
        at=at,
        strength=rule.strength_of("declared"),
        page_id=None,
        topic_id=topic_id,
        yardstick_id=None,
        detail={},
    )


def stated_signal(
    *, kind: str, topic_id: int, at: datetime, source: str, value: str, rule: Rule
) -> SignalFact:
    """The signal of one statement of staff or a device, with where it comes from."""
    detail = {"source": source, "value": value}
    return SignalFact(
        kind=kind,
        item_key=f"topic:{topic_id}",
        day=at.date(),
        at=at,
        strength=rule.strength_of(kind),
        page_id=None,
        topic_id=topic_id,
        yardstick_id=None,
        detail={name: said for name, said in detail.items() if said},
    )


def by_page(rows: Iterable[tuple[int, object]]) -> Mapping[int, list]:
    """Group (page id, fact) pairs by page."""
    grouped: dict[int, list] = {}
    for page_id, fact in rows:
        grouped.setdefault(page_id, []).append(fact)
    return grouped
