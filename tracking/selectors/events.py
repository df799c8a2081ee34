"""Reads raw events, for ingest and folding; it writes nothing."""

from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from wagtail.models import Page

from tracking.evidence import EventFact
from tracking.models import Event


class ViewKey(NamedTuple):
    """One view of one page by one visitor."""

    visitor_id: int
    view: UUID
    page_id: int


def live_page_ids(page_ids: Collection[int]) -> set[int]:
    """Those of the pages that the public can read now."""
    # By hand, as writing it anew for each batch cost more than asking it.
    places = ", ".join(["%s"] * len(page_ids))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM {Page._meta.db_table} WHERE live AND id IN ({places})", list(page_ids)
        )
        return {row[0] for row in cursor.fetchall()}


def first_offsets(views: Collection[tuple[int, UUID]]) -> dict[tuple[int, UUID], int]:
    """The clock offset (ms) of the first stored event of each view, by visitor and view."""
    place = Window(
        RowNumber(),
        partition_by=[F("visitor_id"), F("view")],
        order_by=[F("received_at").asc(), F("id").asc()],
    )
    rows = (
        Event.objects.filter(
            visitor_id__in={visitor for visitor, _ in views}, view__in={view for _, view in views}
        )
        .annotate(place=place)
        .filter(place=1)
        .values_list("visitor_id", "view", "offset_ms")
    )
    return {(visitor, view): offset_ms for visitor, view, offset_ms in rows}


def known_digests(ids: Collection[UUID]) -> dict[UUID, str]:
    """The digest of each of these events that is still held as a raw row."""
    return dict(Event.objects.filter(pk__in=ids).values_list("pk", "digest"))


def facts_by_view(views: Collection[UUID]) -> dict[ViewKey, list[EventFact]]:
    """The unfiltered raw events of these views, by view, in a lasting order of views: 1 query."""
    grouped: dict[ViewKey, list[EventFact]] = defaultdict(list)
    for event in Event.objects.filter(view__in=views, filtered="").iterator(chunk_size=2000):
        key = ViewKey(event.visitor_id, event.view, event.page_id)
        grouped[key].append(
            EventFact(
                at=event.at,
                id=event.pk,
                kind=event.kind,
                active_ms=event.active_ms,
                depth=event.depth,
                panel=event.panel,
                played=event.played,
                counted=event.counted,
            )
        )
    return dict(sorted(grouped.items()))
