"""The list of pauses and what ended them, outside the database: a restored backup must not undo them.

It holds opaque ids and moments alone, and is only ever appended to.
"""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from people.services.erasures_list import append_line, entries_of


class ListedPause(NamedTuple):
    """One pause of the person with this opaque id; `until` is None while it lasts."""

    ref: str
    since: datetime
    until: datetime | None


def pauses_path() -> Path:
    """Return where the list is kept."""
    return Path(settings.DATA_DIR) / "pauses.jsonl"


def append_pause(*, ref: str, since: datetime, until: datetime | None = None) -> None:
    """Append that a person's interests are paused since a moment, or were until another one."""
    entry = {"person": ref, "since": since.isoformat()}
    if until is not None:
        entry["until"] = until.isoformat()
    append_line(pauses_path(), entry)


def listed_pauses() -> list[ListedPause]:
    """Return every pause once, the oldest first, with the earliest end that the list knows."""
    found: dict[tuple[str, datetime], datetime | None] = {}
    for entry in entries_of(pauses_path()):
        try:
            ref, since = str(entry["person"]), datetime.fromisoformat(entry["since"])
            until = datetime.fromisoformat(entry["until"]) if "until" in entry else None
        except (KeyError, TypeError, ValueError):
            continue
        ends = [end for end in (found.get((ref, since)), until) if end is not None]
        found[ref, since] = min(ends, default=None)
    pauses = [ListedPause(ref, since, until) for (ref, since), until in found.items()]
    return sorted(pauses, key=lambda pause: (pause.since, pause.ref))
