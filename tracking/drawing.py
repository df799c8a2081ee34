"""Turns figures about a piece into bars, points and words for the templates; it reads nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from classroom.admin.drawing import length_in_words
from tracking.selectors.curves import Attention, Drop, Reached
from tracking.selectors.statistics import NOT_TOLD, Figure, PageStatistics

WIDTH, BAR_HEIGHT = 120, 24
# What is hidden is drawn alike whatever it is: low, and hatched.
HIDDEN_HEIGHT = 3
CURVE_HEIGHT = 100

PLACES = {
    0.0: gettext_lazy("opened"),
    0.25: gettext_lazy("a quarter"),
    0.5: gettext_lazy("half"),
    0.75: gettext_lazy("three quarters"),
    1.0: gettext_lazy("the end"),
}
STOPS = {
    0.0: gettext_lazy("More stop in the first quarter than in any other: {n} of 100 openings."),
    0.25: gettext_lazy("More stop in the second quarter than in any other: {n} of 100 openings."),
    0.5: gettext_lazy("More stop in the third quarter than in any other: {n} of 100 openings."),
    0.75: gettext_lazy("More stop in the last quarter than in any other: {n} of 100 openings."),
}
SOURCES = {
    "referrer": gettext_lazy("Came from"),
    "campaign": gettext_lazy("Campaign"),
    "language": gettext_lazy("Language of the browser"),
    "device": gettext_lazy("Device"),
}
VALUES = {
    ("referrer", "direct"): gettext_lazy("Typed in, a bookmark or an app"),
    ("referrer", "search"): gettext_lazy("A search engine"),
    ("referrer", "social"): gettext_lazy("A social network"),
    ("referrer", "site"): gettext_lazy("Another page of this site"),
    ("referrer", "other"): gettext_lazy("Another site"),
    ("language", "en"): gettext_lazy("English"),
    ("language", "zh"): gettext_lazy("Chinese"),
    ("language", "other"): gettext_lazy("Another language"),
    ("device", "phone"): gettext_lazy("Mobile phone"),
    ("device", "tablet"): gettext_lazy("Tablet"),
    ("device", "desktop"): gettext_lazy("Computer"),
}
ACTS = {"share": gettext_lazy("Shared"), "download": gettext_lazy("Downloaded")}


@dataclass(frozen=True)
class Bar:
    """A labelled share: its figure, its length of a hundred, None where it is hidden."""

    label: str
    figure: Figure
    share: int | None


@dataclass(frozen=True)
class ReadingTime:
    """Active time an opening in words, and beside what a full reading takes where that is known."""

    words: str
    expected: str
    share: int | None


def sparkline(days: Sequence[Figure]) -> list[dict]:
    """A bar for each day, drawn by the template as SVG rectangles; a hidden day is drawn low."""
    wide = WIDTH // len(days)
    top = max((day.count or 0 for day in days), default=0) or 1
    bars = []
    for n, day in enumerate(days):
        hidden = day.count is None
        height = HIDDEN_HEIGHT if hidden else round(BAR_HEIGHT * (day.count or 0) / top)
        if height:
            x, y = n * wide, BAR_HEIGHT - height
            bars.append({"x": x, "y": y, "width": wide - 1, "height": height, "hidden": hidden})
    return bars


def days(statistics: PageStatistics, *, days: Sequence[date]) -> dict:
    """The window in steps: bars, the greatest, and rows of those with openings, newest first."""
    starts = days[:: statistics.step]
    figures = [statistics.days.get(day, Figure(0)) for day in starts]
    shown = [(day, one) for day, one in zip(starts, figures, strict=True) if one.count]
    rest = timedelta(days=statistics.step - 1)
    return {
        "step": statistics.step,
        "bars": sparkline(figures),
        "first": days[0],
        "last": days[-1],
        "most": max(shown, key=lambda pair: (pair[1].count, pair[0]), default=None),
        "has_hidden": any(one.count is None for one in figures),
        "rows": [
            {"first": day, "last": day + rest, "figure": one}
            for day, one in sorted(statistics.days.items(), reverse=True)
        ],
    }


def curve(reached: Sequence[Reached]) -> dict | None:
    """Points of the reading curve in a square of a hundred, as far as its figures are shown."""
    if not reached:
        return None
    points = []
    for one in reached:
        if one.share is None:
            break
        points.append((round(100 * one.mark), CURVE_HEIGHT - one.share))
    line = " ".join(f"{x},{y}" for x, y in points)
    return {
        "points": points,
        "line": line,
        "area": f"0,{CURVE_HEIGHT} {line} {points[-1][0]},{CURVE_HEIGHT}" if points else "",
        "rows": [
            {"place": PLACES[one.mark], "figure": one.figure, "share": one.share} for one in reached
        ],
    }


def stops(drop: Drop | None) -> str:
    """In words, where most of those who stop do so."""
    return str(STOPS[drop.start]).format(n=drop.share) if drop else ""


def panels(blocks: Sequence[Any], *, attention: Sequence[Attention]) -> list[dict]:
    """Each panel with its place, drawing, text alternative and how many had it in view."""
    return [
        {
            "place": place,
            "alt": block.value["alt"],
            "drawing": _drawing_of(block),
            "figure": one.figure,
            "share": one.share,
        }
        for place, (block, one) in enumerate(zip(blocks, attention, strict=True), start=1)
    ]


def _drawing_of(block: Any) -> str:
    image = block.value["image"]
    return reverse("panel_drawing", args=[image.pk]) if image else ""


def sources(statistics: PageStatistics) -> list[dict]:
    """Where readers came from, and on what they read: each with its bars, the longest first."""
    return [
        {"name": dimension, "title": title, **_bars(dimension, statistics)}
        for dimension, title in SOURCES.items()
    ]


def _bars(dimension: str, statistics: PageStatistics) -> dict:
    """Bars of what is shown; several small values become one line that counts them."""
    values = statistics.of(dimension)
    small = [value for value, one in values.items() if one.count is None and not one.covers]
    together = len(small) if dimension == "campaign" and len(small) > 1 else 0
    shown = [
        Bar(_label(dimension, value), one, one.share_of(statistics.opens))
        for value, one in sorted(values.items(), key=lambda pair: -(pair[1].count or 0))
        if not (together and value in small)
    ]
    return {"bars": shown, "small": together}


def _label(dimension: str, value: str) -> str:
    if value == NOT_TOLD:
        return _("not told")
    return str(VALUES.get((dimension, value), value))


def acts(statistics: PageStatistics) -> list[tuple[str, Figure]]:
    """What was done with the piece beside reading it, where anything was."""
    return [
        (str(words), statistics.of(kind)[""])
        for kind, words in ACTS.items()
        if statistics.of(kind).get("")
    ]


def time_of(statistics: PageStatistics, *, expected_s: float | None) -> ReadingTime | None:
    """Active time an opening against what a full reading takes; None where it is not shown."""
    if not statistics.opens.count or statistics.active_s is None:
        return None
    mean_s = statistics.active_s / statistics.opens.count
    return ReadingTime(
        words=length_in_words(mean_s),
        expected=length_in_words(_roughly(expected_s)) if expected_s else "",
        share=round(100 * mean_s / expected_s) if expected_s else None,
    )


def _roughly(seconds: float) -> float:
    """An estimate to half a minute, a short one to five seconds."""
    step = 30 if seconds > 60 else 5
    return max(step, step * round(seconds / step))
