"""Appends and reads page yardsticks: what a page asks of its reader from a moment on."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from wagtail.models import Page

from cms import selectors as content
from tracking.evidence import Yardstick
from tracking.models import PageYardstick


def append_yardsticks(*, page_ids: Iterable[int], at: datetime | None = None) -> int:
    """Append a yardstick for each page whose measure or topics changed; return how many.

    A second call without a change appends nothing.
    """
    ids = sorted(set(page_ids))
    latest = latest_yardsticks(page_ids=ids)
    weights = content.topic_weights(ids)
    fresh = []
    for page in Page.objects.filter(pk__in=ids).specific():
        measure = content.content_measure(page)
        yardstick = PageYardstick(
            page_id=page.pk,
            valid_from=at or timezone.now(),
            expected_s=content.seconds_of(measure),
            panels=measure.panels,
            topics={str(topic): weight for topic, weight in weights.get(page.pk, {}).items()},
        )
        before = latest.get(page.pk)
        if before is None or _facts(before) != _facts(yardstick):
            fresh.append(yardstick)
    PageYardstick.objects.bulk_create(fresh, batch_size=200)
    return len(fresh)


def _facts(yardstick: PageYardstick) -> tuple:
    return (yardstick.expected_s, yardstick.panels, yardstick.topics)


def latest_yardsticks(*, page_ids: Iterable[int]) -> dict[int, PageYardstick]:
    """The newest yardstick of each page that has one."""
    rows = PageYardstick.objects.filter(page_id__in=list(page_ids)).order_by("valid_from", "pk")
    return {row.page_id: row for row in rows}


def yardsticks_by_page(
    page_ids: Iterable[int], *, may_append: bool = True
) -> dict[int, list[Yardstick]]:
    """Every yardstick of the pages, oldest first; pages that lack one get it now if that may be."""
    ids = sorted(set(page_ids))
    found = _read(ids)
    missing = [page_id for page_id in ids if page_id not in found]
    if may_append and missing and append_yardsticks(page_ids=missing):
        found.update(_read(missing))
    return found


def _read(page_ids: list[int]) -> dict[int, list[Yardstick]]:
    rows = (
        PageYardstick.objects.filter(page_id__in=page_ids)
        .order_by("page_id", "valid_from", "pk")
        .values_list("page_id", "pk", "valid_from", "expected_s")
    )
    found: dict[int, list[Yardstick]] = {}
    for page_id, pk, valid_from, expected_s in rows:
        found.setdefault(page_id, []).append(Yardstick(pk, valid_from, expected_s))
    return found
