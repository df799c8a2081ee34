"""Counts around exports: who is left out and why, and who may no longer be in a file."""

from django.db.models import Exists, OuterRef

from leads.list_rules import rules_in_data, rules_of
from leads.models import Export, ExportPerson, LeadList
from leads.selectors.consent import agreed, may_be_listed, verified_contact
from leads.selectors.members import contactable_members_of, members_of
from people.models import Purpose


def counts_of(lead_list: LeadList) -> dict[str, int]:
    """How many members there are, how many a file may hold, and why it leaves the others out.

    `members` = `contactable` + `not_agreed` + `no_contact`; 3 queries.
    """
    members = members_of(lead_list)
    agreeing = members.filter(agreed(Purpose.MARKETING, path="person_id"))
    every, willing = members.count(), agreeing.count()
    contactable = contactable_members_of(lead_list).count()
    return {
        "members": every,
        "contactable": contactable,
        "not_agreed": every - willing,
        "no_contact": willing - contactable,
    }


def filter_in_data(lead_list: LeadList) -> dict:
    """The list's rules as data, for the audit log."""
    rules = rules_of(lead_list)
    data = rules_in_data(rules)
    for group, held in zip(data["groups"], rules.groups, strict=True):
        for told, condition in zip(group["conditions"], held.conditions, strict=True):
            if condition.topic is not None:
                told["topic"] = condition.topic.slug
    return {"list": lead_list.slug, **data}


def people_no_longer_allowed(export: Export) -> int:
    """How many persons in an export's file no longer have both consents and a contact: 1 query."""
    allowed = may_be_listed().filter(agreed(Purpose.MARKETING), verified_contact())
    held = ExportPerson.objects.filter(export=export, generation=export.generation)
    return held.exclude(Exists(allowed.filter(external_id=OuterRef("person_external_id")))).count()
