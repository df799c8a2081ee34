"""Topics that readers are warm for and the clinic has no live piece about, by language; counts only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.utils import timezone

from classroom.presentation import upcoming_classes
from cms.models import ArticlePage, ComicPage, CoursePage, PageTopic, Topic
from cms.presentation import newest
from people.models import Consent, Purpose
from people.selectors import consenting_person_ids
from tracking.models import InterestTag
from tracking.selectors.statistics import SMALL_GROUP, told


@dataclass(frozen=True)
class Gap:
    """A topic, how many readers (to the nearest five) have it as a tag now, and the locales without a live piece."""

    topic: Topic
    readers: int
    missing: list[int]


def topics_without_pieces(
    *, locale_ids: Sequence[int], at: datetime | None = None, at_most: int | None = None
) -> list[Gap]:
    """Topics wanted by five readers or more with nothing live in a locale, the most wanted first.

    Readers are those whose consent holds now, paused ones left out. Smaller groups and sensitive
    topics are not told of at all. A query for readers, one for topics, one a locale.
    """
    now = at or timezone.now()
    readers = _readers_by_topic(now)
    topics = Topic.objects.filter(pk__in=readers, merged_into=None, sensitive=False)
    written = {locale: _topics_written_about(locale) for locale in locale_ids}
    gaps = [
        Gap(topic, readers[topic.pk], missing)
        for topic in topics
        if (missing := [pk for pk in locale_ids if topic.pk not in written[pk]])
    ]
    gaps.sort(key=lambda gap: (-gap.readers, gap.topic.slug))
    return gaps[:at_most]


def _readers_by_topic(now: datetime) -> dict[int, int]:
    """Topic id to how many have its tag now, groups under five left out."""
    browsers = Consent.objects.filter(
        purpose=Purpose.PROFILING, given=True, visitor__isnull=False, visitor__person=None
    )
    agreed = Q(profile__person__in=consenting_person_ids(Purpose.PROFILING)) | Q(
        profile__visitor__in=browsers.values("visitor_id")
    )
    rows = (
        InterestTag.objects.filter(agreed, entered_at__lte=now, lapses_at__gt=now)
        .values("topic_id")
        .annotate(readers=Count("profile", distinct=True))
        .filter(readers__gte=SMALL_GROUP)
    )
    return {row["topic_id"]: told(row["readers"]) for row in rows.order_by()}


def _topics_written_about(locale_id: int) -> set[int]:
    """Ids of the topics that a live piece or a coming class of the language carries."""
    carried = Q()
    kinds = [newest(model, locale_id) for model in (ArticlePage, ComicPage, CoursePage)]
    for rows in (*kinds, upcoming_classes(locale_id)):
        carried |= Q(content_object__in=rows.order_by().values("pk"))
    found: set[int] = set()
    for topic, into in PageTopic.objects.filter(carried).values_list("tag", "tag__merged_into"):
        found.add(into or topic)
    return found
