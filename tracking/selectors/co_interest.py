"""Reads which topics go together, as it was last learned; counts to the nearest five."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from cms.models import Topic
from tracking.models import CoInterest
from tracking.selectors.statistics import told

# Under this the cosine reads as 0.00.
LEAST = 0.005


class Related(NamedTuple):
    """A topic that goes with another: cosine (0 to 1), and people who have both, nearest five."""

    topic: Topic
    cosine: float
    people: int


def topics_with_company() -> QuerySet[Topic]:
    """The topics that at least one other goes with, by name."""
    pairs = _shown().filter(Q(topic=OuterRef("pk")) | Q(other=OuterRef("pk")))
    return Topic.objects.filter(Exists(pairs)).order_by("name")


def related_topics(topic_ids: Iterable[int]) -> dict[int, list[Related]]:
    """By topic id the topics that go with it, the closest first: 1 query."""
    wanted = set(topic_ids)
    rows = _shown().filter(Q(topic__in=wanted) | Q(other__in=wanted))
    found: dict[int, list[Related]] = defaultdict(list)
    for row in rows.select_related("topic", "other").order_by("-cosine", "topic", "other"):
        people = told(row.people)
        for one, other in ((row.topic, row.other), (row.other, row.topic)):
            if one.pk in wanted:
                found[one.pk].append(Related(topic=other, cosine=row.cosine, people=people))
    return found


def learned_on() -> date | None:
    """The UTC day it was last learned, None where no pair is known."""
    return CoInterest.objects.aggregate(day=Max("learned_on"))["day"]


def _shown() -> QuerySet[CoInterest]:
    """Pairs of topics that since have been neither merged away nor called sensitive."""
    return CoInterest.objects.filter(
        cosine__gte=LEAST,
        topic__sensitive=False,
        topic__merged_into=None,
        other__sensitive=False,
        other__merged_into=None,
    )
