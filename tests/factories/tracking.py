"""Makes visitors with consent, yardsticks and raw events as ingest would store them."""

import uuid
from datetime import datetime, timedelta

from people.models import ConsentMethod, Person, Purpose, Visitor
from people.notices import CURRENT
from people.services.consent import record_consent
from tracking.models import Event, ImportBatch, ImportedEvent, PageYardstick, TouchedView


def consenting_visitor(*, person: Person | None = None) -> Visitor:
    """A visitor who agreed to profiling."""
    visitor = Visitor.objects.create(person=person)
    agree(visitor=visitor)
    return visitor


def consenting_person(name: str = "", **fields) -> Person:
    """A person who agreed to profiling."""
    person = Person.objects.create(display_name=name, **fields)
    agree(person=person)
    return person


def agree(*, person=None, visitor=None, profiling=True, marketing=False) -> dict:
    """Record the decision as the panel would."""
    return record_consent(
        person=person,
        visitor=visitor,
        purposes={Purpose.PROFILING: profiling, Purpose.MARKETING: marketing},
        notice=CURRENT,
        language="en",
        method=ConsentMethod.PANEL,
    )


def yardstick(page_id: int, *, topics: dict[int, float], expected_s=60.0, at=None) -> PageYardstick:
    """What a page asks of its reader; pages need not exist for the arithmetic."""
    return PageYardstick.objects.create(
        page_id=page_id,
        expected_s=expected_s,
        topics={str(topic): weight for topic, weight in topics.items()},
        valid_from=at or datetime.fromisoformat("2026-01-01T00:00:00+00:00"),
    )


def view_of(
    visitor: Visitor,
    page_id: int,
    *,
    at: datetime,
    seconds: float = 60.0,
    depth: float = 1.0,
    view: uuid.UUID | None = None,
    kinds: tuple[str, ...] = ("read",),
) -> uuid.UUID:
    """Raw events of one view: an open, then active time in steps of at most 15 s."""
    view = view or uuid.uuid4()
    rows = [_event(visitor, page_id, view, "open", at)]
    left, now = seconds, at
    while left > 0:
        step = min(15.0, left)
        now += timedelta(seconds=step)
        left -= step
        rows.append(_event(visitor, page_id, view, "read", now, active_ms=int(step * 1000)))
    rows[-1].depth = depth
    rows += [_event(visitor, page_id, view, kind, now) for kind in kinds if kind != "read"]
    Event.objects.bulk_create(rows)
    TouchedView.objects.create(view=view)
    return view


def _event(visitor, page_id, view, kind, at, *, active_ms=0) -> Event:
    return Event(
        id=uuid.uuid4(),
        visitor=visitor,
        view=view,
        page_id=page_id,
        kind=kind,
        at=at,
        received_at=at,
        active_ms=active_ms,
        digest=uuid.uuid4().hex[:16],
    )


def imported(person: Person, page_id: int, *, at, kind="read", count=1, seconds=None):
    """One row of an imported history."""
    batch = ImportBatch.objects.first() or ImportBatch.objects.create(
        file_name="history.csv", file_hash="0" * 64, basis="patients signed a form"
    )
    return ImportedEvent.objects.create(
        id=uuid.uuid4(), batch=batch, person=person, page_id=page_id, kind=kind, at=at,
        count=count, seconds=seconds,
    )  # fmt: skip
