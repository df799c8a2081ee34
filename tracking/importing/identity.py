"""Gives each row of an event file the key under which it is stored once, whatever file it is in."""

from hashlib import blake2b

from tracking.importing.rows import EventRow

SEPARATOR = "\x1f"


class RowKeys:
    """Keys of rows: the id, else source, contents and which of the file's equal rows this one is.

    Contents are compared as read, so the same row has one key in CSV and in JSON lines.
    """

    def __init__(self, *, source: str) -> None:
        self._source = source
        self._seen: dict[bytes, int] = {}

    def key_of(self, row: EventRow) -> str:
        """Return 32 hexadecimal digits; asking twice for a row without id asks for the next one."""
        if row.id:
            return _digest("id", self._source, row.id).hex()
        digest = _digest(
            "row",
            self._source,
            row.person,
            row.item,
            row.at.isoformat(),
            row.kind,
            repr(row.seconds),
            str(row.count),
        )
        occurrence = self._seen.get(digest, 0) + 1
        self._seen[digest] = occurrence
        if occurrence == 1:
            return digest.hex()
        return _digest("occurrence", digest.hex(), str(occurrence)).hex()


def _digest(*parts: str) -> bytes:
    # The lengths keep ("a", "bc") and ("ab", "c") apart even if a part held the separator.
    text = SEPARATOR.join([*map(str, map(len, parts)), *parts])
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
