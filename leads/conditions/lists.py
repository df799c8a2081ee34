"""Conditions on other lists and on what left the clinic as a file."""

from collections.abc import Callable
from typing import Any

from django.db.models import Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from leads.conditions.base import ConditionRule, Moment, Problem
from leads.conditions.told import Leaves, Told
from leads.conditions.windows import WINDOW, window_problem, within
from leads.models import Condition, ExportPerson, Membership
from people.models import Person


class ListRule(ConditionRule):
    """Is on another list now."""

    takes = ("other_list",)
    is_shared = False

    def problem(self, condition: Condition) -> Problem | None:
        """A list that was deleted is a problem, never silently nobody."""
        if condition.other_list_id is None:
            return Problem("other_list", _("The list of this condition is missing. Choose one."))
        return None

    def _members(self, condition: Condition) -> QuerySet[Membership]:
        return Membership.objects.filter(lead_list=condition.other_list_id)

    def matching(self, condition: Condition, moment: Moment) -> QuerySet:
        """Its members."""
        return self._members(condition).values("person_id")

    def told(self, condition: Condition, moment: Moment) -> Told:
        """The list; leaving it touches the person, so time alone never ends it."""
        return Told(
            rows=self._members(condition),
            person="person_id",
            constant={"kind": "list", "list": condition.other_list_id},
        )


class ExportedRule(ConditionRule):
    """Was in a file that somebody downloaded in the window."""

    takes = WINDOW

    def problem(self, condition: Condition) -> Problem | None:
        """The window must not end before it begins."""
        return window_problem(condition)

    def _left(self, condition: Condition, moment: Moment) -> QuerySet[ExportPerson]:
        # A file that held a merged person held whoever stands for them.
        human = Person.objects.filter(external_id=OuterRef("person_external_id"))
        human = human.values(human=Coalesce("merged_into_id", "pk"))
        rows = ExportPerson.objects.filter(**within("export__downloaded_at", condition, moment))
        return rows.annotate(human=Subquery(human)).filter(human__isnull=False)

    def matching(self, condition: Condition, moment: Moment) -> QuerySet:
        """Persons in such a file."""
        rows = ExportPerson.objects.filter(**within("export__downloaded_at", condition, moment))
        people = Person.objects.filter(external_id__in=rows.values("person_external_id"))
        return people.values(human=Coalesce("merged_into_id", "pk"))

    def among(self, told: Told, on: Callable[[str], dict[str, Any]]) -> QuerySet:
        """Theirs by what files call them, so that nobody else's rows are looked up one by one."""
        named = Person.objects.filter(Q(**on("pk")) | Q(**on("merged_into_id")))
        theirs = told.rows.filter(person_external_id__in=named.values("external_id"))
        return theirs.filter(**on(told.person))

    def told(self, condition: Condition, moment: Moment) -> Told:
        """The last such file; it ends when that leaves the window, if there is one."""
        rows = self._left(condition, moment).order_by().values("human")
        return Told(
            rows=rows.annotate(newest=Max("export__downloaded_at")),
            person="human",
            constant={"kind": "exported"},
            columns={"last_at": "newest"},
            ends=Leaves("last_at", condition.days),
        )
