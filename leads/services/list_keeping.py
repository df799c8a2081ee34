"""Makes, changes and deletes lists for those who keep them, with the yes that many moved people need."""

from django.db import transaction

from leads.at_once import AT_ONCE
from leads.list_rules import ListRules, rules_in_data, rules_of
from leads.models import LeadList
from leads.selectors.evaluation import moment_now
from leads.selectors.list_effects import ListEffect, effect_of
from leads.services.actors import actor_of
from leads.services.list_rules import save_rules
from outbox.services import record_audit
from people.models import User


class MovesMany(Exception):
    """Nothing was done: it is about more people than go without a yes that names at least so many."""

    def __init__(self, effect: ListEffect) -> None:
        super().__init__(f"{effect.moved} people")
        self.effect = effect


def demand_yes(effect: ListEffect, confirm: int | None) -> None:
    """Raise MovesMany unless it is about few, or the yes was given to at least so many."""
    if effect.moved > AT_ONCE and (confirm is None or confirm < effect.moved):
        raise MovesMany(effect)


def make_list(
    *, slug: str, name: str, description: str, rules: ListRules, by: User, confirm: int | None
) -> LeadList:
    """Make a list of checked rules, with its first version; raises MovesMany. Audited."""
    demand_yes(effect_of(rules, moment_now(), lead_list=None), confirm)
    with transaction.atomic():
        lead_list = LeadList.objects.create(slug=slug, name=name, description=description)
        save_rules(lead_list=lead_list, rules=rules, by=by)
        _note("list.made", lead_list, by)
    return lead_list


def change_list(
    *,
    lead_list: LeadList,
    name: str | None,
    description: str | None,
    rules: ListRules | None,
    by: User,
    confirm: int | None,
) -> None:
    """Change what is given, checked rules as a new version; raises MovesMany. Audited.

    The same again changes nothing.
    """
    if rules is not None and rules_in_data(rules) != rules_in_data(rules_of(lead_list)):
        demand_yes(effect_of(rules, moment_now(), lead_list=lead_list), confirm)
    wanted = {"name": name, "description": description}
    changed = {
        field: value
        for field, value in wanted.items()
        if value is not None and value != getattr(lead_list, field)
    }
    with transaction.atomic():
        if changed:
            LeadList.objects.filter(pk=lead_list.pk).update(**changed)
            _note("list.changed", lead_list, by)
        if rules is not None:
            save_rules(lead_list=lead_list, rules=rules, by=by)


def delete_list(*, lead_list: LeadList, by: User, confirm: int | None) -> None:
    """Delete a list; raises MovesMany while many are on it. Who was told of its members is told. Audited."""
    demand_yes(ListEffect(enters=0, leaves=lead_list.memberships.count()), confirm)
    with transaction.atomic():
        _note("list.deleted", lead_list, by)
        lead_list.delete()


def _note(action: str, lead_list: LeadList, by: User) -> None:
    record_audit(actor=actor_of(by), action=action, subject=f"list:{lead_list.slug}")
