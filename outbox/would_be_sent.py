"""Reads the mails that development writes to files instead of sending; it sends nothing."""

import email
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from django.conf import settings

SEPARATOR = b"\n" + b"-" * 79 + b"\n"

FIRST_HEADER = b"Content-Type: "


@dataclass(frozen=True)
class WrittenMail:
    """One mail as a reader sees it."""

    to: str
    subject: str
    text: str
    written_at: datetime


def written_mails(*, limit: int = 50) -> list[WrittenMail]:
    """Return the newest mails of the folder, newest first; a file that is no mail is left out."""
    mails: list[WrittenMail] = []
    for path in _files():
        written_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        for part in reversed(_split(path.read_bytes())):
            mails.append(_parsed(part, written_at))
            if len(mails) == limit:
                return mails
    return mails


def forget_written_mails(*, addresses: set[str]) -> int:
    """Delete the mails to one of these addresses and return how many; others keep their file."""
    wanted = [address.lower().encode() for address in addresses]
    count = 0
    for path in _files():
        mails = _split(path.read_bytes())
        kept = [mail for mail in mails if not any(address in mail.lower() for address in wanted)]
        if len(kept) == len(mails):
            continue
        count += len(mails) - len(kept)
        if any(mail.strip() for mail in kept):
            path.write_bytes(SEPARATOR.join(kept))
        else:
            path.unlink(missing_ok=True)
    return count


def _files() -> list[Path]:
    folder = Path(settings.EMAIL_FILE_PATH)
    found = folder.glob("*.log") if folder.is_dir() else []
    return sorted(found, key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)


def _split(content: bytes) -> list[bytes]:
    """Return a file's mails, oldest first; a text may hold a line like the separator."""
    mails: list[bytes] = []
    for part in content.split(SEPARATOR):
        if part.startswith(FIRST_HEADER):
            mails.append(part)
        elif mails and part.strip():
            mails[-1] += SEPARATOR + part
    return mails


def _parsed(content: bytes, written_at: datetime) -> WrittenMail:
    message = email.message_from_bytes(content.lstrip(b"\n"), policy=default)
    if not isinstance(message, EmailMessage):  # the default policy makes nothing else
        raise TypeError(type(message).__name__)
    body = message.get_body(preferencelist=("plain", "html"))
    return WrittenMail(
        to=str(message["to"] or ""),
        subject=str(message["subject"] or ""),
        text=body.get_content() if body else "",
        written_at=written_at,
    )
