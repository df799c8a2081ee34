"""Brings a table of people through its stages: stored, looked at, mapped, taken in, or undone."""

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from classroom.reports.headings import Heading, signature_of
from leads.importing.columns import Field, identifies, places_of
from leads.importing.matching import OTHER, SAME, Match, matched
from leads.importing.rows import heading_of, said_in
from leads.models import ImportGoal, Label, PeopleColumns, PeopleImport, RowOutcome
from leads.services.actors import actor_of
from leads.services.import_files import discard, path_of, store_file
from outbox.models import Effect
from outbox.records import BadFile
from outbox.services import enqueue_effect, record_audit
from people.contact_kinds import region_of
from people.models import User
from people.selectors import current_clinic

TAKE, UNDO = "leads.take_people", "leads.undo_people"
LARGEST_BYTES = 16 * 1024 * 1024
# What a request may wait for; a longer table is taken in by the worker while its page counts.
ROWS_AT_ONCE = 200
SHOWN = 20
State = PeopleImport.State


class ImportRefused(ValueError):
    """A table that is not stored or taken in; the message says why."""


@dataclass
class Preview:
    """What taking a table in would do; `problem` says why it cannot be done as it stands."""

    heading: Heading | None = None
    counts: Counter[str] = field(default_factory=Counter)
    first: list[Match] = field(default_factory=list)
    bad: list[Match] = field(default_factory=list)
    asked: list[Match] = field(default_factory=list)
    problem: str = ""

    @property
    def rows(self) -> int:
        """How many lines say something."""
        return sum(self.counts.values())

    @property
    def taken(self) -> int:
        """How many lines would change something."""
        return self.counts[RowOutcome.CREATED] + self.counts[RowOutcome.KNOWN]


def receive_table(
    *, file: UploadedFile, goal: str, basis: str, by: User, label: Label | None = None
) -> PeopleImport:
    """Store a table for a look; raises ImportRefused. Nothing of it counts yet. Audited."""
    if not file.size:
        raise ImportRefused(_("The file is empty."))
    if file.size > LARGEST_BYTES:
        raise ImportRefused(_("The file is larger than 16 MB. Bring it in parts."))
    if goal == ImportGoal.PEOPLE and not basis.strip():
        raise ImportRefused(_("Say on what basis these people may be known here."))
    stored_as, digest = store_file(file)
    with transaction.atomic():
        people_import = PeopleImport.objects.create(
            goal=ImportGoal(goal),
            file_name=(file.name or "")[:200],
            stored_as=stored_as,
            file_hash=digest,
            basis=basis.strip()[:500],
            label=label if goal == ImportGoal.PEOPLE else None,
            uploaded_by=by,
        )
        _note("people.table_uploaded", people_import, by, bytes=file.size)
    if (path := path_of(people_import)) is not None:
        with suppress(BadFile):  # the look says what is wrong, in words
            _recognise(people_import, heading_of(path))
    return people_import


def _recognise(people_import: PeopleImport, heading: Heading) -> None:
    """Read the columns as somebody said before, else by their headings."""
    known = PeopleColumns.objects.filter(signature=signature_of(heading.cells)).first()
    people_import.columns = known.columns if known else places_of(heading.cells)
    people_import.save(update_fields=["columns"])


def preview_of(people_import: PeopleImport) -> Preview:
    """Read the file as taking it in would, and write nothing."""
    path = path_of(people_import)
    if path is None:
        return Preview(problem=_("The file is not here any more. Upload it again."))
    preview = Preview()
    try:
        preview.heading = heading_of(path)
        if not identifies(people_import.columns):
            preview.problem = _("Say which column holds the phone, the e-mail address or a key.")
            return preview
        for match in matches_of(people_import):
            preview.counts[match.outcome] += 1
            if match.outcome == RowOutcome.BAD and len(preview.bad) < SHOWN:
                preview.bad.append(match)
            if match.asks:
                preview.asked.append(match)
            if len(preview.first) < SHOWN:
                preview.first.append(match)
    except BadFile as error:
        preview.problem = str(error).replace(str(path), people_import.file_name)
    return preview


def matches_of(
    people_import: PeopleImport, *, ignoring: frozenset[int] = frozenset()
) -> list[Match]:
    """Where each line of a stored file goes; raises BadFile."""
    path = path_of(people_import)
    if path is None:
        raise BadFile(_("The file is not here any more. Upload it again."))
    said = said_in(path, columns=people_import.columns, region=region_of(current_clinic()))
    return list(matched(said.rows, answers=people_import.answers, ignoring=ignoring))


def choose_columns(*, people_import: PeopleImport, columns: Mapping[str, int]) -> None:
    """Write down what the columns of a waiting table mean, and remember it for the next such table."""
    path = path_of(people_import)
    chosen = {Field(name).value: int(place) for name, place in columns.items()}
    if path is None or not identifies(chosen):
        raise ImportRefused(_("Say which column holds the phone, the e-mail address or a key."))
    mine = PeopleImport.objects.filter(pk=people_import.pk, state=State.WAITING)
    with transaction.atomic():
        if mine.update(columns=chosen, answers={}):
            PeopleColumns.objects.update_or_create(
                signature=signature_of(heading_of(path).cells),
                defaults={"columns": chosen, "saved_at": timezone.now()},
            )


def answer_lines(*, people_import: PeopleImport, answers: Mapping[str, str]) -> None:
    """Write down what staff decided about lines whose contact is known under another name."""
    with transaction.atomic():
        held = PeopleImport.objects.select_for_update().get(pk=people_import.pk)
        if held.state == State.WAITING:
            good = {line: one for line, one in answers.items() if one in (SAME, OTHER, "")}
            held.answers = {**held.answers, **good}
            held.save(update_fields=["answers"])


def ask_to_take(*, people_import: PeopleImport, by: User) -> Effect | None:
    """Ask the outbox to take a waiting table in; None where somebody did so before. Audited."""
    with transaction.atomic():
        mine = PeopleImport.objects.filter(pk=people_import.pk, state=State.WAITING)
        if not mine.update(state=State.TAKING, rows_done=0):
            return None
        _note("people.table_taken", people_import, by, goal=people_import.goal)
        return enqueue_effect(
            kind=TAKE,
            payload={"import": people_import.public_id},
            key=f"{TAKE}:{people_import.public_id}",
        )


def ask_to_undo(*, people_import: PeopleImport, by: User) -> Effect | None:
    """Ask the outbox to undo a table; None where somebody did so before. Audited."""
    with transaction.atomic():
        mine = PeopleImport.objects.filter(pk=people_import.pk, state=State.TAKEN)
        if not mine.update(state=State.UNDOING, rows_done=0):
            return None
        _note("people.table_undone", people_import, by, goal=people_import.goal)
        return enqueue_effect(
            kind=UNDO,
            payload={"import": people_import.public_id},
            key=f"{UNDO}:{people_import.public_id}",
        )


def discard_table(*, people_import: PeopleImport, by: User) -> None:
    """Throw away a waiting table. Audited."""
    discard(people_import)
    _note("people.table_discarded", people_import, by)


def _note(action: str, people_import: PeopleImport, by: User, **detail: object) -> None:
    record_audit(
        actor=actor_of(by),
        action=action,
        subject=f"people_import:{people_import.public_id}",
        detail=detail,
    )
