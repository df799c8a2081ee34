"""Turns intervals and counts into numbers for server-made SVG; it draws nothing itself."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from classroom.intervals import Interval, clipped_to, union_of

WIDTH = 1000
# A moment of no length, or a very short stay, is still to be seen.
NARROWEST = 2


class Bar(NamedTuple):
    """A rectangle on a line that is WIDTH wide, as SVG writes numbers in every language."""

    x: str
    width: str


def bars_of(intervals: Iterable[Interval], span: Interval) -> list[Bar]:
    """Place the union of intervals on the line that stands for the span."""
    if span.seconds <= 0:
        return []
    return [
        Bar(
            x=_number(_place(part.start, span)),
            width=_number(max(NARROWEST, part.seconds / span.seconds * WIDTH)),
        )
        for part in clipped_to(union_of(intervals), span)
    ]


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _place(at: datetime, span: Interval) -> float:
    return (at - span.start).total_seconds() / span.seconds * WIDTH


def ticks_of(span: Interval, zone: ZoneInfo) -> list[str]:
    """Clock times at equal distances from the start of the span to its end, round where they can be."""
    count = next((n for n in (4, 5, 3, 6, 2) if span.seconds % (n * 300) == 0), 4)
    step = timedelta(seconds=span.seconds / count)
    return [f"{(span.start + step * n).astimezone(zone):%H:%M}" for n in range(count + 1)]


def curve_of(counts: Sequence[int], *, height: int) -> str:
    """The points of a stepped curve, WIDTH wide, as an SVG path down to its base line."""
    if not counts:
        return ""
    top = max(counts) or 1
    step = WIDTH / len(counts)
    path = [f"M0 {height}"]
    for number, count in enumerate(counts):
        level = round(height - count / top * height, 1)
        path.append(f"V{level:g}H{round((number + 1) * step, 1):g}")
    return "".join(path) + f"V{height}Z"


def length_in_words(seconds: float) -> str:
    """A length of time as people say it, exact to the second."""
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    if not minutes:
        return _("%(seconds)s s") % {"seconds": rest}
    if not rest:
        return _("%(minutes)s min") % {"minutes": minutes}
    return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": rest}


def clock_span(interval: Interval, zone: ZoneInfo, *, short: bool = False) -> str:
    """From when until when on the zone's clock, to the second; the day where it is another one.

    With `short` whole minutes are told without seconds.
    """
    start, end = (at.astimezone(zone) for at in interval)
    if short and not (start.second or end.second or start.date() != end.date()):
        return f"{start:%H:%M} – {end:%H:%M}"
    if start == end:
        return f"{start:%H:%M:%S}"
    if start.date() != end.date():
        return f"{start:%Y-%m-%d %H:%M:%S} – {end:%Y-%m-%d %H:%M:%S}"
    return f"{start:%H:%M:%S} – {end:%H:%M:%S}"
