"""Takes the lines of a table of people in, a few at a time, and takes all of it back."""

from collections.abc import Iterable
from functools import reduce
from itertools import islice
from operator import or_

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from classroom.models import (
    Attendance,
    AttendanceCorrection,
    CheckAttempt,
    ClinicianFollow,
    DoorCheck,
    Enrolment,
    LearningAct,
    Question,
    QuestionnaireReply,
    Registration,
)
from leads.importing.adding import branches_named, plain_facts
from leads.importing.matching import Match
from leads.models import (
    ContactWish,
    FollowUp,
    ImportedRow,
    ImportGoal,
    Lead,
    PeopleImport,
    PersonLabel,
    PersonNote,
    PickedPerson,
    RowOutcome,
    SuppressedContact,
)
from leads.services.import_files import delete_file
from leads.services.labels import add_label, remove_label
from leads.services.people_filling import fill_in, take_out
from leads.services.people_imports import matches_of
from leads.services.touching import touch_people
from outbox.records import BadFile
from people.models import (
    Branch,
    Consent,
    ContactPoint,
    OutsideIdentity,
    Person,
    ProfilingPause,
    Visitor,
    Vouch,
)
from people.selectors import records_of
from people.services.erasure import remove_imported_person
from people.services.import_basis import record_import_basis, undo_import_basis
from tracking.models import ImportedEvent

CHUNK = 100  # lines a transaction; keeps each under 200 ms on SQLite
State = PeopleImport.State
#: Whoever has a row of these did something since a table made them, or staff did with them.
IN_USE_BY = (
    Visitor,
    OutsideIdentity,
    Vouch,
    Consent,
    ProfilingPause,
    ImportedEvent,
    Registration,
    Attendance,
    AttendanceCorrection,
    DoorCheck,
    Question,
    Enrolment,
    LearningAct,
    CheckAttempt,
    ClinicianFollow,
    QuestionnaireReply,
    Lead,
    ContactWish,
    FollowUp,
    PersonNote,
    PickedPerson,
)


def take_table(*, public_id: str) -> None:
    """Take a table in, note how far it is, and delete the file at the end.

    A run that was killed is finished by the next one; lines that were written are not written
    again. A second call for a table that is done changes nothing. To be called outside a
    transaction: each chunk is committed by itself.
    """
    people_import = PeopleImport.objects.filter(public_id=public_id).first()
    if people_import is not None and people_import.state == State.TAKEN:
        delete_file(people_import)  # where a run was killed just before
    if people_import is None or people_import.state != State.TAKING:
        return
    rows = people_import.rows.all()
    done = set(rows.values_list("line", flat=True))
    made = rows.filter(outcome=RowOutcome.CREATED, person__isnull=False)
    try:
        matches = matches_of(
            people_import, ignoring=frozenset(made.values_list("person_id", flat=True))
        )
    except BadFile as error:
        PeopleImport.objects.filter(pk=people_import.pk).update(
            state=State.FAILED, problem=str(error)[:500], finished_at=timezone.now()
        )
        return
    branches = branches_named(Branch.objects.all())
    waiting = (match for match in matches if match.row.line not in done)
    count = len(done)
    while chunk := list(islice(waiting, CHUNK)):
        _take(people_import, chunk, branches)
        count += len(chunk)
        PeopleImport.objects.filter(pk=people_import.pk).update(
            rows_done=count, rows_total=len(matches)
        )
    _finish(people_import)


def _take(people_import: PeopleImport, chunk: list[Match], branches: dict[str, Branch]) -> None:
    if people_import.goal == ImportGoal.SUPPRESSION:
        _suppress(people_import, chunk)
        return
    with transaction.atomic():
        rows = []
        for match in chunk:
            person, filled = None, {}
            if match.outcome == RowOutcome.CREATED:
                person = _create(match, branches)
            elif match.outcome == RowOutcome.KNOWN and match.person is not None:
                person = match.person
                filled = fill_in(person=person, row=match.row, branches=branches)
            rows.append(
                ImportedRow(
                    people_import=people_import,
                    line=match.row.line,
                    outcome=match.outcome,
                    person=person,
                    evidence=match.evidence,
                    filled=filled,
                )
            )
        ImportedRow.objects.bulk_create(rows)
        _give_label(people_import, rows)
    people = [row.person_id for row in rows if row.person_id is not None]
    record_import_basis(people=people, basis=people_import.basis, file_hash=people_import.file_hash)
    touch_people(person_ids=people)


def _give_label(people_import: PeopleImport, rows: list[ImportedRow]) -> None:
    """Give everybody of these lines the label, if there is one; who carries it already keeps that."""
    label, by = people_import.label, people_import.uploaded_by
    if label is None or by is None or label.retired_at is not None:
        return
    for row in rows:
        if row.person is None:
            continue
        carried = PersonLabel.objects.filter(
            person__in=records_of(row.person), label=label, removed_at=None
        )
        if not carried.exists():
            row.given = add_label(person=row.person, label=label, by=by)
            row.save(update_fields=["given"])


def _create(match: Match, branches: dict[str, Branch]) -> Person:
    row = match.row
    person = Person.objects.create(imported_key=row.key or None, **plain_facts(row, branches))
    ContactPoint.objects.bulk_create(
        ContactPoint(person=person, kind=kind, value=value) for kind, value in row.contacts
    )
    return person


