"""Gives the rows of a report the keys they are stored under; the same row has the same key in any file."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from classroom.contacts import comparable_contact
from classroom.faces import key_of_name
from classroom.reports.reading import RENAMED
from classroom.reports.stays import Stay


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A stay with the keys it is stored under."""

    stay: Stay
    identity: str
    attendee_key: str
    contact: str
    name_key: str
    shown_key: str
    original_key: str


def keyed_rows(stays: Sequence[Stay], *, time_zone: str) -> list[ReadRow]:
    """Give each stay its keys; the n-th of equal rows has an identity of its own."""
    seen: Counter[str] = Counter()
    rows = []
    for stay in stays:
        contact = comparable_contact(stay.contact, time_zone) if stay.contact else ""
        name_key = key_of_name(stay.name)[:400]
        shown = RENAMED.match(stay.name) if stay.original_name else None
        content = _digest(
            contact,
            name_key,
            stay.joined_at.isoformat(),
            stay.left_at.isoformat(),
            f"{stay.seconds:.3f}",
        )
        seen[content] += 1
        rows.append(
            ReadRow(
                stay=stay,
                identity=_digest(content, str(seen[content])),
                attendee_key=_digest(contact, name_key),
                contact=contact,
                name_key=name_key,
                shown_key=key_of_name(shown["shown"])[:400] if shown else "",
                original_key=key_of_name(stay.original_name)[:400],
            )
        )
    return rows


def _digest(*parts: str) -> str:
    # The lengths keep ("a", "bc") and ("ab", "c") apart.
    text = "\x1f".join([*map(str, map(len, parts)), *parts])
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
