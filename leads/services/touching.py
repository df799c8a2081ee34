"""Notes whose facts and which lists changed, in the caller's transaction; evaluates nothing itself."""

from collections.abc import Iterable

from celery import current_task
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from leads.models import Export, ExportPerson, LeadList, TouchedPerson
from people.models import Person

HINT_LIFE_S = 10


def touch_people(*, person_ids: Iterable[int]) -> None:
    """Spool persons for re-evaluation, in the caller's transaction; doubles do no harm."""
    rows = [TouchedPerson(person_id=person_id) for person_id in sorted(set(person_ids))]
    if rows:
        TouchedPerson.objects.bulk_create(rows, batch_size=500)
        hint_refresh()


def touch_living(*, person_ids: Iterable[int]) -> None:
    """Spool those of these persons who are still there, for rows that may go with their person.

    A merged record's rows count for whoever stands for it, so that one is spooled as well.
    """
    people = Person.objects.filter(pk__in=list(person_ids)).values_list("pk", "merged_into_id")
    touch_people(person_ids={pk for both in people for pk in both if pk is not None})


def touch_exported(*, export: Export) -> None:
    """Spool whom an export's file holds: it has left the clinic, and lists may ask for that."""
    held = ExportPerson.objects.filter(export=export).values("person_external_id")
    people = Person.objects.filter(external_id__in=held)
    touch_living(person_ids=people.values_list("pk", flat=True))


def mark_lists(*, where: Q | None = None) -> int:
    """Mark lists (all, or those that match) to be built anew; returns how many."""
    lists = LeadList.objects.all()
    if where is not None:
        lists = lists.filter(pk__in=LeadList.objects.filter(where).values("pk"))
    marked = lists.update(changed_at=timezone.now())
    if marked:
        hint_refresh()
    return marked


def hint_refresh() -> None:
    """After the commit, and from a worker only, ask for the refresh at once.

    A request never waits for the broker here: what it changed is found by the next beat.
    """
    if current_task:
        transaction.on_commit(_send_hint, robust=True)


def _send_hint() -> None:
    from leads.tasks import refresh

    refresh.apply_async(expires=HINT_LIFE_S, retry=False)