def _suppress(people_import: PeopleImport, chunk: list[Match]) -> None:
    """Note each contact of these lines; one that was suppressed before keeps its reason."""
    with transaction.atomic():
        SuppressedContact.objects.bulk_create(
            [
                SuppressedContact(
                    kind=kind,
                    value=value,
                    reason=people_import.basis[:200],
                    people_import=people_import,
                    added_by=people_import.uploaded_by,
                )
                for match in chunk
                for kind, value in match.row.contacts
            ],
            ignore_conflicts=True,
        )
        ImportedRow.objects.bulk_create(
            ImportedRow(
                people_import=people_import,
                line=match.row.line,
                outcome=RowOutcome.SUPPRESSED if match.row.contacts else RowOutcome.BAD,
            )
            for match in chunk
        )


def _finish(people_import: PeopleImport) -> None:
    counts: dict[str, int] = {}
    for outcome in people_import.rows.values_list("outcome", flat=True).iterator():
        counts[outcome] = counts.get(outcome, 0) + 1
    if filled := people_import.rows.exclude(filled={}).count():
        counts["filled"] = filled
    # A run that was killed between a chunk and its consents is made good here.
    people = people_import.rows.filter(person__isnull=False).values_list("person_id", flat=True)
    if people_import.goal == ImportGoal.PEOPLE:
        record_import_basis(
            people=list(people), basis=people_import.basis, file_hash=people_import.file_hash
        )
        touch_people(person_ids=list(people))
    # A run that lost its lease may come second, when the table is being taken back already.
    mine = PeopleImport.objects.filter(pk=people_import.pk).exclude(
        state__in=(State.UNDOING, State.UNDONE)
    )
    mine.update(state=State.TAKEN, counts=counts, answers={}, finished_at=timezone.now())
    delete_file(people_import)


def undo_table(*, public_id: str) -> None:
    """Take a table back: its consents, its suppressions, and the people who did nothing since.

    Who signed in, decided on consent, registered, attended, or was worked with since stays, without
    the consent that the table gave; who was known before is left as they were. A second call changes
    nothing; a run that was killed is finished by the next. To be called outside a transaction.
    """
    people_import = PeopleImport.objects.filter(public_id=public_id, state=State.UNDOING).first()
    if people_import is None:
        return
    SuppressedContact.objects.filter(people_import=people_import).delete()
    rows = people_import.rows.filter(person__isnull=False)
    undo_import_basis(
        file_hash=people_import.file_hash, people=list(rows.values_list("person_id", flat=True))
    )
    # What an earlier run took away, or anybody else, may have been given by hand since.
    standing = rows.filter(given__isnull=False, given__removed_at=None)
    for row in standing.select_related("given__label", "person"):
        if row.given and row.person and people_import.uploaded_by:
            remove_label(person=row.person, label=row.given.label, by=people_import.uploaded_by)
    _take_out(rows.exclude(filled={}))
    made = rows.filter(outcome=RowOutcome.CREATED)
    kept = 0
    for person in _people(people_import, made.values_list("person_id", flat=True)):
        if person.in_use or not _remove(people_import, person):  # type: ignore[attr-defined]
            kept += 1
    PeopleImport.objects.filter(pk=people_import.pk).update(
        state=State.UNDONE,
        counts={**people_import.counts, "kept": kept},
        finished_at=timezone.now(),
    )


def _take_out(rows: QuerySet[ImportedRow]) -> None:
    """Take back what lines added to people who were known, a row and a transaction at a time."""
    touched = []
    for row in rows.select_related("person"):
        if row.person is None:
            continue
        with transaction.atomic():
            take_out(person=row.person, filled=row.filled)
        touched.append(row.person.pk)
    touch_people(person_ids=touched)


def _remove(people_import: PeopleImport, person: Person) -> bool:
    """Remove somebody whom nobody touched until this moment; tell whether they are gone.

    Locked in a query before that question: what waited for the lock is seen only by a later one.
    """
    with transaction.atomic():
        if not Person.objects.select_for_update().filter(pk=person.pk).exists():
            return True
        (again,) = _people(people_import, [person.pk])
        if again.in_use:  # type: ignore[attr-defined]
            return False
        remove_imported_person(person=person, actor="system")
    return True


def _people(people_import: PeopleImport, ids: Iterable[int | None]) -> list[Person]:
    """People a table made, each with `in_use`: whether anything hangs on them since.

    Asked once the table's own consents are taken back, so what stands of those, and of leads, is
    somebody's own word or work.
    """

    def any_of(model: type, path: str = "person") -> Exists:
        return Exists(model.objects.filter(**{path: OuterRef("pk")}))  # type: ignore[attr-defined]

    own_labels = people_import.rows.filter(given__isnull=False).values("given")
    in_use = (
        reduce(or_, map(any_of, IN_USE_BY))
        | any_of(Person, "merged_into")
        | any_of(Person, "guardian")
        | Exists(ContactPoint.objects.filter(person=OuterRef("pk"), verified_at__isnull=False))
        | Exists(PersonLabel.objects.filter(person=OuterRef("pk")).exclude(pk__in=own_labels))
        | Q(user__isnull=False)
        | Q(merged_into__isnull=False)
    )
    people = Person.objects.filter(pk__in=list(ids)).annotate(in_use=in_use)
    return list(people.order_by("pk"))
