"""Writes chunks of imported rows with a few statements each, for people who may be profiled."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.utils import timezone

from people.models import Consent, Person, Purpose
from people.selectors import consenting_person_ids, redirects_among
from people.services.consent import record_import_basis
from people.services.erasures_list import erased_imported_keys
from tracking.importing.rows import EventRow
from tracking.models import ImportBatch, ImportedEvent

COLUMNS = ("id", "batch_id", "person_id", "page_id", "kind", "at", "seconds", "count")
POSTGRES_TYPES = ("uuid", "bigint", "bigint", "bigint", "text", "timestamptz", "float8", "int")


@dataclass
class Counts:
    """What became of good rows, and how many people are new."""

    stored: int = 0
    known: int = 0
    no_consent: int = 0
    people: int = 0


@dataclass
class BatchWriter:
    """Writes the good rows of one file; the batch begins with the first row that is new.

    `touched` holds the ids of the people who got rows.
    """

    file_name: str
    file_hash: str
    source: str
    basis: str
    counts: Counts = field(default_factory=Counts)
    batch: ImportBatch | None = None
    touched: set[int] = field(default_factory=set)
    _people: dict[str, int] = field(default_factory=dict)

    def write(self, keyed: Sequence[tuple[str, EventRow]]) -> None:
        """Store one chunk in one transaction, after its new people and their basis."""
        keyed = self._without_erased(keyed)
        self._ensure_people({row.person for _, row in keyed})
        with transaction.atomic():
            allowed = _consenting({self._people[row.person] for _, row in keyed})
            good = [pair for pair in keyed if self._people[pair[1].person] in allowed]
            self.counts.no_consent += len(keyed) - len(good)
            known = _known_keys(key for key, _ in good)
            fresh: dict[str, EventRow] = {}
            for key, row in good:
                if key not in known:
                    fresh.setdefault(key, row)  # of an id the first row wins, in a chunk as well
            if fresh:
                stored = self._insert(fresh)
                self.counts.stored += stored
                self.touched.update(self._people[row.person] for row in fresh.values())
            self.counts.known += len(good) - len(fresh)

    def count(self, keyed: Sequence[tuple[str, EventRow]]) -> None:
        """Count what `write` would do, and write nothing."""
        keyed = self._without_erased(keyed)
        persons = {row.person for _, row in keyed}
        new = persons - set(self._people)
        found = _people_by_key(new)
        self.counts.people += len(new - set(found))
        self._people |= dict.fromkeys(new, 0) | found
        refused = set(
            Consent.objects.filter(
                purpose=Purpose.PROFILING, given=False, person__imported_key__in=persons
            ).values_list("person__imported_key", flat=True)
        )
        good = [key for key, row in keyed if row.person not in refused]
        known = _known_keys(good)
        self.counts.no_consent += len(keyed) - len(good)
        self.counts.stored += len(set(good) - known)
        self.counts.known += len(good) - len(set(good) - known)

    def _without_erased(self, keyed: Sequence[tuple[str, EventRow]]) -> list[tuple[str, EventRow]]:
        """Leave out the rows of people who were erased; they count as without consent."""
        erased = erased_imported_keys({row.person for _, row in keyed})
        kept = [pair for pair in keyed if pair[1].person not in erased]
        self.counts.no_consent += len(keyed) - len(kept)
        return kept

    def _ensure_people(self, keys: set[str]) -> None:
        new = keys - set(self._people)
        if not new:
            return
        with transaction.atomic():
            found = _people_by_key(new)
            missing = sorted(new - set(found))
            Person.objects.bulk_create(
                (
                    Person(imported_key=key, source=(self.source or "import")[:40])
                    for key in missing
                ),
                ignore_conflicts=True,
            )
            if missing:
                found |= _people_by_key(missing)
        record_import_basis(people=found.values(), basis=self.basis, file_hash=self.file_hash)
        self.counts.people += len(missing)
        self._people |= found

    def _insert(self, fresh: dict[str, EventRow]) -> int:
        if self.batch is None:
            self.batch = ImportBatch.objects.create(
                file_name=self.file_name[:200],
                file_hash=self.file_hash,
                source=self.source[:80],
                basis=self.basis[:500],
                started_at=timezone.now(),
            )
        batch_id = self.batch.pk
        adapt: Callable = connection.ops.adapt_datetimefield_value
        rows = [
            (
                key,
                batch_id,
                self._people[row.person],
                row.page_id,
                row.kind,
                adapt(row.at),
                row.seconds,
                row.count,
            )
            for key, row in fresh.items()
        ]
        return insert_rows(rows)


def insert_rows(rows: Sequence[tuple]) -> int:
    """Insert rows in the order of COLUMNS, leaving out keys that exist; return how many went in."""
    table = connection.ops.quote_name(ImportedEvent._meta.db_table)
    columns = ", ".join(map(connection.ops.quote_name, COLUMNS))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            arrays = ", ".join(f"%s::{kind}[]" for kind in POSTGRES_TYPES)
            cursor.execute(
                f"INSERT INTO {table} ({columns}) SELECT * FROM unnest({arrays}) "
                "ON CONFLICT (id) DO NOTHING",
                [list(column) for column in zip(*rows, strict=True)],
            )
        else:
            values = ", ".join(["%s"] * len(COLUMNS))
            cursor.executemany(
                f"INSERT INTO {table} ({columns}) VALUES ({values}) ON CONFLICT (id) DO NOTHING",
                rows,
            )
        return cursor.rowcount


def _people_by_key(keys: Iterable[str]) -> dict[str, int]:
    people = Person.objects.filter(imported_key__in=list(keys))
    return {key: pk for key, pk in people.values_list("imported_key", "pk") if key}


def _consenting(person_ids: set[int]) -> set[int]:
    """Lock the people, as a withdrawal does, and return those who may be profiled now."""
    people = Person.objects.select_for_update().filter(pk__in=person_ids).order_by("pk")
    locked = list(people.values_list("pk", flat=True))
    into = redirects_among(locked)
    stands = {person: into.get(person, person) for person in locked}
    agreed = consenting_person_ids(Purpose.PROFILING).filter(person_id__in=set(stands.values()))
    found = set(agreed.values_list("person_id", flat=True))
    return {person for person in locked if stands[person] in found}


def _known_keys(keys: Iterable[str]) -> set[str]:
    stored = ImportedEvent.objects.filter(pk__in=list(keys)).values_list("pk", flat=True)
    return {key.hex for key in stored}
