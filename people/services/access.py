"""Puts together everything held about a person or a lone visitor, by walking the registry."""

from django.utils import timezone

from people import registry
from people.models import Person, Visitor
from people.selectors import records_of, resolve_merge


def build_access_report(
    *, person: Person | None = None, visitors: list[Visitor] | None = None
) -> dict:
    """Return one machine-readable report: for each model its purpose, retention and rows.

    Of a human with several records, by a merge, it holds what every one of them has.

    Every model with a reporter is named, also with no row, so that absence can be read too.
    """
    parts = _parts(person, visitors)
    visitors = [visitor for _, theirs in parts for visitor in theirs]
    return {
        "made_at": timezone.now().isoformat(),
        "person": resolve_merge(person).external_id if person else None,
        "visitors": [str(visitor.public_id) for visitor in visitors],
        "data": [
            {
                "model": entry.model._meta.label,
                "fields": list(entry.fields),
                "purpose": entry.purpose,
                "retention": entry.retention,
                "rows": [row for part in parts for row in entry.reporter(*part)],
            }
            for entry in registry.entries()
            if entry.reporter is not None
        ],
    }


def _parts(
    person: Person | None, visitors: list[Visitor] | None
) -> list[tuple[Person | None, list[Visitor]]]:
    """Each record of the human with the browsers joined to it; these visitors where they are given."""
    if visitors is not None or person is None:
        return [(person, visitors or [])]
    return [(record, list(record.visitors.all())) for record in records_of(person)]
