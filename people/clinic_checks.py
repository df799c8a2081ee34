"""Checks what a real clinic needs of its machine, each failure with its cure; it changes nothing."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.core.mail import get_connection
from django.db import connection
from kombu import Connection

from people.contact_kinds import allowed_kinds, reachable_kinds
from people.models import ContactKind
from people.selectors import current_clinic

FREE_AT_LEAST = 2 * 1024**3
CLOCK_OFF_AT_MOST_S = 5
PATIENCE_S = 5
CURES = {
    ContactKind.EMAIL: "Set EMAIL_URL=smtp+tls://USER:PASSWORD@HOST:587, or stop offering e-mail "
    "under Clinic in the admin.",
    ContactKind.PHONE: "Set SMS_GATEWAY_URL and SMS_GATEWAY_SECRET, or SMS_ADAPTER, or stop "
    "offering the phone under Clinic in the admin.",
}


@dataclass(frozen=True)
class Finding:
    """One check: its subject, whether all is well, what was seen, and the cure if not."""

    subject: str
    well: bool
    seen: str
    cure: str = ""


def check_clinic() -> list[Finding]:
    """Return every finding; a check that breaks is a finding too."""
    return [_guarded(subject, check) for subject, check in CHECKS.items()]


def _guarded(subject: str, check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except Exception as error:
        return Finding(
            subject, False, f"could not be checked ({type(error).__name__})", "Try it again."
        )


def check_mail() -> Finding:
    """Whether mail leaves the house."""
    if not settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        return Finding(
            "mail",
            False,
            "mails are written to files and not sent",
            "Set EMAIL_URL=smtp+tls://USER:PASSWORD@HOST:587",
        )
    try:
        mailbox = get_connection(timeout=PATIENCE_S)
        mailbox.open()
        mailbox.close()
    except Exception as error:
        return Finding(
            "mail",
            False,
            f"{settings.EMAIL_HOST} does not take mail ({type(error).__name__})",
            "Check host, port, user and password in EMAIL_URL.",
        )
    return Finding("mail", True, f"{settings.EMAIL_HOST} takes mail")


def check_sign_in() -> Finding:
    """Whether each kind of contact that the clinic offers can be reached, and any at all."""
    allowed, reached = allowed_kinds(current_clinic()), reachable_kinds()
    ways = " and ".join(sorted(kind.value for kind in allowed & reached))
    seen = f"readers sign in by {ways}" if ways else "no reader can be sent a code"
    lost = sorted(allowed - reached) or ([] if ways else sorted(CURES))
    if allowed - reached:
        seen += f"; {' and '.join(kind.value for kind in lost)} is offered and not reached"
    return Finding("sign-in", not lost, seen, " ".join(CURES[kind] for kind in lost))


def check_https() -> Finding:
    """Whether people reach the site encrypted, and development is off."""
    address = urlsplit(settings.BASE_URL)
    if address.scheme != "https":
        return Finding(
            "HTTPS",
            False,
            f"the site's address is {settings.BASE_URL}",
            "Put a proxy with a certificate in front (docs/how-to) and set "
            "BASE_URL=https://YOUR.NAME, ALLOWED_HOSTS=YOUR.NAME and TRUSTED_PROXIES=1",
        )
    if settings.DEBUG:
        return Finding("HTTPS", False, "DEBUG is on", "Set DEBUG=0")
    return Finding("HTTPS", True, settings.BASE_URL)


def check_clock() -> Finding:
    """Whether this process and the database (or the disk it lies on) agree about the time."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
            other, whose = float(cursor.fetchone()[0]), "the database server"
    else:
        with tempfile.NamedTemporaryFile(dir=settings.DATA_DIR) as file:
            file.write(b".")
            file.flush()
            other, whose = os.stat(file.name).st_mtime, "the disk"
    apart = abs(time.time() - other)
    if apart > CLOCK_OFF_AT_MOST_S:
        return Finding(
            "clock",
            False,
            f"{apart:.0f} s apart from {whose}",
            "Let the machines keep network time: timedatectl set-ntp true",
        )
    return Finding("clock", True, f"agrees with {whose}")


def check_disk() -> Finding:
    """Whether DATA_DIR has room to grow."""
    free = shutil.disk_usage(settings.DATA_DIR).free
    seen = f"{free / 1024**3:.1f} GB free in {settings.DATA_DIR}"
    if free < FREE_AT_LEAST:
        return Finding(
            "disk", False, seen, "Make room, or set DATA_DIR to a folder on a larger disk."
        )
    return Finding("disk", True, seen)


def check_database() -> Finding:
    """Whether a commit that was answered survives a power cut."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SHOW synchronous_commit")
            commit = cursor.fetchone()[0]
            well, seen = (
                commit in {"on", "remote_apply"},
                f"PostgreSQL, synchronous_commit {commit}",
            )
            cure = "Set synchronous_commit=on for Wellread's role."
        else:
            cursor.execute("PRAGMA journal_mode")
            journal = cursor.fetchone()[0]
            cursor.execute("PRAGMA synchronous")
            full = cursor.fetchone()[0] == 2
            well = journal == "wal" and full
            seen = f"SQLite, journal {journal}, {'full' if full else 'not full'} synchronisation"
            cure = "Put DATA_DIR on a local disk: WAL does not work on network drives."
    return Finding("database", well, seen, "" if well else cure)


def check_broker() -> Finding:
    """Whether background work can be told at once that something is due."""
    if settings.REDIS_URL:
        try:
            with Connection(settings.REDIS_URL, connect_timeout=PATIENCE_S) as broker:
                broker.ensure_connection(max_retries=1, timeout=PATIENCE_S)
        except Exception as error:
            return Finding(
                "broker",
                False,
                f"Redis does not answer ({type(error).__name__})",
                "Start Redis, or correct REDIS_URL; nothing is lost meanwhile.",
            )
        return Finding("broker", True, "Redis answers")
    folder = Path(str(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_in"]))
    well = folder.is_dir() and os.access(folder, os.W_OK)
    return Finding(
        "broker",
        well,
        "files beside the database",
        "" if well else f"Make {folder} writable for the user that runs Wellread.",
    )


def check_cache() -> Finding:
    """Whether limits can be counted."""
    cache.set("clinic-check", "kept", 30)
    well = cache.get("clinic-check") == "kept"
    return Finding(
        "cache",
        well,
        "keeps what it is given" if well else "forgets at once",
        "" if well else "Check REDIS_URL, or the room and rights in DATA_DIR.",
    )


CHECKS: dict[str, Callable[[], Finding]] = {
    "mail": check_mail,
    "sign-in": check_sign_in,
    "HTTPS": check_https,
    "clock": check_clock,
    "disk": check_disk,
    "database": check_database,
    "broker": check_broker,
    "cache": check_cache,
}
