"""What a condition tells of people, as rows that the database can put together without Python.

A rule says it once: `evidence` reads a few people's rows by it, a rebuild on PostgreSQL everybody's.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from django.db.models import QuerySet

FAR = datetime(9999, 1, 1, tzinfo=UTC)
# The moment itself still counts, so a membership is looked at just after it.
JUST_AFTER = timedelta(milliseconds=1)


class Ends(Protocol):
    """When time alone ends it; `sql` says the same over columns named as the parts of the fact."""

    @property
    def sql(self) -> str: ...

    def of(self, row: Mapping[str, Any]) -> datetime | None: ...


@dataclass(frozen=True)
class Never:
    """Time alone does not end it."""

    sql = "NULL::timestamptz"

    def of(self, row: Mapping[str, Any]) -> datetime | None:
        """None."""
        return None


@dataclass(frozen=True)
class At:
    """At the moment that stands in a column."""

    column: str

    @property
    def sql(self) -> str:
        """The column."""
        return self.column

    def of(self, row: Mapping[str, Any]) -> datetime | None:
        """The moment."""
        return row[self.column]


@dataclass(frozen=True)
class Leaves:
    """When the moment in a column leaves a window of so many days; never where there is none."""

    column: str
    days: int | None

    @property
    def sql(self) -> str:
        """The column and the days."""
        if not self.days:
            return Never.sql
        return f"{self.column} + interval '{86_400 * self.days} seconds 1 millisecond'"

    def of(self, row: Mapping[str, Any]) -> datetime | None:
        """Just after the days have passed."""
        return row[self.column] + timedelta(days=self.days) + JUST_AFTER if self.days else None


@dataclass(frozen=True)
class Cools:
    """When the heat of a mass has fallen to a value: at EPOCH + h * log2(mass / value)."""

    column: str
    value: float
    epoch_s: float
    half_life_s: float

    @property
    def sql(self) -> str:
        """The first whole second after it; the far future beyond the calendar."""
        seconds = (
            f"{self.epoch_s!r}::float8 + {self.half_life_s!r}::float8 * "
            f"(ln({self.column} / {self.value!r}::float8) / ln(2::float8))"
        )
        return f"to_timestamp(least(floor({seconds}) + 1, {FAR.timestamp()!r}::float8))"

    def of(self, row: Mapping[str, Any]) -> datetime | None:
        """The first whole second after it."""
        seconds = self.epoch_s + self.half_life_s * math.log2(row[self.column] / self.value)
        return moment_of(seconds)


@dataclass(frozen=True)
class Outgrown:
    """With the year in which whoever was born in a column's year turns an age; None: never."""

    column: str
    age: int | None

    @property
    def sql(self) -> str:
        """The New Year after it."""
        if self.age is None:
            return Never.sql
        return f"make_timestamptz({self.column} + {self.age + 1}, 1, 1, 0, 0, 0, 'UTC')"

    def of(self, row: Mapping[str, Any]) -> datetime | None:
        """The New Year after it."""
        if self.age is None:
            return None
        return datetime(row[self.column] + self.age + 1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Told:
    """Rows that meet a condition, and what each makes of a fact.

    `person` is the path to the person's id. `columns` are the parts of the fact that differ from
    row to row, by name, with their paths: of a person's rows the one with the greatest values
    counts, the first column first. Parts named `at` or `…_at` are moments. `constant` is the rest.
    """

    rows: QuerySet
    person: str
    constant: dict[str, Any]
    columns: dict[str, str] = field(default_factory=dict)
    ends: Ends = field(default_factory=Never)

    def fact(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The fact that a row makes, as plain data."""
        parts = {
            name: one.isoformat() if isinstance(one, datetime) else one for name, one in row.items()
        }
        return {**self.constant, **parts}


def is_moment(name: str) -> bool:
    """Whether a part of a fact is a moment, by its name."""
    return name == "at" or name.endswith("_at")


def moment_of(seconds: float) -> datetime:
    """The first whole second after these seconds since 1970; the far future beyond the calendar."""
    try:
        return datetime.fromtimestamp(math.floor(seconds) + 1, tz=UTC)
    except (OverflowError, ValueError):
        return FAR
