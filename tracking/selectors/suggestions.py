"""What a reader might read or attend next: from their own tags, or for everybody what is popular."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone
from wagtail.models import Page

from classroom.models import Attendance, Enrolment, Registration
from classroom.presentation import upcoming_classes
from cms.models import ArticlePage, ComicPage, CoursePage, PageTopic
from cms.presentation import dressed, newest
from people.models import Person
from people.selectors import records_of
from tracking.models import InterestTag, PageCounter, Profile, Signal, SignalKind
from tracking.selectors.interests import EvidenceLine, InterestReceipt, interest_receipts
from tracking.selectors.rules import current_rule_version, rule_of
from tracking.selectors.statistics import SMALL_GROUP

AT_MOST = 3
NEWEST_OF_A_KIND = 12
POPULAR_WINDOW = timedelta(days=30)
POPULAR_LOOKED_AT = 60


@dataclass(frozen=True)
class Suggestion:
    """A dressed page; `topic` and `because` say why, both None where it is merely popular.

    `because` is the piece of evidence that weighs most for the topic.
    """

    page: Page
    topic: str | None = None
    because: EvidenceLine | None = None


def next_for(
    *, profile: Profile, locale_id: int, at: datetime | None = None, at_most: int = AT_MOST
) -> list[Suggestion]:
    """Pieces and coming classes about the topics of the tags that are on, the warmest first.

    Only what was not read through, attended, enrolled in or booked yet, in any language. The caller
    has checked consent. Sensitive topics suggest nothing, as they rank nobody. A bounded number of
    queries.
    """
    now = at or timezone.now()
    on = InterestTag.objects.filter(
        profile=profile, entered_at__lte=now, lapses_at__gt=now, topic__sensitive=False
    )
    topic_ids = set(on.values_list("topic_id", flat=True))
    if not topic_ids:
        return []
    receipts = {
        receipt.topic.pk: receipt
        for receipt in interest_receipts(profile=profile, at=now, topic_ids=topic_ids)
    }
    about = PageTopic.objects.filter(Q(tag__in=topic_ids) | Q(tag__merged_into__in=topic_ids))
    found = _candidates(locale_id, about.values("content_object"), known=_known_keys(profile))
    weights = _weights(about.filter(content_object__in=[page.pk for page in found]))
    best = {page.pk: _warmest(weights.get(page.pk, {}), receipts) for page in found}
    pairs = [(page, receipt) for page in found if (receipt := best[page.pk]) is not None]
    # Newest first within a kind already; the sort keeps that among equals.
    pairs.sort(key=lambda pair: -pair[1].heat)
    chosen = _mixed(pairs, at_most)
    dressed([page for page, _ in chosen])
    return [_suggestion(page, receipt) for page, receipt in chosen]


def popular(
    *, locale_id: int, at: datetime | None = None, at_most: int = AT_MOST
) -> list[Suggestion]:
    """The pieces of a language that were opened most in 30 days, by counts that name nobody.

    Groups under five are no reason to suggest anything. A bounded number of queries.
    """
    since = ((at or timezone.now()) - POPULAR_WINDOW).date()
    rows = (
        PageCounter.objects.filter(dimension="open", value="", day__gt=since)
        .values("page_id")
        .annotate(total=Sum("count"))
        .filter(total__gte=SMALL_GROUP)
        .filter(page_id__in=Page.objects.live().filter(locale_id=locale_id).values("pk"))
        .order_by("-total", "page_id")
    )
    places = {row["page_id"]: place for place, row in enumerate(rows[:POPULAR_LOOKED_AT])}
    if not places:
        return []
    found = _candidates(locale_id, list(places), of_a_kind=POPULAR_LOOKED_AT)
    found.sort(key=lambda page: places[page.pk])
    return [Suggestion(page) for page in dressed(found[:at_most])]


def _candidates(
    locale_id: int,
    pages: Collection[int] | QuerySet,
    *,
    known: Collection = (),
    of_a_kind: int = NEWEST_OF_A_KIND,
) -> list[Page]:
    """The newest pieces of each kind, and classes to come, among the pages; a query a kind."""
    found: list[Page] = []
    kinds = [newest(model, locale_id) for model in (ArticlePage, ComicPage, CoursePage)]
    for rows in (*kinds, upcoming_classes(locale_id)):
        rows = rows.filter(pk__in=pages).exclude(translation_key__in=known)
        found += rows[:of_a_kind]
    return found


def _weights(rows: QuerySet[PageTopic]) -> dict[int, dict[int, float]]:
    """Page id to topic id to weight, merges resolved; one query."""
    found: dict[int, dict[int, float]] = {}
    fields = ("content_object_id", "tag_id", "tag__merged_into_id", "weight")
    for page, topic, into, weight in rows.values_list(*fields):
        own = found.setdefault(page, {})
        own[into or topic] = max(own.get(into or topic, 0.0), weight)
    return found


def _warmest(
    weights: dict[int, float], receipts: dict[int, InterestReceipt]
) -> InterestReceipt | None:
    about = [topic for topic, weight in weights.items() if weight > 0 and topic in receipts]
    if not about:
        return None
    return receipts[max(about, key=lambda topic: (weights[topic] * receipts[topic].heat, -topic))]


def _mixed(
    pairs: list[tuple[Page, InterestReceipt]], at_most: int
) -> list[tuple[Page, InterestReceipt]]:
    """The first of each topic, then what is left, so that one topic does not fill the list."""
    heads: list[tuple[Page, InterestReceipt]] = []
    rest: list[tuple[Page, InterestReceipt]] = []
    seen: set[int] = set()
    for pair in pairs:
        (rest if pair[1].topic.pk in seen else heads).append(pair)
        seen.add(pair[1].topic.pk)
    return [*heads, *rest][:at_most]


def _suggestion(page: Page, receipt: InterestReceipt) -> Suggestion:
    because = max(receipt.lines, key=lambda line: line.heat, default=None)
    return Suggestion(page, topic=receipt.topic.label, because=because)


def _known_keys(profile: Profile) -> list[UUID]:
    """What the reader has read through, attended or taken up, in any language, by translation key."""
    enough = rule_of(current_rule_version()).evidence_page_strength
    read = Signal.objects.filter(profile=profile, kind=SignalKind.READING, strength__gte=enough)
    attended = Signal.objects.filter(profile=profile, kind=SignalKind.ATTENDANCE)
    ids = {*read.values_list("page_id", flat=True), *attended.values_list("page_id", flat=True)}
    if profile.person is not None:
        ids |= _taken_up(profile.person)
    pages = Page.objects.filter(pk__in=[pk for pk in ids if pk])
    return list(pages.values_list("translation_key", flat=True))


def _taken_up(person: Person) -> set[int]:
    """Courses and classes that a human attended or has a place in."""
    records = list(records_of(person).values_list("pk", flat=True))
    courses = Enrolment.objects.filter(person__in=records, left_at=None, course__isnull=False)
    attended = Attendance.objects.filter(person__in=records, attended=True)
    places = Registration.objects.filter(person__in=records, cancelled_at=None)
    return {
        *courses.values_list("course_id", flat=True),
        *attended.values_list("live_class_id", flat=True),
        *places.values_list("live_class_id", flat=True),
    }
