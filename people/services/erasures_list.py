"""The list of erasures, a file outside the database, so that a restored backup can repeat them.

It holds opaque ids and moments alone, and is only ever appended to. The key by which an import knew
a person stands in it as a keyed hash, so that the next import of the same file brings nobody back.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac


def erasures_path() -> Path:
    """Return where the list is kept."""
    return Path(settings.DATA_DIR) / "erasures.jsonl"


def append_erasure(*, kind: str, ref: str) -> None:
    """Append one line and wait until it is on the disk; `kind` is person or visitor."""
    append_line(erasures_path(), {"kind": kind, "ref": ref, "at": timezone.now().isoformat()})


def append_line(path: Path, entry: dict) -> None:
    """Append an entry to a list outside the database, and wait until it is on the disk."""
    line = json.dumps(entry) + "\n"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.lseek(descriptor, 0, os.SEEK_END)
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            line = "\n" + line  # a line cut short by a crash must not swallow this one
        os.write(descriptor, line.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def entries_of(path: Path) -> list[dict]:
    """Return the entries of such a list, oldest first; a line cut short by a crash is left out."""
    found = []
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        return []
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            found.append(entry)
    return found


def imported_key_ref(key: str) -> str:
    """How the list names an imported key: a hash that needs this installation's SECRET_KEY."""
    return salted_hmac("people.erasures.imported_key", key, algorithm="sha256").hexdigest()


def erased_imported_keys(keys: Iterable[str]) -> set[str]:
    """Those of the keys whose person was erased."""
    refs = {ref for kind, ref in listed_erasures() if kind == "imported_key"}
    return {key for key in keys if imported_key_ref(key) in refs} if refs else set()


def listed_erasures() -> list[tuple[str, str]]:
    """Return (kind, ref) of every erasure, oldest first."""
    return [
        (entry["kind"], entry["ref"])
        for entry in entries_of(erasures_path())
        if "kind" in entry and "ref" in entry
    ]
