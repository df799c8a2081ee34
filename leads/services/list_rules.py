"""Keeps the rules of a list: every change is a new version, and an earlier one can be put back."""

from django.db import transaction
from django.db.models import Max, Q

from leads.list_rules import ListRules, rules_in_data, rules_of
from leads.models import Condition, ConditionGroup, LeadList, ListVersion
from leads.services.touching import mark_lists
from outbox.services import record_audit
from people.models import User


def save_rules(
    *, lead_list: LeadList, rules: ListRules, by: User | None, put_back: int | None = None
) -> ListVersion | None:
    """Write checked rules and append them as a version; None where nothing changes.

    The first change of a list also keeps what stood before it. `put_back` is the number of the
    version whose rules these are. The list is marked, and the next refresh builds it anew.
    """
    with transaction.atomic():
        # All lists, in one order, so that two changes cannot make lists ask for each other.
        list(LeadList.objects.select_for_update().order_by("pk").values_list("pk", flat=True))
        before, after = rules_in_data(rules_of(lead_list)), rules_in_data(rules)
        if before == after:
            return None
        newest = lead_list.versions.aggregate(Max("number"))["number__max"] or 0
        if before["groups"] and not newest:
            newest = 1
            ListVersion.objects.create(lead_list=lead_list, number=1, rules=before)
        _write(lead_list, rules)
        version = ListVersion.objects.create(
            lead_list=lead_list, number=newest + 1, rules=after, made_by=by, put_back=put_back
        )
        record_audit(
            actor=f"user:{by.pk}" if by else "system",
            action="list.rules_changed",
            subject=f"list:{lead_list.slug}",
            detail={"version": version.number, "put_back": put_back},
        )
    return version


def _write(lead_list: LeadList, rules: ListRules) -> None:
    Condition.objects.filter(lead_list=lead_list).delete()
    ConditionGroup.objects.filter(lead_list=lead_list).delete()
    for order, group in enumerate(rules.groups):
        held = ConditionGroup.objects.create(
            lead_list=lead_list, match=group.match, sort_order=order
        )
        for place, condition in enumerate(group.conditions):
            condition.pk = None
            condition.lead_list, condition.group, condition.sort_order = lead_list, held, place
            condition.save(force_insert=True)
    LeadList.objects.filter(pk=lead_list.pk).update(match=rules.match)
    lead_list.match = rules.match
    mark_lists(where=Q(pk=lead_list.pk))
