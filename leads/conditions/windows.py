"""The stretch of time a condition looks at: days back from now, or days of the calendar."""

from datetime import UTC, datetime, time, timedelta

from django.utils.translation import gettext_lazy as _

from leads.conditions.base import Moment, Problem
from leads.conditions.told import Leaves
from leads.models import Condition

WINDOW = ("days", "since", "until")


def window_of(condition: Condition, moment: Moment) -> tuple[datetime | None, datetime]:
    """The first moment that counts (None: any) and the last; nothing after the moment counts."""
    since, until = None, moment.at
    if condition.days:
        since = moment.at - timedelta(days=condition.days)
    elif condition.since:
        since = datetime.combine(condition.since, time.min, tzinfo=moment.zone)
    if condition.until and not condition.days:
        day_after = condition.until + timedelta(days=1)
        end = datetime.combine(day_after, time.min, tzinfo=moment.zone) - timedelta(microseconds=1)
        until = min(until, end)
    return since, until


def within(path: str, condition: Condition, moment: Moment) -> dict[str, datetime]:
    """The filter arguments that confine a column of moments to the window."""
    since, until = window_of(condition, moment)
    found = {f"{path}__lte": until}
    return found if since is None else found | {f"{path}__gte": since}


def leaves_at(condition: Condition, at: datetime) -> datetime | None:
    """When something of that moment leaves the window by time alone; None: never."""
    return Leaves("at", condition.days).of({"at": at})


def new_year(at: datetime) -> datetime:
    """The moment the year of this one began, where ages are counted."""
    return datetime(at.astimezone(UTC).year, 1, 1, tzinfo=UTC)


def window_problem(condition: Condition) -> Problem | None:
    """A window that ends before it begins holds nothing."""
    if condition.since and condition.until and condition.until < condition.since:
        return Problem("until", _("The last day is before the first. Change one of them."))
    return None
