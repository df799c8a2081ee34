"""Names the personal data of tables that staff bring in, and of contacts nobody may write to."""

from leads.models import ImportedRow, PeopleColumns, PeopleImport, SuppressedContact
from leads.services.import_files import discard_files_of
from people.models import ContactPoint, Person, Visitor
from people.registry import register, register_impersonal


def _erase_files(person: Person | None, visitors: list[Visitor]) -> int:
    return discard_files_of(person) if person is not None else 0


def _erase_rows(person: Person | None, visitors: list[Visitor]) -> int:
    rows = ImportedRow.objects.filter(person=person)
    return rows.update(person=None, filled={}) if person else 0


def _report_rows(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    if person is None:
        return []
    rows = ImportedRow.objects.filter(person=person).select_related("people_import")
    return [
        {
            "table": row.people_import.public_id,
            "line": row.line,
            "at": row.people_import.uploaded_at.isoformat(),
            "basis": row.people_import.basis,
            "added": row.filled,
        }
        for row in rows
    ]


def _suppressed(person: Person | None) -> list[SuppressedContact]:
    if person is None:
        return []
    values = ContactPoint.objects.filter(person=person).values_list("kind", "value")
    rows = SuppressedContact.objects.filter(value__in=[value for _kind, value in values])
    return [row for row in rows if (row.kind, row.value) in set(values)]


def _erase_suppressed(person: Person | None, visitors: list[Visitor]) -> int:
    ids = [row.pk for row in _suppressed(person)]
    return SuppressedContact.objects.filter(pk__in=ids).delete()[0]


def _report_suppressed(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    return [
        {"kind": row.kind, "value": row.value, "reason": row.reason, "at": row.added_at.isoformat()}
        for row in _suppressed(person)
    ]


def register_imports() -> None:
    """Fill the registry with these models."""
    register(
        PeopleImport,
        fields=("stored_as", "file_name", "basis", "uploaded_by"),
        purpose="to take in a table of people the clinic knows, and to be able to take it back",
        retention="the file until it is taken in or deleted, 7 days at most; the row as proof",
        eraser=_erase_files,
        reporter=None,  # a file of many; its lines are reported one by one
    )
    register(
        ImportedRow,
        fields=("people_import", "line", "person", "evidence", "given", "filled"),
        purpose="to tell which line of which table somebody came from, and to take it back",
        retention="the link to the person until they are erased",
        eraser=_erase_rows,
        reporter=_report_rows,
    )
    register(
        SuppressedContact,
        fields=("kind", "value", "reason"),
        purpose="to write to nobody who asked not to be written to, whoever brings them in again",
        retention="until it is taken off the list, or the person is erased",
        eraser=_erase_suppressed,
        reporter=_report_suppressed,
    )
    register_impersonal(PeopleColumns, reason="what headings of tables mean")
