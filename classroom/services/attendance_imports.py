"""Takes an attendance report in, and undoes it whole; every row keeps the file it came from."""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from classroom.attendance_sources import Faces, faces_of
from classroom.faces import Face
from classroom.intervals import clipped_to
from classroom.models import (
    Attendance,
    AttendanceImport,
    LiveClass,
    ReportAttendee,
    ReportRow,
)
from classroom.models.classes import zone_of
from classroom.report_keys import ReadRow, keyed_rows
from classroom.reports.placing import Window
from classroom.reports.reading import read_report
from classroom.reports.stays import ReportFormat, ReportRead
from classroom.selectors import class_itself
from classroom.services.attendance import recompute_attendance
from classroom.services.column_mappings import remembered_columns
from classroom.services.matching import MatchedBy, decisions_for, match_waiting
from classroom.signals import class_settled
from outbox.records import BadFile
from outbox.services import record_audit

CHUNK = 500
Progress = Callable[[int, int, str], None]


class NoSuchImport(Exception):
    """The import to undo does not exist."""


@dataclass
class ImportReport:
    """What an import did or would do; the counts add up: rows = new + known + bad.

    `clipped` rows reach beyond the class, `outside` ones lie wholly outside it. `import_id` is
    None where nothing was new, `earlier_id` names the import that has the same file.
    """

    read: ReportRead
    counts: dict[str, int] = field(default_factory=dict)
    import_id: int | None = None
    earlier_id: int | None = None


def import_report(
    *,
    live_class: LiveClass,
    path: Path,
    actor: str,
    format: ReportFormat | None = None,
    columns: Mapping[str, str] | None = None,
    time_zone: str = "",
    file_name: str = "",
    dry_run: bool = False,
    on_progress: Progress = lambda done, total, note: None,
) -> ImportReport:
    """Store what a report adds, match whoever is certain, and bring attendance up to date.

    Times without an offset are in `time_zone`, the class's own where none is named. A table whose
    heading somebody mapped before maps itself unless format or columns are given.

    Raises BadFile, also where the class has no date or the whole report lies outside it. The same
    file, and a file with known rows only, changes nothing. A run that was killed is finished by
    running it again.
    """
    live_class = class_itself(live_class)
    window = window_of(live_class, time_zone)
    if format is None and columns is None:
        columns = remembered_columns(path)
    read = read_report(path, window=window, format=format, columns=columns)
    rows = keyed_rows(read.stays, time_zone=live_class.time_zone)
    _refuse_foreign(read, window=window)
    file_hash = _sha256(path)
    batches = AttendanceImport.objects.filter(live_class=live_class, undone_at=None)
    same = batches.filter(file_hash=file_hash).order_by("pk").last()
    finished = same is not None and same.finished_at is not None
    known = len(rows) if finished else 0
    if same is None:
        known = len(_known_identities(live_class, rows))
    report = ImportReport(read=read, earlier_id=same.pk if same and finished else None)
    report.counts = _counts(read, rows, known=known, window=window)
    batch = None
    if not dry_run and not finished:
        if known < len(rows):
            name = (file_name or path.name)[:200]
            batch = same or _new_batch(live_class, name, read, file_hash=file_hash, actor=actor)
            _store(batch, rows, on_progress=on_progress)
        match_waiting(live_class=live_class)
        on_progress(len(rows), len(rows), "computing attendance")
        recompute_attendance(live_class=live_class)
        _say_settled(live_class)
    _count_matches(report, live_class, rows)
    if batch is not None:
        report.import_id = batch.pk
        _finish(batch, report)
    return report


def _say_settled(live_class: LiveClass) -> None:
    """Tell who listens that it is known who came, once the class is over."""
    if live_class.ends_at is not None and live_class.ends_at <= timezone.now():
        class_settled.send(LiveClass, live_class_id=live_class.pk)


def _new_batch(
    live_class: LiveClass, file_name: str, read: ReportRead, *, file_hash: str, actor: str
) -> AttendanceImport:
    return AttendanceImport.objects.create(
        live_class=live_class,
        format=read.format.value,
        file_name=file_name,
        file_hash=file_hash,
        actor=actor,
    )


