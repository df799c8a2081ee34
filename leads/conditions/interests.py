"""Conditions on what a person's profile shows: heat, interest tag, recent activity."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.db.models import Max, QuerySet
from django.utils.translation import gettext_lazy as _

from leads.conditions.base import ConditionRule, Evidence, Moment, Problem, Scope
from leads.models import Condition
from tracking.arithmetic import mass_for_heat
from tracking.models import Interest, InterestTag, Signal

# The moment itself still counts, so a membership is looked at just after it.
JUST_AFTER = timedelta(milliseconds=1)
FAR = datetime(9999, 1, 1, tzinfo=UTC)


def moment_of(seconds: float) -> datetime:
    """The first whole second after these seconds since 1970; the far future beyond the calendar."""
    try:
        return datetime.fromtimestamp(math.floor(seconds) + 1, tz=UTC)
    except (OverflowError, ValueError):
        return FAR


class TopicRule(ConditionRule):
    """What conditions on a topic share: it must be there, and fit to be shown beside a name."""

    topic_needed = False

    def problem(self, condition: Condition) -> Problem | None:
        """A removed topic and a sensitive one are problems, never silently nobody."""
        if condition.topic is None:
            if self.topic_needed:
                return Problem("topic", _("The topic of this condition is missing. Choose one."))
            return None
        if condition.topic.resolved.sensitive:
            return Problem(
                "topic",
                _(
                    "Interest in this topic is never shown beside a name, so no list can ask for it."
                ),
            )
        return None


class HeatRule(TopicRule):
    """Heat for a topic is at least a value: an indexable range of the stored mass."""

    topic_needed = True
    takes = ("topic", "value")

    def problem(self, condition: Condition) -> Problem | None:
        """Heat must be over 0: everybody has at least none."""
        if condition.value is None or condition.value <= 0:
            return Problem("value", _("Say how much heat is asked for: a number over 0."))
        return super().problem(condition)

    def _interests(self, condition: Condition, moment: Moment) -> QuerySet[Interest]:
        bound = mass_for_heat(
            heat=condition.value or 0.0, at_s=moment.at.timestamp(), rule=moment.rule
        )
        return Interest.objects.filter(
            topic_id=moment.resolved(condition.topic_id),
            mass__gte=bound,
            profile__person__isnull=False,
        )

    def matching(self, condition: Condition, moment: Moment) -> QuerySet:
        """Persons whose mass is at least the one that is that warm at the moment."""
        return self._interests(condition, moment).values("profile__person_id")

    def evidence(self, condition: Condition, moment: Moment, scope: Scope) -> Iterator[Evidence]:
        """The interest; it ends where heat has fallen to the value: EPOCH + h * log2(mass / value)."""
        topic_id, rule = moment.resolved(condition.topic_id), moment.rule
        rows = self._interests(condition, moment).filter(**scope.on("profile__person_id"))
        for person_id, mass, signals, last_at in rows.values_list(
            "profile__person_id", "mass", "signals", "last_at"
        ):
            ends_s = rule.epoch_s + rule.half_life_s * math.log2(mass / (condition.value or mass))
            fact = {
                "kind": "heat",
                "topic": topic_id,
                "least": condition.value,
                "mass": mass,
                "rule": rule.number,
                "signals": signals,
                "last_at": last_at.isoformat(),
            }
            yield Evidence(person_id, fact, moment_of(ends_s))


class TagRule(TopicRule):
    """Has the interest tag: an episode with entered_at <= T < lapses_at."""

    topic_needed = True
    takes = ("topic",)

    def _tags(self, condition: Condition, moment: Moment) -> QuerySet[InterestTag]:
        return InterestTag.objects.filter(
            topic_id=moment.resolved(condition.topic_id),
            entered_at__lte=moment.at,
            lapses_at__gt=moment.at,
            profile__person__isnull=False,
        )

    def matching(self, condition: Condition, moment: Moment) -> QuerySet:
        """Persons whose tag is on."""
        return self._tags(condition, moment).values("profile__person_id")

    def evidence(self, condition: Condition, moment: Moment, scope: Scope) -> Iterator[Evidence]:
        """The episode; it ends when the tag lapses."""
        topic_id = moment.resolved(condition.topic_id)
        rows = self._tags(condition, moment).filter(**scope.on("profile__person_id"))
        best: dict[int, tuple[datetime, datetime]] = {}
        for person_id, entered_at, lapses_at in rows.values_list(
            "profile__person_id", "entered_at", "lapses_at"
        ):
            if person_id not in best or best[person_id][1] < lapses_at:
                best[person_id] = (entered_at, lapses_at)
        for person_id, (entered_at, lapses_at) in best.items():
            fact = {
                "kind": "tag",
                "topic": topic_id,
                "entered_at": entered_at.isoformat(),
                "lapses_at": lapses_at.isoformat(),
            }
            yield Evidence(person_id, fact, lapses_at)


class RecencyRule(TopicRule):
    """Was active in the last days: on a topic (its interest's last signal), or on anything."""

    takes = ("days", "topic")

    def problem(self, condition: Condition) -> Problem | None:
        """The number of days must be given."""
        if not condition.days:
            return Problem("days", _("Say in how many last days: a whole number over 0."))
        return super().problem(condition)

    def _rows(self, condition: Condition, moment: Moment) -> QuerySet:
        since = moment.at - timedelta(days=condition.days or 0)
        if condition.topic_id is None:
            return Signal.objects.filter(at__gte=since, profile__person__isnull=False)
        return Interest.objects.filter(
            topic_id=moment.resolved(condition.topic_id),
            last_at__gte=since,
            profile__person__isnull=False,
        )

    def matching(self, condition: Condition, moment: Moment) -> QuerySet:
        """Persons with evidence in the window."""
        return self._rows(condition, moment).values("profile__person_id")

    def evidence(self, condition: Condition, moment: Moment, scope: Scope) -> Iterator[Evidence]:
        """The last evidence; it ends when that one leaves the window."""
        rows = self._rows(condition, moment).filter(**scope.on("profile__person_id"))
        newest = Max("at") if condition.topic_id is None else Max("last_at")
        topic_id = condition.topic_id and moment.resolved(condition.topic_id)
        window = timedelta(days=condition.days or 0)
        for person_id, last_at in rows.values_list("profile__person_id").annotate(newest):
            fact = {
                "kind": "recency",
                "days": condition.days,
                "topic": topic_id,
                "last_at": last_at.isoformat(),
            }
            yield Evidence(person_id, fact, last_at + window + JUST_AFTER)
