"""Takes batches of events: one verdict an event, everything new stored in one transaction.

It never touches the broker, and returns only after the commit.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from people.models import Purpose, Visitor
from people.selectors import has_consent, pauses_of, records_of
from tracking.ingest import clocks
from tracking.ingest.agents import Agent
from tracking.ingest.decoding import Envelope, Fact, decode_event, sent_id
from tracking.ingest.storing import Origin, store_new
from tracking.models import Event, IngestCounter
from tracking.selectors.events import first_offsets, known_digests, live_page_ids


class Status(models.TextChoices):
    OK = "ok"
    DUPLICATE = "duplicate"
    DROPPED = "dropped"


class Reason(models.TextChoices):
    MALFORMED = "malformed"
    UNKNOWN_PAGE = "unknown_page"
    NO_CONSENT = "no_consent"
    TOO_OLD = "too_old"


@dataclass(slots=True)
class Verdict:
    """What became of one event: its id as it was sent, a status, and why it was dropped."""

    id: str | None
    status: str = Status.OK.value
    reason: str = ""

    def as_dict(self) -> dict[str, str | None]:
        """The verdict as the API answers it."""
        body = {"id": self.id, "status": self.status}
        return {**body, "reason": self.reason} if self.reason else body


@dataclass(slots=True)
class _Batch:
    """A batch on its way: the verdicts in order, and the facts that are still to be stored."""

    verdicts: list[Verdict]
    open: list[tuple[Fact, Verdict]]
    counts: Counter[str] = field(default_factory=Counter)

    def drop(self, verdict: Verdict, reason: Reason) -> None:
        verdict.status, verdict.reason = Status.DROPPED.value, reason.value
        self.counts[reason.value] += 1

    def keep(self, facts: list[tuple[Fact, Verdict]]) -> None:
        self.open = facts


def ingest_events(
    envelope: Envelope, *, visitor_id: UUID | None, agent: Agent, now: datetime | None = None
) -> list[Verdict]:
    """Store what is new of a batch and return one verdict an event, in order, after the commit.

    `visitor_id` is the public id a valid token names, None on the anonymous plane. A second call
    with the same batch stores nothing and answers `duplicate`. Database errors are the caller's.
    """
    now = now or timezone.now()
    if agent.wants_no_profile:
        visitor_id = None
    batch = _decode(envelope.events, needs_view=visitor_id is not None)
    _drop_unknown_pages(batch)
    offset = clocks.measured_offset(sent_at=envelope.sent_at, now=now)
    for attempt in (1, 2):
        try:
            with transaction.atomic(durable=True):
                _store(batch, visitor_id=visitor_id, agent=agent, now=now, offset=offset)
            return batch.verdicts
        except IntegrityError:
            # The visitor was erased between our look and the commit; the second look sees that.
            if attempt == 2:
                raise
            batch = _decode(envelope.events, needs_view=visitor_id is not None)
            _drop_unknown_pages(batch)
    return batch.verdicts


def _decode(events: Sequence, *, needs_view: bool) -> _Batch:
    batch = _Batch(verdicts=[], open=[])
    for raw in events:
        fact = decode_event(raw, needs_view=needs_view)
        verdict = Verdict(id=fact.key if fact else sent_id(raw))
        batch.verdicts.append(verdict)
        if fact:
            batch.open.append((fact, verdict))
        else:
            batch.drop(verdict, Reason.MALFORMED)
    return batch


def _drop_unknown_pages(batch: _Batch) -> None:
    if not batch.open:
        return
    live = live_page_ids({fact.page_id for fact, _ in batch.open})
    known = []
    for fact, verdict in batch.open:
        if fact.page_id in live:
            known.append((fact, verdict))
        else:
            batch.drop(verdict, Reason.UNKNOWN_PAGE)
    batch.keep(known)


def _store(
    batch: _Batch,
    *,
    visitor_id: UUID | None,
    agent: Agent,
    now: datetime,
    offset: timedelta,
) -> None:
    """Judge what is left and insert it; the whole of it is one transaction."""
    visitor = None
    if visitor_id is not None and batch.open:
        visitor = consenting_visitor(public_id=visitor_id)
        if visitor is None:
            for _, verdict in batch.open:
                batch.drop(verdict, Reason.NO_CONSENT)
            batch.keep([])
    _correct_clocks(batch, visitor=visitor, now=now, offset=offset)
    _part_repeats(batch)
    if batch.open:
        personal, anonymous = _by_plane([fact for fact, _ in batch.open], visitor=visitor)
        new = set()
        for visitor_pk, facts in ((visitor.pk if visitor else None, personal), (None, anonymous)):
            if facts:
                origin = Origin(visitor_id=visitor_pk, received_at=now, agent=agent)
                new |= store_new(facts, origin=origin)
        _mark_duplicates(batch, new=new, consented=visitor is not None)
    count_ingest(batch.counts, day=now.date())


def _by_plane(facts: list[Fact], *, visitor: Visitor | None) -> tuple[list[Fact], list[Fact]]:
    """The facts to store as they came, and those of a pause: counted, and nothing of anybody's.

    The latter lose their depth: it is told over and over in a view, and the view is not kept.
    """
    if visitor is None or visitor.person is None:
        return facts, []
    records = records_of(visitor.person).values_list("pk", flat=True)
    pauses = [pause for found in pauses_of(records).values() for pause in found]
    # What is sent during a pause counts for nobody either, whenever it happened.
    all_of_them = any(until is None for _, until in pauses)
    kept, counted = [], []
    for fact in facts:
        if all_of_them or any(since <= fact.at <= until for since, until in pauses if until):
            fact.depth = None
            counted.append(fact)
        else:
            kept.append(fact)
    return kept, counted


def consenting_visitor(*, public_id: UUID) -> Visitor | None:
    """Return the visitor if profiling consent is given, and hold it until the transaction ends.

    A withdrawal locks the same row: either it sees our events and deletes them, or we see it. A
    pause does so too.
    """
    visitors = Visitor.objects.filter(public_id=public_id).only("id", "person_id", "withdrawn_at")
    if connection.vendor == "postgresql":
        sql, parameters = visitors.query.sql_with_params()
        found = list(Visitor.objects.raw(f"{sql} FOR KEY SHARE", parameters))
    else:
        found = list(visitors)  # the write lock is ours already
    if not found or found[0].withdrawn_at is not None:
        return None
    agreed = has_consent(visitor=found[0], purpose=Purpose.PROFILING, though_paused=True)
    return found[0] if agreed else None


def _correct_clocks(
    batch: _Batch, *, visitor: Visitor | None, now: datetime, offset: timedelta
) -> None:
    offsets: dict[UUID | None, int] = {}
    if offset and visitor is not None and batch.open:
        views = {fact.view for fact, _ in batch.open if fact.view}
        offsets = first_offsets(visitor_id=visitor.pk, views=views)
    young = []
    for fact, verdict in batch.open:
        if clocks.correct_clock(fact, offset=offset, now=now, first_offsets=offsets):
            young.append((fact, verdict))
        else:
            batch.drop(verdict, Reason.TOO_OLD)
    batch.keep(young)


def _part_repeats(batch: _Batch) -> None:
    """Within one batch the first of an id wins, too."""
    firsts: dict[UUID, Fact] = {}
    single = []
    for fact, verdict in batch.open:
        first = firsts.setdefault(fact.id, fact)
        if first is fact:
            single.append((fact, verdict))
            continue
        verdict.status = Status.DUPLICATE.value
        batch.counts["conflict"] += first.digest != fact.digest
    batch.keep(single)


def _mark_duplicates(batch: _Batch, *, new: set[UUID], consented: bool) -> None:
    old = [(fact, verdict) for fact, verdict in batch.open if fact.id not in new]
    for _, verdict in old:
        verdict.status = Status.DUPLICATE.value
    if old and consented:
        digests = known_digests({fact.id for fact, _ in old})
        conflicts = sum(digests.get(fact.id, fact.digest) != fact.digest for fact, _ in old)
        batch.counts["conflict"] += conflicts


def count_ingest(counts: Counter[str], *, day: date) -> None:
    """Add to the day's counters, in the order of names, so that two batches cannot lock in a ring."""
    rows = sorted((name, count) for name, count in counts.items() if count)
    if not rows:
        return
    table = IngestCounter._meta.db_table
    values = ", ".join(["(%s, %s, %s)"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (day, name, count) VALUES {values} "
            f"ON CONFLICT (day, name) DO UPDATE SET count = {table}.count + excluded.count",
            [value for name, count in rows for value in (day.isoformat(), name, count)],
        )


def unfilter_events(*, reason: str, chunk: int = 500) -> int:
    """Take the events back that were filtered for that reason: they count from now on.

    Their views are folded with the next fold, and the page statistics move from bots to readers.
    Returns how many; a second call changes nothing.
    """
    from tracking.services.statistics import move_from_bots

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
    from tracking.models import TouchedView

    TouchedView.objects.bulk_create([TouchedView(view=view) for view in sorted(views)])
