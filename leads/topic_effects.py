"""Says how many people a merge of topics is about: on lists that ask for them, and with their tags.

Counts alone, and of lists not even a name: whoever merges topics may see no people.
"""

from collections.abc import Iterator

from django.utils.translation import ngettext

from cms.topic_effects import TopicEffect
from leads.conditions import Moment
from leads.models import Condition, Membership
from leads.selectors.evaluation import moment_now
from tracking.models import InterestTag


def people_concerned(topic_ids: set[int]) -> Iterator[TopicEffect]:
    """Who is on a list that asks for one of the topics, and who has a tag of one: 6 queries."""
    now = moment_now()
    on_lists = Membership.objects.filter(lead_list__in=_lists_asking(topic_ids, now))
    people = on_lists.values("person_id").distinct().count()
    said = ngettext(
        "%(people)d person is on lead lists that ask for these topics: whether they belong there is worked out anew.",
        "%(people)d people are on lead lists that ask for these topics: whether they belong there is worked out anew.",
        people,
    )
    yield TopicEffect(people, said % {"people": people})
    tags = InterestTag.objects.filter(
        topic__in=topic_ids,
        entered_at__lte=now.at,
        lapses_at__gt=now.at,
        profile__person__isnull=False,
    )
    people = tags.values("profile__person_id").distinct().count()
    said = ngettext(
        "%(people)d person has an interest tag of these topics: what they read counts for the other topic, too.",
        "%(people)d people have an interest tag of these topics: what they read counts for the other topic, too.",
        people,
    )
    yield TopicEffect(people, said % {"people": people})


def _lists_asking(topic_ids: set[int], now: Moment) -> set[int]:
    asked = Condition.objects.filter(topic__isnull=False)
    return {
        list_id
        for list_id, topic_id, below in asked.values_list("lead_list_id", "topic_id", "below")
        if topic_ids & set(now.family(topic_id, below=below))
    }
