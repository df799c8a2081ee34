"""Reads dates, times of day and durations as people's programs write them; it guesses no zone."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache


class DayOrder(StrEnum):
    """What the three numbers of a date mean."""

    DMY = "day, month, year"
    MDY = "month, day, year"
    YMD = "year, month, day"


class Unreadable(ValueError):
    """Not a moment or duration in any form that is known."""


@dataclass(frozen=True, slots=True)
class Written:
    """A moment as written: `numbers` of the date in their order (None without a date).

    `order` is set where the writing itself tells it, `aware` where it carries its own offset.
    """

    numbers: tuple[int, int, int] | None
    order: DayOrder | None
    time: time
    aware: datetime | None = None

    def on(self, order: DayOrder) -> datetime | None:
        """The naive moment with that order of day and month, None where there is no such day."""
        if self.numbers is None:
            return None
        day = _date(self.numbers, self.order or order)
        return datetime.combine(day, self.time) if day else None


MORNING = re.compile(r"(?<![^\W\d_])a\.?\s?m\b\.?|上午|凌晨|早上|vorm\.", re.IGNORECASE)
AFTERNOON = re.compile(r"(?<![^\W\d_])p\.?\s?m\b\.?|下午|晚上|中午|nachm\.", re.IGNORECASE)
CLOCK = re.compile(
    r"(?<!\d)(\d{1,2})(?:[:：]|[时點点]|\s?h\s?)(\d{2})"
    r"(?:(?:[:：]|分)(\d{2})(?:[.,]\d+)?)?(?!\d)"
)
BARE_HOUR = re.compile(r"^(\d{1,2})$")
NUMBERS = re.compile(r"(?<!\d)(\d{1,4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{2,4}|\d)(?!\d)")
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan januar jän",
            "feb februar",
            "mar märz mär mrz",
            "apr april",
            "may mai",
            "jun juni",
            "jul juli",
            "aug august",
            "sep sept september",
            "oct okt oktober",
            "nov november",
            "dec dez dezember",
        ),
        start=1,
    )
    for name in names.split()
}
DAY_FIRST_MONTH = re.compile(
    r"(?<!\d)(\d{1,2})\.?[\s-]+([^\W\d_]{3,})\.?,?[\s-]+(\d{4}|\d{2})(?!\d)"
)
MONTH_FIRST = re.compile(r"([^\W\d_]{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)")


@lru_cache(maxsize=50_000)
def written_moment(text: str) -> Written:
    """Read a moment or a time of day; raises Unreadable."""
    text = text.strip().strip('"').replace("\u202f", " ").replace("\xa0", " ")
    if len(text) > 60:
        raise Unreadable("too long for a moment")
    aware = _with_offset(text)
    if aware is not None:
        return Written(None, None, aware.time(), aware)
    numbers, order, rest = _date_of(text)
    return Written(numbers, order, _time_of(rest))


def _with_offset(text: str) -> datetime | None:
    if not re.match(r"^\d{4}-\d{2}-\d{2}[T ]", text):
        return None
    plain = re.sub(r"\s*(UTC|GMT)$", "+00:00", text, flags=re.IGNORECASE)
    plain = re.sub(r"\s+([+-]\d{2}:?\d{2})$", r"\1", plain)
    try:
        moment = datetime.fromisoformat(plain)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _date_of(text: str) -> tuple[tuple[int, int, int] | None, DayOrder | None, str]:
    """Return the date's numbers, their order where it is told, and the text without them."""
    found = NUMBERS.search(text)
    if found:
        first, second, third = found.groups()
        rest = text[: found.start()] + " " + text[found.end() :].removeprefix("日")
        numbers = (int(first), int(second), int(third))
        if len(first) >= 3:
            return numbers, DayOrder.YMD, rest
        mark = text[found.end(1) : found.start(2)].strip()
        return numbers, DayOrder.DMY if mark == "." else None, rest
    for pattern, order, month_at in (
        (DAY_FIRST_MONTH, DayOrder.DMY, 1),
        (MONTH_FIRST, DayOrder.MDY, 0),
    ):
        found = pattern.search(text)
        if found:
            parts = list(found.groups())
            name = parts[month_at].casefold()
            month = MONTHS.get(name) or MONTHS.get(name[:3])
            if month:
                parts[month_at] = str(month)
                rest = text[: found.start()] + " " + text[found.end() :]
                first, second, third = map(int, parts)
                return (first, second, third), order, rest
    return None, None, text


