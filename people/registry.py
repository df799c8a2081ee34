"""Where every model with personal data is named: fields, purpose, retention, eraser, reporter.

Also the hooks by which upper packages take part in pages and commands of this one.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Model
from django.http import HttpRequest

from people.models import Person, Visitor

# Both take (person or None, visitors); an eraser returns how many rows it erased or cut loose.
Eraser = Callable[[Person | None, list[Visitor]], int]
Reporter = Callable[[Person | None, list[Visitor]], list[dict]]
MeSection = Callable[[HttpRequest, Person | None, Visitor | None], tuple[str, dict] | None]
DemoRemover = Callable[[], int]


@dataclass(frozen=True)
class PersonalData:
    """What one model holds about people, why, how long, and how it is erased and reported.

    `eraser` None means that the rows go with a row erased elsewhere, or hold no link by design;
    `reporter` None means that there is nothing a person could be shown. `retention` says why.
    """

    model: type[Model]
    fields: tuple[str, ...]
    purpose: str
    retention: str
    eraser: Eraser | None
    reporter: Reporter | None


_entries: dict[str, PersonalData] = {}
_impersonal: dict[str, str] = {}

# Called with (request, person, visitor) for the page /me/; each returns (template, context) or None.
me_sections: list[MeSection] = []
# Called by start_clinic, upper packages first; each deletes its demo rows and returns how many.
demo_removers: list[DemoRemover] = []


def register(
    model: type[Model],
    *,
    fields: tuple[str, ...],
    purpose: str,
    retention: str,
    eraser: Eraser | None,
    reporter: Reporter | None,
) -> None:
    """Name a model with personal data; again for the same model replaces the entry."""
    _entries[model._meta.label] = PersonalData(model, fields, purpose, retention, eraser, reporter)


def register_impersonal(model: type[Model], *, reason: str) -> None:
    """Say that a model holds nothing about people, and why that is so."""
    _impersonal[model._meta.label] = reason


def entries() -> list[PersonalData]:
    """Return every entry, in the order of INSTALLED_APPS: the uppermost packages' first."""
    return list(_entries.values())


def entry_of(model: type[Model]) -> PersonalData | None:
    """Return the entry of a model, if it has one."""
    return _entries.get(model._meta.label)


def is_classified(model: type[Model]) -> bool:
    """Tell whether somebody said what the model holds."""
    return model._meta.label in _entries or model._meta.label in _impersonal
