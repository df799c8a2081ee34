"""How many people a change of a list would bring and take, whoever may see them; it reads only."""

from dataclasses import dataclass

from leads.at_once import AT_ONCE
from leads.conditions import Moment
from leads.list_rules import ListRules
from leads.models import Condition, LeadList, Membership
from leads.selectors.evaluation import candidates


@dataclass(frozen=True)
class ListEffect:
    """How many people would enter a list and how many leave it."""

    enters: int
    leaves: int

    @property
    def moved(self) -> int:
        """How many people it is about."""
        return self.enters + self.leaves

    @property
    def waits(self) -> bool:
        """Whether it is about too many for one press."""
        return self.moved > AT_ONCE


def effect_of(rules: ListRules, now: Moment, *, lead_list: LeadList | None) -> ListEffect:
    """Whom saving the rules would bring and take: 2 queries; the rules must have no problem.

    Without a list everybody they match would enter. All count, not only those whom the one who
    asks may see: webhooks and assignment rules follow everybody.
    """
    found = candidates(rules, now)
    if lead_list is None:
        return ListEffect(enters=found.count(), leaves=0)
    held = Membership.objects.filter(lead_list=lead_list)
    return ListEffect(
        enters=found.exclude(pk__in=held.values("person_id")).count(),
        leaves=held.exclude(person_id__in=found.values("pk")).count(),
    )


def lists_asking_for(lead_list: LeadList) -> list[LeadList]:
    """The lists whose rules name this one, by name."""
    asking = Condition.objects.filter(other_list=lead_list).values("lead_list")
    return list(LeadList.objects.filter(pk__in=asking).order_by("name"))
