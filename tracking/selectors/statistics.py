"""Reads page statistics for people to look at; small groups are never shown as figures.

Every figure is a multiple of five, and so is every sum and difference of figures, on whatever days
they were looked at: none of them is a small group.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from tracking.models import PageCounter

SMALL_GROUP = 5
FEWER = _("fewer than five")
NOT_SHOWN = _("not shown")
# The parts of these make up the opens, so one hidden part could be told from the others.
PARTS_OF_OPENS = ("language", "device", "referrer")
# What is left of the opens when every part that was told is taken away.
NOT_TOLD = ""
# Openings by day; by six days, of which a month has five, where most days have too few to show.
STEPS = (1, 6)
Value = TypeVar("Value", str, date)


@dataclass(frozen=True)
class Figure:
    """A count that may be shown, to the nearest five; None stands for fewer than five (and not none).

    With `covers` it is hidden for another's sake: it would tell a small one by subtraction.
    """

    count: int | None
    covers: bool = False

    def __str__(self) -> str:
        if self.count is None:
            return str(NOT_SHOWN if self.covers else FEWER)
        return str(self.count)

    def share_of(self, whole: "Figure") -> int | None:
        """How many of a hundred of the whole, rounded; None where either is hidden or none."""
        if self.count is None or not whole.count:
            return None
        return round(100 * min(self.count, whole.count) / whole.count)


@dataclass(frozen=True)
class PageStatistics:
    """What happened on a page since a day, on both planes together.

    `opens`, `active_s` (seconds, None where fewer than five opened it; made of the shown opens and
    the mean to the nearest five seconds, so that no one reading changes it by its own), the opens of each step of
    so many days that had some, by its first day, and by dimension each value with its figure, in
    the order of values.
    """

    page_id: int
    since: date
    opens: Figure
    active_s: int | None
    step: int
    days: dict[date, Figure]
    dimensions: dict[str, dict[str, Figure]]

    def of(self, dimension: str) -> dict[str, Figure]:
        """The values of one dimension, none where nothing was counted."""
        return self.dimensions.get(dimension, {})


def figure(count: int) -> Figure:
    """The count as it may be shown: to the nearest five."""
    return Figure(None if 0 < count < SMALL_GROUP else told(count))


def told(count: float) -> int:
    """The nearest multiple of five, none below 0.

    Two exact counts of two days would tell by their difference what one of them hides.
    """
    return SMALL_GROUP * max(0, int((count + SMALL_GROUP / 2) // SMALL_GROUP))


def told_active_s(active_ms: int, *, opens: int) -> int | None:
    """Seconds as they may be shown: the mean in fives, for as many openings as are shown."""
    shown = figure(opens)
    if shown.count is None:
        return None
    return told(active_ms / 1000 / opens) * shown.count if opens > 0 else 0


def page_statistics(page_id: int, since: date) -> PageStatistics:
    """The page's counters from that UTC day on, with small groups hidden; 2 queries."""
    counters = PageCounter.objects.filter(page_id=page_id, day__gte=since)
    totals: dict[str, dict[str, int]] = defaultdict(dict)
    for dimension, value, total in (
        counters.values_list("dimension", "value")
        .annotate(total=Sum("count"))
        .order_by("dimension", "value")
    ):
        if total:
            totals[dimension][value] = total
    days = counters.filter(dimension="open").order_by("day").values_list("day", "count")
    opens = totals.pop("open", {}).get("", 0)
    active_ms = totals.pop("active_ms", {}).get("", 0)
    for dimension in PARTS_OF_OPENS:
        told = totals.get(dimension)
        if told and (rest := opens - sum(told.values())) > 0:
            told[NOT_TOLD] = rest
    step, shown = opens_by_step(dict(days), since=since)
    return PageStatistics(
        page_id=page_id,
        since=since,
        opens=figure(opens),
        active_s=told_active_s(active_ms, opens=opens),
        step=step,
        days=shown,
        dimensions={
            dimension: protected(values, adds_up=dimension in PARTS_OF_OPENS)
            for dimension, values in totals.items()
        },
    )


def opens_by_step(opens: Mapping[date, int], *, since: date) -> tuple[int, dict[date, Figure]]:
    """Openings of each step of days that had some, by its first day, beside their sum.

    The step is the shortest at which no more than half of the figures are hidden, or the longest;
    two screens with different steps would tell what each of them hides.
    """
    for step in STEPS:
        sums: dict[date, int] = defaultdict(int)
        for day, count in opens.items():
            sums[day - timedelta(days=(day - since).days % step)] += count
        shown = protected(sums, adds_up=True)
        if 2 * sum(one.count is None for one in shown.values()) <= len(shown):
            break
    return step, shown


def protected(values: Mapping[Value, int], *, adds_up: bool) -> dict[Value, Figure]:
    """Figures of one dimension, small ones hidden.

    Where the values add up to a figure that is shown, what is hidden is at least two values and
    together no small group: the next greater ones are hidden with it, until there is no other.
    """
    figures = {value: figure(count) for value, count in values.items()}
    hidden = [value for value, shown in figures.items() if shown.count is None]
    if not adds_up or not hidden:
        return figures
    together = sum(values[value] for value in hidden)
    for value in sorted((v for v in values if figures[v].count), key=lambda v: (values[v], v)):
        if len(hidden) > 1 and together >= SMALL_GROUP:
            break
        figures[value] = Figure(None, covers=True)
        hidden.append(value)
        together += values[value]
    return figures
