"""The condition on who was put on the list by hand."""

from collections.abc import Iterator

from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Coalesce

from leads.conditions.base import ConditionRule, Evidence, Moment, Scope
from leads.models import Condition, PickedPerson


class PickedRule(ConditionRule):
    """Was put on this very list by hand, and not taken off; of a list not saved yet that is nobody."""

    is_shared = False

    def _picks(self, condition: Condition, moment: Moment) -> QuerySet[PickedPerson]:
        rows = PickedPerson.objects.filter(
            Q(taken_off_at=None) | Q(taken_off_at__gt=moment.at),
            lead_list=condition.lead_list_id,
            at__lte=moment.at,
        )
        # A merged record that was put on it stands there for whoever stands for it.
        return rows.annotate(human=Coalesce("person__merged_into_id", "person_id"))

    def matching(self, condition: Condition, moment: Moment) -> QuerySet:
        """Those who were."""
        return self._picks(condition, moment).values("human")

    def evidence(self, condition: Condition, moment: Moment, scope: Scope) -> Iterator[Evidence]:
        """When they were; time alone never ends it."""
        rows = self._picks(condition, moment).filter(**scope.on("human")).order_by()
        last = rows.values("human").annotate(last_at=Max("at"))
        for person_id, last_at in last.values_list("human", "last_at"):
            yield Evidence(person_id, {"kind": "picked", "last_at": last_at.isoformat()}, None)
