"""What the API says of classes in public, for many at once and in a fixed number of queries; reads only."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone

from classroom.models import LiveClass, Registration
from classroom.selectors import is_on
from cms.models import Access, Topic
from cms.selectors import topic_weights


def public_classes(language: str = "") -> QuerySet[LiveClass]:
    """Live classes that need no login to be read about: those to come first, then the latest."""
    now = timezone.now()
    taken = (
        Registration.objects.filter(live_class__translation_key=OuterRef("translation_key"))
        .with_place()
        .order_by()
        .values("live_class__translation_key")
        .annotate(count=Count("pk"))
        .values("count")
    )
    classes = (
        LiveClass.objects.live()
        .public()
        .select_related("locale")
        .annotate(taken=Coalesce(Subquery(taken, output_field=IntegerField()), 0))
        .order_by(
            Case(When(Q(starts_at__gte=now), then=0), default=1),
            Case(When(starts_at__gte=now, then=F("starts_at"))),
            F("starts_at").desc(nulls_last=True),
            "pk",
        )
    )
    return classes.filter(locale__language_code=language) if language else classes


def cards_of(classes: Iterable[LiveClass], request: HttpRequest) -> list[dict[str, Any]]:
    """Return the public fields of these classes of `public_classes`, in their order."""
    classes = list(classes)
    teachers = _teachers_of(classes)
    topics = _topics_of(classes)
    return [
        {
            "id": page.pk,
            "title": page.title,
            "language": page.locale.language_code,
            "summary": page.standfirst,
            "url": page.get_full_url(request),
            "starts_at": _on_clock(page.starts_at, page.zone),
            "ends_at": _on_clock(page.ends_at, page.zone),
            "minutes": page.minutes,
            "time_zone": page.time_zone,
            "capacity": page.capacity,
            "places_left": None
            if page.capacity is None
            else max(0, page.capacity - getattr(page, "taken", 0)),
            "cancelled": page.cancelled_at is not None,
            "access": page.access,
            "room_url": page.room_url if page.access == Access.OPEN and is_on(page) else "",
            "clinicians": teachers[page.pk],
            "topics": topics[page.pk],
        }
        for page in classes
    ]


def _on_clock(at: datetime | None, zone: ZoneInfo) -> datetime | None:
    return at.astimezone(zone) if at else None


def _teachers_of(classes: list[LiveClass]) -> defaultdict[int, list[str]]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    rows = LiveClass.clinicians.through.objects.filter(
        liveclass__in=[page.pk for page in classes], clinicianpage__live=True
    ).order_by("pk")
    for class_id, title in rows.values_list("liveclass_id", "clinicianpage__title"):
        found[class_id].append(title)
    return found


def _topics_of(classes: list[LiveClass]) -> dict[int, list[dict[str, Any]]]:
    weights = topic_weights([page.pk for page in classes])
    wanted = {topic for own in weights.values() for topic in own}
    topics = {topic.pk: topic for topic in Topic.objects.filter(pk__in=wanted)}
    return {
        class_id: sorted(
            (
                {"slug": topics[topic].slug, "name": topics[topic].name, "weight": weight}
                for topic, weight in own.items()
                if topic in topics
            ),
            key=lambda item: (-item["weight"], item["slug"]),
        )
        for class_id, own in weights.items()
    }
