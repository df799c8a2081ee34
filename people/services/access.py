"""Puts together everything held about a person or a lone visitor, by walking the registry."""

from django.utils import timezone

from people import registry
from people.models import Person, Visitor


def build_access_report(
    *, person: Person | None = None, visitors: list[Visitor] | None = None
) -> dict:
    """Return one machine-readable report: for each model its purpose, retention and rows.

    Every model with a reporter is named, also with no row, so that absence can be read too.
    """
    if visitors is None:
        visitors = list(person.visitors.all()) if person is not None else []
    return {
        "made_at": timezone.now().isoformat(),
        "person": person.external_id if person else None,
        "visitors": [str(visitor.public_id) for visitor in visitors],
        "data": [
            {
                "model": entry.model._meta.label,
                "fields": list(entry.fields),
                "purpose": entry.purpose,
                "retention": entry.retention,
                "rows": entry.reporter(person, visitors),
            }
            for entry in registry.entries()
            if entry.reporter is not None
        ],
    }