def window_of(live_class: LiveClass, time_zone: str = "") -> Window:
    """When the class is, in its own zone or the one named; raises BadFile where it takes no report."""
    start, end = live_class.starts_at, live_class.ends_at
    if start is None or end is None:
        raise BadFile(
            _("The class '%(title)s' has no start, so it takes no attendance report.")
            % {"title": live_class.title}
        )
    if end <= start:
        raise BadFile(
            _("The class '%(title)s' has no length, so nobody can attend it.")
            % {"title": live_class.title}
        )
    name = time_zone or live_class.time_zone
    zone = zone_of(name)
    if zone is None:
        raise BadFile(_("Nobody knows the time zone '%(zone)s'.") % {"zone": name})
    return Window(start, end, zone)


def _refuse_foreign(read: ReportRead, *, window: Window) -> None:
    """Refuse a report that has nothing to do with the class: a wrong class or a wrong zone."""
    if not read.stays or any(clipped_to(stay.intervals, window.interval) for stay in read.stays):
        return
    first = min(stay.joined_at for stay in read.stays).astimezone(window.zone)
    last = max(stay.left_at for stay in read.stays).astimezone(window.zone)
    raise BadFile(
        _(
            "The whole report lies outside the class: it runs from %(first)s to %(last)s, the "
            "class from %(start)s to %(end)s (%(zone)s). Is it the right class, and is its time "
            "zone right? Nothing was imported."
        )
        % {
            "first": f"{first:%Y-%m-%d %H:%M}",
            "last": f"{last:%Y-%m-%d %H:%M}",
            "start": f"{window.local_start:%Y-%m-%d %H:%M}",
            "end": f"{window.end.astimezone(window.zone):%Y-%m-%d %H:%M}",
            "zone": window.zone.key,
        }
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as raw:
        return hashlib.file_digest(raw, "sha256").hexdigest()


def _known_identities(live_class: LiveClass, rows: Sequence[ReadRow]) -> set[str]:
    stored = ReportRow.objects.filter(live_class=live_class, batch__undone_at=None)
    found: set[str] = set()
    for start in range(0, len(rows), CHUNK):
        some = [row.identity for row in rows[start : start + CHUNK]]
        found.update(stored.filter(identity__in=some).values_list("identity", flat=True))
    return found


def _counts(
    read: ReportRead, rows: Sequence[ReadRow], *, known: int, window: Window
) -> dict[str, int]:
    beyond = [
        stay for stay in read.stays if stay.joined_at < window.start or stay.left_at > window.end
    ]
    outside = [stay for stay in beyond if not clipped_to(stay.intervals, window.interval)]
    return {
        "rows": read.rows,
        "new": len(rows) - known,
        "known": known,
        "bad": len(read.bad),
        "clipped": len(beyond) - len(outside),
        "outside": len(outside),
    }


def _store(batch: AttendanceImport, rows: Sequence[ReadRow], *, on_progress: Progress) -> None:
    """Write the rows a chunk at a time; those a killed run has written are left as they are."""
    for start in range(0, len(rows), CHUNK):
        some = rows[start : start + CHUNK]
        with transaction.atomic():
            attendees = _attendees(batch.live_class, some)
            ReportRow.objects.bulk_create(
                [
                    ReportRow(
                        live_class=batch.live_class,
                        batch=batch,
                        attendee_id=attendees[row.attendee_key],
                        line=row.stay.line,
                        identity=row.identity,
                        joined_at=row.stay.joined_at,
                        left_at=row.stay.left_at,
                        seconds=row.stay.seconds,
                    )
                    for row in some
                ],
                ignore_conflicts=True,
            )
        on_progress(start + len(some), len(rows), "rows stored")


def _attendees(live_class: LiveClass, rows: Sequence[ReadRow]) -> dict[str, int]:
    """Return attendee key to id; makes those that are missing."""
    by_key = {row.attendee_key: row for row in rows}
    ReportAttendee.objects.bulk_create(
        [
            ReportAttendee(
                live_class=live_class,
                key=key,
                name=row.stay.name,
                contact=row.contact,
                name_key=row.name_key,
                shown_key=row.shown_key,
                original_key=row.original_key,
            )
            for key, row in by_key.items()
        ],
        ignore_conflicts=True,
    )
    stored = ReportAttendee.objects.filter(live_class=live_class, key__in=by_key)
    return dict(stored.values_list("key", "pk"))


def _count_matches(report: ImportReport, live_class: LiveClass, rows: Sequence[ReadRow]) -> None:
    """Count humans of this report, and whom they are; on a dry run too."""
    stored = ReportAttendee.objects.filter(live_class=live_class)
    faces, ids = faces_of(live_class), dict(stored.values_list("key", "pk"))
    devices = set(stored.filter(matched_by=MatchedBy.DEVICE).values_list("pk", flat=True))
    for number, row in enumerate(rows, start=1):
        if row.attendee_key not in ids:
            ids[row.attendee_key] = -number
            faces.append(Face(-number, row.contact, row.name_key, row.shown_key, row.original_key))
    decided = decisions_for(live_class, faces)
    who = Faces(
        face if face.id not in decided else replace(face, person_id=decided[face.id][0])
        for face in faces
        if face.id not in decided or decided[face.id][1] != MatchedBy.DEVICE
    )
    devices |= {face for face, (_person, by) in decided.items() if by == MatchedBy.DEVICE}
    here = {ids[row.attendee_key] for row in rows}
    not_people = here & devices
    here -= devices
    people = {who.people[face] for face in here if face in who.people}
    waiting = {who.leaders[face] for face in here if face not in who.people}
    by_name = set(stored.filter(matched_by=MatchedBy.NAME).values_list("person_id", flat=True))
    by_name |= {
        person for person, by in decided.values() if by == MatchedBy.NAME and person is not None
    }
    report.counts |= {
        "attendees": len(people) + len(waiting),
        "matched": len(people),
        "matched_by_name": len(people & by_name),
        "unmatched": len(waiting),
        "not_people": len(not_people),
    }


def _finish(batch: AttendanceImport, report: ImportReport) -> None:
    with transaction.atomic():
        batch.counts = {**report.counts, "reasons": _reasons(report.read)}
        batch.finished_at = timezone.now()
        batch.save(update_fields=["counts", "finished_at"])
        record_audit(
            actor=batch.actor,
            action="attendance.import",
            subject=f"attendance_import:{batch.pk}",
            detail={"class": batch.live_class_id, "file_hash": batch.file_hash, **report.counts},
        )


def _reasons(read: ReportRead) -> dict[str, int]:
    """How many rows could not be taken for which reason; what stood in them stays in the file."""
    return dict(Counter(bad.problem.reason for bad in read.bad))


@dataclass
class UndoReport:
    """What an undo did: rows deleted, people whose attendance changed."""

    deleted: int = 0
    changed: int = 0


def undo_import(*, import_id: int, actor: str) -> UndoReport:
    """Delete an import's rows and compute attendance without them; raises NoSuchImport.

    Rows that another report has too stay with that one. A second call, or one after a killed one,
    does what is left.
    """
    batch = AttendanceImport.objects.filter(pk=import_id).select_related("live_class").first()
    if batch is None:
        raise NoSuchImport(f"There is no attendance import {import_id}.")
    report = UndoReport()
    live_class = batch.live_class
    people = set(Faces(faces_of(live_class)).people.values()) | set(
        Attendance.objects.filter(live_class=live_class)
        .exclude(sources=["demo"])
        .values_list("person_id", flat=True)
    )
    while ids := list(batch.rows.values_list("pk", flat=True)[:CHUNK]):
        report.deleted += len(ids)
        ReportRow.objects.filter(pk__in=ids).delete()
    ReportAttendee.objects.filter(live_class=live_class, rows=None).delete()
    report.changed = len(recompute_attendance(live_class=live_class, people=people))
    _say_settled(live_class)
    if batch.undone_at is None:
        with transaction.atomic():
            batch.undone_at = timezone.now()
            batch.save(update_fields=["undone_at"])
            record_audit(
                actor=actor,
                action="attendance.undo",
                subject=f"attendance_import:{batch.pk}",
                detail={"deleted": report.deleted, "changed": report.changed},
            )
    return report
