"""Takes events back that were filtered as a bot's: from then on they count for readers."""

from uuid import UUID

from django.db import transaction

from tracking.models import Event, TouchedView
from tracking.services.statistics import move_from_bots


def unfilter_events(*, reason: str, chunk: int = 500) -> int:
    """Take the events back that were filtered for that reason: they count from now on.

    Their views are folded with the next fold, and the page statistics move from bots to readers.
    Returns how many; a second call changes nothing.
    """
    taken = 0
    while True:
        with transaction.atomic():
            events = list(
                Event.objects.select_for_update(of=("self",))
                .filter(filtered=reason)
                .order_by("id")[:chunk]
            )
            if not events:
                return taken
            Event.objects.filter(pk__in=[event.pk for event in events]).update(filtered="")
            touch_views({event.view for event in events})
            move_from_bots(events)
        taken += len(events)


def touch_views(views: set[UUID]) -> None:
    """Have these views folded again."""
    TouchedView.objects.bulk_create([TouchedView(view=view) for view in sorted(views)])
