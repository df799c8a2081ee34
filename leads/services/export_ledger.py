"""Writes down whom an export's file holds, in statements that take people by the thousand."""

import json
from itertools import islice
from typing import IO

from django.db import connection

from leads.models import Export

AT_ONCE = 5000
HELD = {
    "postgresql": "unnest(CAST(%(ids)s AS text[])) AS held(value)",
    "sqlite": "json_each(%(ids)s) AS held",
}


def write_ledger(export: Export, ids: IO[bytes]) -> None:
    """Note the external ids, one a line; what an earlier, downloaded file held stays on record."""
    ids.seek(0)
    lines = (line[:-1].decode() for line in ids)
    while lot := list(islice(lines, AT_ONCE)):
        _note(export, lot)
    left = export.people.filter(generation__lt=export.generation)
    if export.downloaded_generation is not None:
        left.filter(first_generation__gt=export.downloaded_generation).delete()
    elif export.downloaded_at is None:
        left.delete()


def _note(export: Export, external_ids: list[str]) -> None:
    """Note some people as held by the newest file; who was held before stays since when."""
    on_postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO leads_exportperson"
            " (export_id, person_external_id, generation, first_generation)"
            " SELECT %(export)s, held.value, %(generation)s, %(generation)s"
            # SQLite reads the ON of a conflict as that of a join where no WHERE stands before it.
            f" FROM {HELD[connection.vendor]} WHERE 1 = 1"
            " ON CONFLICT (export_id, person_external_id)"
            " DO UPDATE SET generation = excluded.generation",
            {
                "export": export.pk,
                "generation": export.generation,
                "ids": external_ids if on_postgresql else json.dumps(external_ids),
            },
        )
