"""Reads rows of an event file, CSV or JSON lines, and says what is wrong with each; no database."""

import csv
import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from outbox.records import BadFile, BadRow, RecordFile

REQUIRED = ("person", "item", "at", "kind")
COLUMNS = ("id", *REQUIRED, "seconds", "count")
KINDS = frozenset({"read", "attend", "like", "bookmark", "comment", "follow"})
LONGEST_KEY = 200
GREATEST_COUNT = 2**31 - 1
REMEMBERED = 50_000


@dataclass(frozen=True, slots=True)
class EventRow:
    """One good row. `at` is aware and in UTC; `seconds` is None where the source has none."""

    line: int
    id: str
    person: str
    page_id: int
    item: str
    at: datetime
    kind: str
    seconds: float | None
    count: int


class RowReader:
    """Turns the lines of a file into rows; raises BadFile if its header cannot be used."""

    def __init__(self, file: RecordFile, *, pages: Mapping[str, int], now: datetime) -> None:
        self._file, self._pages, self._now = file, pages, now
        self._moments: dict[str, datetime] = {}
        self._json = file.start.startswith("{")
        if file.start.startswith("["):
            raise BadFile(f"{file.path} is one JSON array; one JSON object a line is taken.")
        if not self._json:
            self._read_header(file.start.splitlines()[0])

    def rows(self, on_bad: Callable[[int, BadRow], None]) -> Iterator[EventRow]:
        """Yield the good rows; tell `on_bad` the line and the reason of each other one."""
        header = not self._json
        for number, text in self._file:
            if not text or text.isspace():
                continue
            if header:
                header = False
                continue
            try:
                if number in self._file.undecodable:
                    raise BadRow(f"not {self._file.encoding} text")
                values = self._of_json(text) if self._json else self._of_csv(text)
                yield self._row(number, values)
            except BadRow as problem:
                on_bad(number, problem)
        if self._file.broken:
            on_bad(self._file.last_line + 1, BadRow(self._file.broken))

    def _read_header(self, line: str) -> None:
        self._separator = max(",;\t", key=line.count)
        try:
            names = [name.strip().lower() for name in next(self._cells(line))]
        except (csv.Error, StopIteration):
            names = []
        missing = [name for name in REQUIRED if name not in names]
        if missing:
            raise BadFile(
                f"{self._file.path} lacks {', '.join(missing)} in its first line. "
                f"The columns are {', '.join(COLUMNS)}; id, seconds and count may be left out."
            )
        self._width = len(names)
        self._places = [(name, names.index(name)) for name in COLUMNS if name in names]

    def _cells(self, line: str) -> Iterator[list[str]]:
        return csv.reader([line], delimiter=self._separator, strict=True)

    def _of_csv(self, text: str) -> dict[str, Any]:
        if '"' in text:
            try:
                cells = next(self._cells(text))
            except (csv.Error, StopIteration) as error:
                raise BadRow("not CSV", str(error)) from None
        else:
            cells = text.split(self._separator)
        if len(cells) != self._width:
            raise BadRow(
                "another number of fields than the first line",
                f"{len(cells)} where {self._width} belong",
            )
        return {name: cells[place].strip() for name, place in self._places}

    def _of_json(self, text: str) -> dict[str, Any]:
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise BadRow("not JSON", str(error)) from None
        if not isinstance(data, dict):
            raise BadRow("not a JSON object")
        return data

    def _row(self, number: int, values: dict[str, Any]) -> EventRow:
        person, item = _key(values, "person"), _key(values, "item")
        page_id = self._pages.get(item)
        if page_id is None:
            raise BadRow("unknown item", repr(item))
        kind = values.get("kind")
        if kind not in KINDS:
            raise BadRow("unknown kind", repr(kind))
        return EventRow(
            line=number,
            id=_key(values, "id") if values.get("id") not in (None, "") else "",
            person=person,
            page_id=page_id,
            item=item,
            at=self._moment(values.get("at")),
            kind=kind,
            seconds=_seconds(values.get("seconds")),
            count=_count(values.get("count")),
        )

    def _moment(self, value: Any) -> datetime:
        moment = self._moments.get(value) if isinstance(value, str) else None
        if moment is None:
            moment = _parsed_moment(value)
            if len(self._moments) >= REMEMBERED:
                self._moments.clear()
            self._moments[value] = moment
        if moment > self._now:
            raise BadRow("at lies in the future", value)
        return moment


def _parsed_moment(value: Any) -> datetime:
    if value is None or value == "":
        raise BadRow("at is missing")
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise BadRow("at is no ISO date", repr(value)) from None


def _key(values: dict[str, Any], name: str) -> str:
    value = values.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is None or value == "":
        raise BadRow(f"{name} is missing")
    if not isinstance(value, str) or "\x00" in value or not _is_text(value):
        raise BadRow(f"{name} is not text", repr(value)[:80])
    if len(value) > LONGEST_KEY:
        raise BadRow(f"{name} is longer than {LONGEST_KEY} characters")
    return value


def _is_text(value: str) -> bool:
    return value.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in value)


def _seconds(value: Any) -> float | None:
    if value is None or value == "":
        return None
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        raise BadRow("seconds is no number", repr(value)) from None
    if isinstance(value, bool) or not math.isfinite(seconds):
        raise BadRow("seconds is no number", repr(value))
    if seconds < 0:
        raise BadRow("seconds is negative", repr(value))
    return seconds


def _count(value: Any) -> int:
    if value is None or value == "":
        return 1
    try:
        count = int(value)
    except (TypeError, ValueError, OverflowError):
        raise BadRow("count is no whole number", repr(value)) from None
    if isinstance(value, (bool, float)) and (isinstance(value, bool) or value != count):
        raise BadRow("count is no whole number", repr(value))
    if count < 0:
        raise BadRow("count is negative", repr(value))
    if count > GREATEST_COUNT:
        raise BadRow("count is too great", repr(value))
    return count
