"""Takes batches of events: one verdict an event, everything new stored in one transaction.

It never touches the broker, and returns only after the commit.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from people.services.holding import HeldVisitor, hold_visitors
from tracking.ingest import clocks
from tracking.ingest.agents import Agent
from tracking.ingest.decoding import Envelope, Fact, decode_event, sent_id
from tracking.ingest.storing import Origin, store_new
from tracking.models import IngestCounter
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


@dataclass(frozen=True, slots=True)
class Arrival:
    """One batch as it came: its events still undecoded, by whom (a public id), when, from what."""

    events: Sequence[msgspec.Raw]
    sent_at: datetime
    visitor_id: UUID | None
    agent: Agent
    received_at: datetime


@dataclass(slots=True)
class _Batch:
    """A batch on its way: the verdicts in order, and the facts that are still to be stored."""

    arrival: Arrival
    verdicts: list[Verdict]
    open: list[tuple[Fact, Verdict]]
    counts: Counter[str] = field(default_factory=Counter)
    visitor: HeldVisitor | None = None

    def drop(self, verdict: Verdict, reason: Reason) -> None:
        verdict.status, verdict.reason = Status.DROPPED.value, reason.value
        self.counts[reason.value] += 1

    def keep(self, facts: list[tuple[Fact, Verdict]]) -> None:
        self.open = facts

    def drop_all(self, reason: Reason) -> None:
        for _, verdict in self.open:
            self.drop(verdict, reason)
        self.open = []


def ingest_events(
    envelope: Envelope, *, visitor_id: UUID | None, agent: Agent, now: datetime | None = None
) -> list[Verdict]:
    """Store what is new of a batch and return one verdict an event, in order, after the commit.

    `visitor_id` is the public id a valid token names, None on the anonymous plane. A second call
    with the same batch stores nothing and answers `duplicate`. Database errors are the caller's.
    """
    return ingest_alone(arrival_of(envelope, visitor_id=visitor_id, agent=agent, now=now))


def ingest_alone(arrival: Arrival) -> list[Verdict]:
    """Store what is new of one batch, in a transaction of its own, and return its verdicts."""
    try:
        (verdicts,) = ingest_group([arrival])
    except IntegrityError:
        # The visitor was erased between our look and the commit; the second look sees that.
        (verdicts,) = ingest_group([arrival])
    assert verdicts is not None  # only who does not wait is set aside
    return verdicts


def arrival_of(
    envelope: Envelope, *, visitor_id: UUID | None, agent: Agent, now: datetime | None = None
) -> Arrival:
    """The batch that came now; of a browser that wants no profile it is anonymous."""
    return Arrival(
        events=envelope.events,
        sent_at=envelope.sent_at,
        visitor_id=None if agent.wants_no_profile else visitor_id,
        agent=agent,
        received_at=now or timezone.now(),
    )


def ingest_group(arrivals: Sequence[Arrival], *, wait: bool = True) -> list[list[Verdict] | None]:
    """Store what is new of some batches in one transaction and return the verdicts of each.

    What they say is as if one had come after the other. They are stored all or none: whoever
    brings several together tries them singly where this raises. Without `wait` a batch whose
    visitor somebody else has locked is set aside: nothing of it is stored, and None is returned.
    """
    batches = [_decode(arrival) for arrival in arrivals]
    _drop_unknown_pages(batches)
    with transaction.atomic(durable=True):
        aside = _judge_consent(batches, wait=wait)
        taken = [batch for batch in batches if id(batch) not in aside]
        _store(taken)
    return [None if id(batch) in aside else batch.verdicts for batch in batches]


def _decode(arrival: Arrival) -> _Batch:
    batch = _Batch(arrival=arrival, verdicts=[], open=[])
    for raw in arrival.events:
        fact = decode_event(raw, needs_view=arrival.visitor_id is not None)
        verdict = Verdict(id=fact.key if fact else sent_id(raw))
        batch.verdicts.append(verdict)
        if fact:
            batch.open.append((fact, verdict))
        else:
            batch.drop(verdict, Reason.MALFORMED)
    return batch


def _drop_unknown_pages(batches: Sequence[_Batch]) -> None:
    asked = {fact.page_id for batch in batches for fact, _ in batch.open}
    live = live_page_ids(asked) if asked else set()
    for batch in batches:
        known = []
        for fact, verdict in batch.open:
            if fact.page_id in live:
                known.append((fact, verdict))
            else:
                batch.drop(verdict, Reason.UNKNOWN_PAGE)
        batch.keep(known)


def _judge_consent(batches: Sequence[_Batch], *, wait: bool) -> set[int]:
    """Hold every visitor, drop what has no consent, return which batches must be set aside."""
    personal = [batch for batch in batches if batch.arrival.visitor_id and batch.open]
    asked = {batch.arrival.visitor_id for batch in personal if batch.arrival.visitor_id}
    held = hold_visitors(asked, wait=wait) if asked else {}
    aside = set()
    for batch in personal:
        visitor_id = batch.arrival.visitor_id
        batch.visitor = held.get(visitor_id) if visitor_id else None
        if batch.visitor is not None:
            continue
        if visitor_id in held or wait:
            batch.drop_all(Reason.NO_CONSENT)
        else:
            aside.add(id(batch))
    return aside


def _store(batches: Sequence[_Batch]) -> None:
    """Judge what is left and insert it; the whole of it is one transaction."""
    _correct_clocks(batches)
    _part_repeats(batches)
    new = store_new([item for batch in batches for item in _with_origins(batch)])
    _mark_duplicates(batches, new=new)
    days: dict[date, Counter[str]] = {}
    for batch in batches:
        days.setdefault(batch.arrival.received_at.date(), Counter()).update(batch.counts)
    for day, counts in sorted(days.items()):
        count_ingest(counts, day=day)


def _with_origins(batch: _Batch) -> list[tuple[Fact, Origin]]:
    """The facts as they came, and those of a pause: counted, and nothing of anybody's.

    The latter lose their depth: it is told over and over in a view, and the view is not kept.
    """
    arrival, visitor = batch.arrival, batch.visitor
    nobody = Origin(visitor_id=None, received_at=arrival.received_at, agent=arrival.agent)
    if visitor is None:
        return [(fact, nobody) for fact, _ in batch.open]
    own = Origin(visitor_id=visitor.pk, received_at=arrival.received_at, agent=arrival.agent)
    found = []
    for fact, _ in batch.open:
        paused = visitor.is_paused(at=fact.at)
        if paused:
            fact.depth = None
        found.append((fact, nobody if paused else own))
    return found


def _correct_clocks(batches: Sequence[_Batch]) -> None:
    moved = {}
    for batch in batches:
        arrival = batch.arrival
        offset = clocks.measured_offset(sent_at=arrival.sent_at, now=arrival.received_at)
        moved[id(batch)] = offset
    views = {
        (batch.visitor.pk, fact.view)
        for batch in batches
        if moved[id(batch)] and batch.visitor
        for fact, _ in batch.open
        if fact.view
    }
    firsts = first_offsets(views) if views else {}
    for batch in batches:
        _correct_clock(batch, offset=moved[id(batch)], firsts=firsts)


def _correct_clock(
    batch: _Batch, *, offset: timedelta, firsts: dict[tuple[int, UUID], int]
) -> None:
    """Correct one batch, and note in `firsts` what it says of views that had no event before."""
    visitor, young = batch.visitor, []
    begun: dict[tuple[int, UUID], int] = {}
    for fact, verdict in batch.open:
        view = (visitor.pk, fact.view) if visitor and fact.view else None
        first = firsts.get(view) if view else None
        if clocks.correct_clock(
            fact, offset=offset, now=batch.arrival.received_at, first_offset_ms=first
        ):
            young.append((fact, verdict))
            if view:
                begun.setdefault(view, fact.offset_ms)
        else:
            batch.drop(verdict, Reason.TOO_OLD)
    batch.keep(young)
    clocks.bring_back([fact for fact, _ in young], now=batch.arrival.received_at)
    for view, offset_ms in begun.items():
        firsts.setdefault(view, offset_ms)


def _part_repeats(batches: Sequence[_Batch]) -> None:
    """Within what comes together the first of an id wins, too."""
    firsts: dict[UUID, tuple[Fact, _Batch]] = {}
    for batch in batches:
        single = []
        for fact, verdict in batch.open:
            first, its_batch = firsts.setdefault(fact.id, (fact, batch))
            if first is fact:
                single.append((fact, verdict))
                continue
            verdict.status = Status.DUPLICATE.value
            # An anonymous event leaves nothing behind that a later batch could be held against.
            comparable = its_batch is batch or (its_batch.visitor and batch.visitor)
            batch.counts["conflict"] += bool(comparable) and first.digest != fact.digest
        batch.keep(single)


def _mark_duplicates(batches: Sequence[_Batch], *, new: set[UUID]) -> None:
    old = [
        (fact, verdict, batch)
        for batch in batches
        for fact, verdict in batch.open
        if fact.id not in new
    ]
    ids = {fact.id for fact, _, batch in old if batch.visitor}
    digests = known_digests(ids) if ids else {}
    for fact, verdict, batch in old:
        verdict.status = Status.DUPLICATE.value
        if batch.visitor:
            batch.counts["conflict"] += digests.get(fact.id, fact.digest) != fact.digest


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
