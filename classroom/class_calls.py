"""What an invitation to a class says today: when, how many places, or what comes instead; reads only."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Count
from django.utils import timezone
from wagtail.models import Page

from classroom.models import LiveClass, Registration
from classroom.selectors import announced_classes
from cms.models import Access, IndexPage, PageTopic


class CallState(StrEnum):
    """How a class stands for who is invited to it."""

    OPEN = "open"
    FULL = "full"
    OVER = "over"
    CANCELLED = "cancelled"
    UNDATED = "undated"
    GONE = "gone"


@dataclass(frozen=True)
class ShownCall:
    """A class as it stands: `at` by its own clock, `places_left` None without a limit.

    `instead` is where a reader who comes too late may go: the next class on the same topics, else
    the shelf of classes; None while there is a place.
    """

    page: LiveClass
    state: CallState
    at: datetime | None
    places_left: int | None
    instead: Page | None

    @property
    def is_open(self) -> bool:
        """Whether coming is still possible."""
        return self.state in (CallState.OPEN, CallState.UNDATED)

    @property
    def leads_to_class(self) -> bool:
        """Whether what comes instead is a class, not the shelf."""
        return isinstance(self.instead, LiveClass)


def dress_class_calls(blocks: dict[str, list[Any]], page: Page) -> None:
    """Give each invitation its `call`; four queries at most, however many there are."""
    values = [
        block.value for block in blocks.get("class_call", []) if block.value.get("live_class")
    ]
    if not values:
        return
    classes = {value["live_class"].pk: value["live_class"] for value in values}
    taken = _places_taken(list(classes.values()))
    calls = {pk: _call(live_class, taken.get(pk, 0)) for pk, live_class in classes.items()}
    closed = [calls[pk].page for pk in calls if not calls[pk].is_open]
    instead = _instead_of(closed, page) if closed else {}
    for value in values:
        call = calls[value["live_class"].pk]
        value.call = ShownCall(
            page=call.page,
            state=call.state,
            at=call.at,
            places_left=call.places_left,
            instead=instead.get(call.page.pk),
        )


def _places_taken(classes: list[LiveClass]) -> dict[int, int]:
    """Class to its registrations, which its translations share; one query."""
    keys = [live_class.translation_key for live_class in classes]
    rows = (
        Registration.objects.filter(live_class__translation_key__in=keys)
        .with_place()
        .values("live_class__translation_key")
        .annotate(count=Count("pk"))
        .values_list("live_class__translation_key", "count")
    )
    by_key = dict(rows)
    return {live_class.pk: by_key.get(live_class.translation_key, 0) for live_class in classes}


def _call(live_class: LiveClass, taken: int) -> ShownCall:
    left = None if live_class.capacity is None else max(0, live_class.capacity - taken)
    ends_at = live_class.ends_at
    if not live_class.live or live_class.access == Access.STAFF:
        state = CallState.GONE
    elif live_class.cancelled_at:
        state = CallState.CANCELLED
    elif ends_at is None:
        state = CallState.UNDATED
    elif ends_at < timezone.now():
        state = CallState.OVER
    else:
        state = CallState.FULL if left == 0 else CallState.OPEN
    at = live_class.starts_at.astimezone(live_class.zone) if live_class.starts_at else None
    return ShownCall(page=live_class, state=state, at=at, places_left=left, instead=None)


def _instead_of(classes: list[LiveClass], page: Page) -> dict[int, Page]:
    """The next class that shares a topic with each of these, else the shelf of the page's language."""
    ids = [live_class.pk for live_class in classes]
    topics: dict[int, set[int]] = {pk: set() for pk in ids}
    upcoming = list(
        announced_classes()
        .filter(locale_id=page.locale_id, cancelled_at=None, starts_at__gte=timezone.now())
        .exclude(pk__in=ids)
        .order_by("starts_at")[:50]
    )
    coming: dict[int, set[int]] = {live_class.pk: set() for live_class in upcoming}
    rows = PageTopic.objects.filter(content_object_id__in=[*topics, *coming])
    for page_id, topic_id in rows.values_list("content_object_id", "tag_id"):
        (topics if page_id in topics else coming)[page_id].add(topic_id)
    shelf = (
        IndexPage.objects.live()
        .filter(shelf=IndexPage.Shelf.CLASSES, locale_id=page.locale_id)
        .first()
    )
    found = {
        pk: next((one for one in upcoming if coming[one.pk] & own), shelf)
        for pk, own in topics.items()
    }
    return {pk: instead for pk, instead in found.items() if instead is not None}
