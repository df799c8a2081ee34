"""Conditions on the clinic's work with people: stage, owner, labels, and when they were spoken to."""

from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from leads.conditions.base import ConditionRule, Moment, Problem
from leads.conditions.records import PersonRule
from leads.conditions.told import Leaves, Told
from leads.conditions.windows import WINDOW, window_problem, within
from leads.models import Condition, FollowUp, Outcome, PersonLabel, Stage
from people.models import Person

# How a follow-up ended in which nobody was spoken or written to.
NO_CONTACT = ("", Outcome.NOT_REACHED, Outcome.DROPPED)


class StageRule(PersonRule):
    """Is at a stage of the clinic's work; without any work that is the first one."""

    takes = ("text",)

    def problem(self, condition: Condition) -> Problem | None:
        """It must be one there is."""
        if condition.text not in Stage.values:
            return Problem("text", _("Choose a stage."))
        return None

    def people(self, condition: Condition) -> QuerySet[Person]:
        """Those at it."""
        at_it = Q(lead__stage=condition.text)
        if condition.text == Stage.NEW:
            at_it |= Q(lead__isnull=True)
        return Person.objects.filter(at_it)


class OwnerRule(PersonRule):
    """Has that member of staff as owner."""

    takes = ("owner",)

    def problem(self, condition: Condition) -> Problem | None:
        """A login that was deleted is a problem, never silently nobody."""
        if condition.owner_id is None:
            return Problem("owner", _("The owner of this condition is missing. Choose one."))
        return None

    def people(self, condition: Condition) -> QuerySet[Person]:
        """Those who are theirs."""
        return Person.objects.filter(lead__owner=condition.owner_id)

    def fact(self, condition: Condition) -> dict:
        """The owner."""
        return {"kind": "owner", "owner": condition.owner_id}


class UnownedRule(PersonRule):
    """Is looked after by nobody."""

    def people(self, condition: Condition) -> QuerySet[Person]:
        """Those whose lead has no owner, and those of whom there is none."""
        return Person.objects.filter(lead__owner=None)


class LabelRule(ConditionRule):
    """Carries a label of staff or a device."""

    takes = ("label",)

    def problem(self, condition: Condition) -> Problem | None:
        """A label that is gone is a problem, and so is one on a sensitive topic."""
        if condition.label is None:
            return Problem("label", _("The label of this condition is missing. Choose one."))
        topic = condition.label.topic
        if topic is not None and topic.resolved.sensitive:
            message = _(
                "Interest in this topic is never shown beside a name, so no list can ask for it."
            )
            return Problem("label", message)
        return None

    def _given(self, condition: Condition, moment: Moment) -> QuerySet[PersonLabel]:
        rows = PersonLabel.objects.filter(
            Q(removed_at=None) | Q(removed_at__gt=moment.at),
            label=condition.label_id,
            at__lte=moment.at,
        )
        # What a merged record carries counts for whoever stands for it.
        return rows.annotate(carrier=Coalesce("person__merged_into_id", "person_id"))

    def matching(self, condition: Condition, moment: Moment) -> QuerySet:
        """Those who carry it."""
        return self._given(condition, moment).values("carrier")

    def told(self, condition: Condition, moment: Moment) -> Told:
        """The label and when it was last given; time alone never ends it."""
        rows = self._given(condition, moment).order_by().values("carrier")
        return Told(
            rows=rows.annotate(newest=Max("at")),
            person="carrier",
            constant={"kind": "label", "label": condition.label_id},
            columns={"last_at": "newest"},
        )


class ContactedRule(ConditionRule):
    """Was spoken or written to by staff in the window: a follow-up that ended so."""

    takes = WINDOW

    def problem(self, condition: Condition) -> Problem | None:
        """The window must not end before it begins."""
        return window_problem(condition)

    def _done(self, condition: Condition, moment: Moment) -> QuerySet[FollowUp]:
        rows = FollowUp.objects.filter(**within("done_at", condition, moment))
        rows = rows.exclude(outcome__in=NO_CONTACT)
        return rows.annotate(human=Coalesce("person__merged_into_id", "person_id"))

    def matching(self, condition: Condition, moment: Moment) -> QuerySet:
        """Those who were."""
        return self._done(condition, moment).values("human")

    def told(self, condition: Condition, moment: Moment) -> Told:
        """The last time; it ends when that leaves the window, if there is one."""
        rows = self._done(condition, moment).order_by().values("human")
        return Told(
            rows=rows.annotate(newest=Max("done_at")),
            person="human",
            constant={"kind": "contacted"},
            columns={"last_at": "newest"},
            ends=Leaves("last_at", condition.days),
        )
