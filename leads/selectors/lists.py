"""Lists with their counts."""

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from leads.models import LeadList, Membership
from leads.selectors.consent import agreed, verified_contact
from people.models import Purpose


def lists_with_counts() -> QuerySet[LeadList]:
    """Every list with `member_count` and `contactable_count`, as they may be read now: 1 query."""
    members = Membership.objects.filter(
        agreed(Purpose.PROFILING, path="person_id"),
        lead_list=OuterRef("pk"),
        person__merged_into__isnull=True,
    )
    contactable = members.filter(
        agreed(Purpose.MARKETING, path="person_id"), verified_contact(path="person_id")
    )
    return LeadList.objects.annotate(
        member_count=_count(members), contactable_count=_count(contactable)
    )


def _count(members: QuerySet[Membership]) -> Coalesce:
    counted = members.order_by().values("lead_list").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))
