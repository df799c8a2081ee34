"""Puts written moments on the time line of one class: its days, its zone, its summer time."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from classroom.intervals import Interval
from classroom.reports.moments import DayOrder, Written, day_order_of, days_around

PATIENCE_S = 90.0


class Window(NamedTuple):
    """When the class is, and the zone in which times without an offset are meant."""

    start: datetime
    end: datetime
    zone: ZoneInfo

    @property
    def local_start(self) -> datetime:
        """The start on the clock of the class's zone."""
        return self.start.astimezone(self.zone)

    @property
    def interval(self) -> Interval:
        """The class as an interval."""
        return Interval(self.start, self.end)

    def overlap_s(self, start: datetime, end: datetime) -> float:
        """How many seconds of start to end lie in the class; negative is the distance to it."""
        return (min(end, self.end) - max(start, self.start)).total_seconds()


class Placer:
    """Turns the written moments of one report into aware ones; one order of day and month for all."""

    def __init__(
        self, *, window: Window, moments: Iterable[Written], usual: Iterable[DayOrder]
    ) -> None:
        self._window = window
        local_end = window.end.astimezone(window.zone)
        self._days = days_around(window.local_start, local_end)
        self.order = day_order_of(moments, days=self._days, usual=usual)

    def pair(
        self, joined: Written, left: Written, *, seconds: float | None
    ) -> tuple[datetime, datetime] | None:
        """Return join and leave, None if either is no real day.

        Where an hour occurs twice, or no day is written, the reading is taken that is in order,
        agrees with the duration, is short, and lies most in the class.
        """
        pairs = [(a, b) for a in self._readings(joined) for b in self._readings(left)]
        if len(pairs) < 2:
            return pairs[0] if pairs else None

        def doubt(pair: tuple[datetime, datetime]) -> tuple[bool, bool, float, float]:
            start, end = pair
            length = (end - start).total_seconds()
            disagrees = seconds is not None and abs(length - seconds) > PATIENCE_S
            return length < 0, disagrees, abs(length), -self._window.overlap_s(start, end)

        return min(pairs, key=doubt)

    def one(self, moment: Written) -> datetime | None:
        """Return one moment by itself: the reading next to the class."""
        readings = self._readings(moment)
        return max(readings, key=lambda at: self._window.overlap_s(at, at), default=None)

    def _readings(self, moment: Written) -> list[datetime]:
        if moment.aware is not None:
            return _in_utc([moment.aware])
        if moment.numbers is None:
            days = sorted(self._days, key=lambda day: abs(day - self._window.local_start.date()))
            naive = [datetime.combine(day, moment.time) for day in days]
        else:
            at = moment.on(self.order)
            naive = [at] if at else []
        return [aware for one in naive for aware in self._folds(one)]

    def _folds(self, naive: datetime) -> list[datetime]:
        """Both readings of an hour that the end of summer time repeats, else the one."""
        both = _in_utc(naive.replace(tzinfo=self._window.zone, fold=fold) for fold in (0, 1))
        repeated = len(both) == 2 and timedelta(0) < both[1] - both[0]
        return both if repeated else both[:1]


def _in_utc(moments: Iterable[datetime]) -> list[datetime]:
    """Bring moments to UTC; at the ends of the calendar there may be none."""
    try:
        return [moment.astimezone(UTC) for moment in moments]
    except OverflowError:
        return []
