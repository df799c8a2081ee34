"""Conditions on what a person's profile shows: heat, tag, activity, declarations."""

from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from leads.conditions.base import ConditionRule, Moment, Problem
from leads.conditions.told import At, Cools, Leaves, Told
from leads.conditions.windows import WINDOW, window_problem, within
from leads.models import Condition
from tracking.arithmetic import mass_for_heat
from tracking.models import Declaration, Interest, InterestTag, Signal, Veto


class TopicRule(ConditionRule):
    """What conditions on a topic share: it must be there, and fit to be shown beside a name."""

    topic_needed = False

    def problem(self, condition: Condition) -> Problem | None:
        """A removed topic and a sensitive one are problems, never silently nobody."""
        if found := window_problem(condition):
            return found
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
    takes = ("topic", "below", "value")

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
            topic_id__in=moment.asked(condition),
            mass__gte=bound,
            profile__person__isnull=False,
        )

    def matching(self, condition: Condition, moment: Moment) -> QuerySet:
        """Persons whose mass is at least the one that is that warm at the moment."""
        return self._interests(condition, moment).values("profile__person_id")

    def told(self, condition: Condition, moment: Moment) -> Told:
        """The warmest interest; it ends where heat has fallen to the value."""
        rule = moment.rule
        value = condition.value or 0.0
        return Told(
            rows=self._interests(condition, moment),
            person="profile__person_id",
            constant={"kind": "heat", "least": value, "rule": rule.number},
            columns={
                "mass": "mass",
                "topic": "topic_id",
                "signals": "signals",
                "last_at": "last_at",
            },
            ends=Cools("mass", value, epoch_s=rule.epoch_s, half_life_s=rule.half_life_s),
        )


class TagRule(TopicRule):
    """Has the interest tag: an episode with entered_at <= T < lapses_at."""

    topic_needed = True
    takes = ("topic", "below")

    def _tags(self, condition: Condition, moment: Moment) -> QuerySet[InterestTag]:
        return InterestTag.objects.filter(
            topic_id__in=moment.asked(condition),
            entered_at__lte=moment.at,
            lapses_at__gt=moment.at,
            profile__person__isnull=False,
        )

    def matching(self, condition: Condition, moment: Moment) -> QuerySet:
        """Persons whose tag is on."""
        return self._tags(condition, moment).values("profile__person_id")

    def told(self, condition: Condition, moment: Moment) -> Told:
        """The episode that lapses last; it ends when that one does."""
        return Told(
            rows=self._tags(condition, moment),
            person="profile__person_id",
            constant={"kind": "tag"},
            columns={"lapses_at": "lapses_at", "entered_at": "entered_at", "topic": "topic_id"},
            ends=At("lapses_at"),
        )


class RecencyRule(TopicRule):
    """Was active in the window: on a topic (its interest's last signal), or on anything."""

    takes = ("topic", "below", *WINDOW)

    def problem(self, condition: Condition) -> Problem | None:
        """A window must be given; on a topic only the last time is kept, so days from now alone."""
        if not (condition.days or condition.since or condition.until):
            return Problem("days", _("Say in how many last days: a whole number over 0."))
        if condition.topic is not None and not condition.days:
            message = _("Activity on a topic is asked for in the last days, not between two dates.")
            return Problem("days", message)
        return super().problem(condition)

    def _rows(self, condition: Condition, moment: Moment) -> QuerySet:
        if condition.topic_id is None:
            return Signal.objects.filter(
                **within("at", condition, moment), profile__person__isnull=False
            )
        return Interest.objects.filter(
            **within("last_at", condition, moment),
            topic_id__in=moment.asked(condition),
            profile__person__isnull=False,
        )

    def matching(self, condition: Condition, moment: Moment) -> QuerySet:
        """Persons with evidence in the window."""
        return self._rows(condition, moment).values("profile__person_id")

    def told(self, condition: Condition, moment: Moment) -> Told:
        """The last evidence; it ends when that one leaves the window."""
        newest = Max("at") if condition.topic_id is None else Max("last_at")
        rows = self._rows(condition, moment).order_by().values("profile__person_id")
        return Told(
            rows=rows.annotate(newest=newest),
            person="profile__person_id",
            constant={
                "kind": "recency",
                "days": condition.days,
                "topic": condition.topic_id and moment.resolved(condition.topic_id),
            },
            columns={"last_at": "newest"},
            ends=Leaves("last_at", condition.days),
        )


class DeclaredRule(TopicRule):
    """Declared an interest in a topic, and did not take it back since."""

    topic_needed = True
    takes = ("topic", "below", *WINDOW)

    def _declarations(self, condition: Condition, moment: Moment) -> QuerySet[Declaration]:
        taken_back = Veto.objects.filter(
            profile=OuterRef("profile"),
            topic__in=moment.family(condition.topic_id, below=condition.below),
            at__gte=OuterRef("at"),
        )
        return Declaration.objects.filter(
            ~Exists(taken_back),
            **within("at", condition, moment),
            topic_id__in=moment.family(condition.topic_id, below=condition.below),
            profile__person__isnull=False,
        )

    def matching(self, condition: Condition, moment: Moment) -> QuerySet:
        """Persons who said so."""
        return self._declarations(condition, moment).values("profile__person_id")

    def told(self, condition: Condition, moment: Moment) -> Told:
        """The last time they said so; it ends when that leaves the window, if there is one."""
        rows = self._declarations(condition, moment).order_by().values("profile__person_id")
        return Told(
            rows=rows.annotate(newest=Max("at")),
            person="profile__person_id",
            constant={"kind": "declared", "topic": moment.resolved(condition.topic_id)},
            columns={"last_at": "newest"},
            ends=Leaves("last_at", condition.days),
        )
