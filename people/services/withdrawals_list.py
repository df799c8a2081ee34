"""The list of withdrawals and refusals, outside the database: a restored backup must not undo them.

It holds opaque ids, purposes and moments alone, and is only ever appended to.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.conf import settings

from people.services.erasures_list import append_line, entries_of


def withdrawals_path() -> Path:
    """Return where the list is kept."""
    return Path(settings.DATA_DIR) / "withdrawals.jsonl"


def append_withdrawals(*, subject: str, purposes: Iterable[str], at: datetime) -> None:
    """Append what a subject of the consent log has taken back or refused."""
    for purpose in purposes:
        entry = {"subject": subject, "purpose": purpose, "at": at.isoformat()}
        append_line(withdrawals_path(), entry)


def latest_withdrawals() -> dict[tuple[str, str], datetime]:
    """Return the newest listed moment by (subject, purpose)."""
    latest: dict[tuple[str, str], datetime] = {}
    for entry in entries_of(withdrawals_path()):
        try:
            key, at = (entry["subject"], entry["purpose"]), datetime.fromisoformat(entry["at"])
        except (KeyError, TypeError, ValueError):
            continue
        latest[key] = max(at, latest.get(key, at))
    return latest
