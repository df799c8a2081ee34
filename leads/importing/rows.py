"""Turns the lines of a table into what each says about somebody; it knows nobody."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from classroom.reports.headings import Heading, headings_of
from classroom.reports.tables import table_of
from leads.importing.columns import Field
from outbox.records import BadFile
from people.contacts import BadContact, normalise_contact
from people.models import ContactKind

SHORTENED = re.compile(r"^\d[.,]?\d*[eE]\+?\d+$")
YEAR = re.compile(r"(?<!\d)(19\d\d|20\d\d)(?!\d)")
CJK = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)
class SaidRow:
    """What one line says; contacts in their comparable form, `trouble` why the line cannot be taken."""

    line: int
    name: str = ""
    key: str = ""
    language: str = ""
    branch: str = ""
    birth_year: int | None = None
    source: str = ""
    contacts: tuple[tuple[str, str], ...] = ()
    trouble: str | Promise = ""


@dataclass(frozen=True)
class SaidTable:
    """The heading of a table and what its lines say."""

    heading: Heading
    rows: list[SaidRow] = field(default_factory=list)


def heading_of(path: Path) -> Heading:
    """The likeliest heading; raises BadFile where no line could be one."""
    found = headings_of(path)
    if not found:
        raise BadFile(str(_("No line of the file looks like the heading of a table.")))
    return min(found[:2], key=lambda one: one.line) if len(found) > 1 else found[0]


def said_in(path: Path, *, columns: Mapping[str, int], region: str | None) -> SaidTable:
    """Read every line below the heading; blank ones are passed over. Raises BadFile."""
    heading = heading_of(path)
    table = table_of(path)
    rows = [
        _said(row.line, row.cells, columns, region)
        for row in table.rows
        if row.line > heading.line and any(row.cells)
    ]
    rows += [SaidRow(bad.line, trouble=_("This line cannot be read.")) for bad in table.bad]
    return SaidTable(heading, sorted(rows, key=lambda row: row.line))


def _said(line: int, cells: list[str], columns: Mapping[str, int], region: str | None) -> SaidRow:
    said = {
        name: cells[place].strip() if place < len(cells) else "" for name, place in columns.items()
    }
    contacts, trouble = _contacts(said, region)
    year = YEAR.search(said.get(Field.BIRTH_YEAR, ""))
    key = said.get(Field.KEY, "")[:200]
    if not trouble and not contacts and not key:
        trouble = _("There is no address, number or key of your own in this line.")
    return SaidRow(
        line=line,
        name=_name(said)[:120],
        key=key,
        language=_language(said.get(Field.LANGUAGE, "")),
        branch=said.get(Field.BRANCH, ""),
        birth_year=int(year[1]) if year else None,
        source=said.get(Field.SOURCE, "")[:40],
        contacts=tuple(contacts),
        trouble=trouble,
    )


def _name(said: Mapping[str, str]) -> str:
    if said.get(Field.NAME):
        return said[Field.NAME]
    first, last = said.get(Field.FIRST_NAME, ""), said.get(Field.LAST_NAME, "")
    if CJK.search(first + last):
        return last + first
    return f"{first} {last}".strip()


def _language(text: str) -> str:
    plain = text.casefold()
    if plain.startswith(("zh", "chin", "中", "汉", "普通")):
        return "zh-hans"
    return "en" if plain.startswith(("en", "英")) else ""


def _contacts(
    said: Mapping[str, str], region: str | None
) -> tuple[list[tuple[str, str]], str | Promise]:
    """The contacts in their comparable form; why one of them is none."""
    found: list[tuple[str, str]] = []
    if email := said.get(Field.EMAIL, ""):
        try:
            found.append((ContactKind.EMAIL, normalise_contact(kind="email", value=email)))
        except BadContact:
            return found, _("The e-mail address is none.")
    if phone := said.get(Field.PHONE, ""):
        if SHORTENED.match(phone):
            return found, _("The spreadsheet shortened the number. Store the column as text.")
        try:
            value = normalise_contact(kind="phone", value=phone, region=region)
        except BadContact:
            return found, _("The phone number is none, or has no country code.")
        found.append((ContactKind.PHONE, value))
    return found, ""
