"""Reads what a device measured from CSV (person, topic, value, at) and keeps it as evidence."""

import csv
import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from cms.models import Topic
from outbox.records import BadFile, BadRow, BadRows, RecordFile
from people.models import Person, Purpose
from people.selectors import has_consent
from tracking.models import SignalKind, StatedInterest
from tracking.services.stated import Statement, state_interests, take_statements_back

COLUMNS = ("person", "topic", "value", "at")
LONGEST_VALUE = 40


@dataclass
class DeviceReport:
    """How many results were stored, known already, and left out for want of consent."""

    stored: int = 0
    known: int = 0
    no_consent: int = 0


def import_results(
    *, file: RecordFile, device: str, problems: BadRows, now: datetime, dry_run: bool = False
) -> DeviceReport:
    """Keep the good rows of people who agreed to profiling; a second call changes nothing.

    A person is named by imported key or opaque id, a topic by its slug. `at` without an offset is
    UTC. Raises BadFile.
    """
    report = DeviceReport()
    for key, statements in _statements(file, device=device, problems=problems, now=now).items():
        person = Person.objects.get(pk=key)
        if dry_run:
            changed = _would_change(person, statements)
        else:
            changed = state_interests(person=person, statements=statements)
        if changed is None:
            report.no_consent += len(statements)
        else:
            report.stored += changed
            report.known += len(statements) - changed
    return report


def _would_change(person: Person, statements: list[Statement]) -> int | None:
    """What `state_interests` would answer, without keeping anything."""
    if not has_consent(person=person, purpose=Purpose.PROFILING):
        return None
    known = StatedInterest.objects.filter(ref__in=[one.ref for one in statements])
    return len(statements) - known.count()


def undo_results(*, file: RecordFile, device: str, problems: BadRows, now: datetime) -> int:
    """Take back what an import of this file from this device stored; return how many results."""
    found = _statements(file, device=device, problems=problems, now=now)
    return take_statements_back(refs=[one.ref for each in found.values() for one in each])


def _statements(
    file: RecordFile, *, device: str, problems: BadRows, now: datetime
) -> Mapping[int, list[Statement]]:
    """Statements by person id; a row that stands in the file twice is one."""
    topics = {topic.slug: topic for topic in Topic.objects.all()}
    found: dict[int, dict[str, Statement]] = defaultdict(dict)
    columns: list[str] = []
    for line, text in file:
        if not text.strip():
            continue
        cells = next(csv.reader([text]))
        if not columns:
            columns = [cell.strip().lower() for cell in cells]
            if missing := [name for name in COLUMNS if name not in columns]:
                raise BadFile(f"{file.path} lacks {', '.join(missing)} in its first line.")
            continue
        try:
            if line in file.undecodable or len(cells) != len(columns):
                raise BadRow("another number of fields than the first line, or other signs")
            row = dict(zip(columns, (cell.strip() for cell in cells), strict=True))
            person, statement = _statement(row, topics=topics, device=device, now=now)
            found[person][statement.ref] = statement
        except BadRow as problem:
            problems.add(line=line, problem=problem)
    return {person: list(each.values()) for person, each in found.items()}


def _statement(
    row: Mapping[str, str], *, topics: Mapping[str, Topic], device: str, now: datetime
) -> tuple[int, Statement]:
    key, slug, value = row["person"], row["topic"], row["value"]
    person = Person.objects.filter(imported_key=key).first() if key else None
    if person is None:
        person = Person.objects.filter(external_id=key).first() if key else None
    if person is None:
        raise BadRow("unknown person", repr(key)[:80])
    if slug not in topics:
        raise BadRow("unknown topic", repr(slug)[:80])
    if len(value) > LONGEST_VALUE:
        raise BadRow(f"value is longer than {LONGEST_VALUE} characters")
    try:
        at = datetime.fromisoformat(row["at"])
    except ValueError:
        raise BadRow("at is no ISO date", repr(row["at"])[:80]) from None
    at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    if at > now:
        raise BadRow("at lies in the future", row["at"])
    named = "\x1f".join((device, str(person.external_id), slug, value, at.isoformat()))
    ref = f"device:{hashlib.sha256(named.encode()).hexdigest()}"
    return person.pk, Statement(
        topic=topics[slug], ref=ref, kind=SignalKind.DEVICE, source=device, value=value, at=at
    )