def _time_of(text: str) -> time:
    morning, afternoon = bool(MORNING.search(text)), bool(AFTERNOON.search(text))
    rest = AFTERNOON.sub(" ", MORNING.sub(" ", text)).replace("T", " ").strip(" ,;")
    clock = CLOCK.search(rest)
    if clock:
        hour, minute, second = (int(part or 0) for part in clock.groups())
    elif (morning or afternoon) and BARE_HOUR.match(rest):
        hour, minute, second = int(rest), 0, 0
    else:
        raise Unreadable("no time of day")
    if (morning or afternoon) and hour <= 12:
        hour = hour % 12 + (12 if afternoon else 0)
    try:
        return time(hour, minute, second)
    except ValueError:
        raise Unreadable("no such time of day") from None


def _date(numbers: tuple[int, int, int], order: DayOrder) -> date | None:
    first, second, third = numbers
    year, month, day = {
        DayOrder.DMY: (third, second, first),
        DayOrder.MDY: (third, first, second),
        DayOrder.YMD: (first, second, third),
    }[order]
    try:
        return date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None


def day_order_of(
    moments: Iterable[Written], *, days: set[date], usual: Iterable[DayOrder]
) -> DayOrder:
    """Return the order that makes most moments real days, then most of them days of the class.

    `usual` are the orders in question, the format's own first: it decides where both fit alike.
    """
    open_ones = [one for one in moments if one.numbers is not None and one.order is None]
    orders = list(usual)

    def fit(order: DayOrder) -> tuple[int, int, int]:
        found = [moment.date() for one in open_ones if (moment := one.on(order))]
        return len(found), sum(day in days for day in found), -orders.index(order)

    return max(orders, key=fit)


HOURS = r"(\d+(?:[.,]\d+)?)\s*(?:hours?|hrs?|std\.?|stunden?|h|小时|小時|时)"
MINUTES = r"(\d+(?:[.,]\d+)?)\s*(?:minutes?|minuten?|mins?\.?|m|分钟|分鐘|分)"
SECONDS = r"(\d+(?:[.,]\d+)?)\s*(?:seconds?|sekunden?|secs?\.?|sek\.?|s|秒钟|秒)"
IN_WORDS = re.compile(rf"^(?:{HOURS})?[\s,]*(?:{MINUTES})?[\s,]*(?:{SECONDS})?$", re.IGNORECASE)
IN_COLONS = re.compile(r"^(?:(\d+):)?(\d{1,3}):(\d{2})(?:\.\d+)?$")
ISO = re.compile(r"^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?$", re.IGNORECASE)
BARE = re.compile(r"^\d+(?:[.,]\d+)?$")


def seconds_written(text: str, *, unit_s: float) -> tuple[float, float]:
    """Return a duration in seconds and the step it is told in; raises Unreadable.

    A bare number counts in `unit_s`. `1:02:03` is hours, minutes and seconds.
    """
    text = text.strip()
    if BARE.match(text):
        return float(text.replace(",", ".")) * unit_s, unit_s
    for pattern in (IN_WORDS, ISO):
        found = pattern.match(text)
        if found and any(found.groups()):
            hours, minutes, seconds = (
                float(part.replace(",", ".")) if part else None for part in found.groups()
            )
            total = (hours or 0) * 3600 + (minutes or 0) * 60 + (seconds or 0)
            return total, 1.0 if seconds is not None else 60.0
    found = IN_COLONS.match(text)
    if found:
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return float(hours * 3600 + minutes * 60 + seconds), 1.0
    raise Unreadable("no duration")


def days_around(start: datetime, end: datetime) -> set[date]:
    """The days a report of a class may be about: its own, and one on either side."""
    days = {(start + timedelta(days=offset)).date() for offset in (-1, 0, 1)}
    return days | {(end + timedelta(days=offset)).date() for offset in (-1, 0, 1)}
