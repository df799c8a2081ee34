"""Reads page statistics for people to look at; small groups are never shown as figures."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from tracking.models import PageCounter

SMALL_GROUP = 5
FEWER = _("fewer than five")
# The parts of these make up the opens, so one hidden part could be told from the others.
PARTS_OF_OPENS = ("language", "device", "referrer")


@dataclass(frozen=True)
class Figure:
    """A count that may be shown; None stands for fewer than five (and not none)."""

    count: int | None

    def __str__(self) -> str:
        return str(FEWER) if self.count is None else str(self.count)


@dataclass(frozen=True)
class PageStatistics:
    """What happened on a page since a day, on both planes together.

    `opens`, `active_s` (seconds, None where fewer than five opened it), and by dimension each
    value with its figure, in the order of values.
    """

    page_id: int
    since: date
    opens: Figure
    active_s: int | None
    dimensions: dict[str, dict[str, Figure]]


def figure(count: int) -> Figure:
    """The count as it may be shown."""
    return Figure(None if 0 < count < SMALL_GROUP else max(count, 0))


def page_statistics(page_id: int, since: date) -> PageStatistics:
    """The page's counters from that UTC day on, with small groups hidden."""
    rows = (
        PageCounter.objects.filter(page_id=page_id, day__gte=since)
        .values_list("dimension", "value")
        .annotate(total=Sum("count"))
        .order_by("dimension", "value")
    )
    totals: dict[str, dict[str, int]] = defaultdict(dict)
    for dimension, value, total in rows:
        totals[dimension][value] = total
    opens = totals.pop("open", {}).get("", 0)
    active_ms = totals.pop("active_ms", {}).get("", 0)
    return PageStatistics(
        page_id=page_id,
        since=since,
        opens=figure(opens),
        active_s=None if active_ms and opens < SMALL_GROUP else active_ms // 1000,
        dimensions={
            dimension: protected(values, whole=opens if dimension in PARTS_OF_OPENS else None)
            for dimension, values in totals.items()
        },
    )


def protected(values: dict[str, int], *, whole: int | None) -> dict[str, Figure]:
    """Figures of one dimension; where the whole is known, a single hidden part hides another."""
    figures = {value: figure(count) for value, count in values.items()}
    hidden = [value for value, shown in figures.items() if shown.count is None]
    unknown = (whole or 0) - sum(values.values())
    if whole is not None and unknown <= 0 and len(hidden) == 1 and len(values) > 1:
        next_smallest = min((v for v in values if v not in hidden), key=lambda v: (values[v], v))
        figures[next_smallest] = Figure(None)
    return figures
