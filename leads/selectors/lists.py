"""Lists with their counts and rules in words."""

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from leads.models import Condition, LeadList, Membership
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


def condition_in_words(condition: Condition) -> str:
    """One condition as a phrase in the reader's language."""
    topic = condition.topic.resolved.label if condition.topic else _("any topic")
    if condition.kind == "heat":
        return _("heat for %(topic)s is at least %(value)g") % {
            "topic": topic,
            "value": condition.value or 0,
        }
    if condition.kind == "tag":
        return _("has the interest tag %(topic)s") % {"topic": topic}
    if condition.kind == "recency":
        return _("was active on %(topic)s in the last %(days)d days") % {
            "topic": topic,
            "days": condition.days or 0,
        }
    if condition.kind == "consent":
        return _("agreed to messages")
    if condition.kind == "source":
        return _("came from %(source)s") % {"source": condition.text}
    if condition.kind == "absent":
        return _absent_in_words(condition, topic)
    return _attended_in_words(condition, topic)


def _absent_in_words(condition: Condition, topic: str) -> str:
    if condition.live_class:
        title = condition.live_class.title
        phrase = _("registered for %(title)s and did not come") % {"title": title}
    else:
        phrase = _("registered for a class on %(topic)s and did not come") % {"topic": topic}
    if condition.days:
        phrase += " " + _("in the last %(days)d days") % {"days": condition.days}
    return phrase


def _attended_in_words(condition: Condition, topic: str) -> str:
    if condition.live_class:
        phrase = _("attended %(title)s") % {"title": condition.live_class.title}
    else:
        phrase = _("attended a class on %(topic)s") % {"topic": topic}
    if condition.value is not None:
        phrase += " " + _("(at least %(share)d %% of it)") % {"share": round(100 * condition.value)}
    if condition.days:
        phrase += " " + _("in the last %(days)d days") % {"days": condition.days}
    return phrase
