"""Codes that a browser shows and staff scan: asked for, confirmed, and redeemed by that browser.

The code is derived from the secret key and the browser's session, so it is stored nowhere, and a
session that ended takes its code along.
"""

import base64
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from outbox.services import record_audit
from people.models import Person, ScanRequest, User, Visitor, VouchMethod
from people.services.sign_in import NotByCode, SignedIn
from people.services.vouching import (
    ContactTaken,
    TooManyWaysIn,
    check_nameable,
    demand_voucher,
    keyed,
    may_vouch,
    use_way_in,
)

LIFE = timedelta(minutes=10)
KEPT = timedelta(days=1)
WINDOW = timedelta(hours=1)
#: Everybody at a reception may come from one address, and a member of staff lets many in.
AN_ADDRESS = 120
IN_ALL = 2000
A_MEMBER_OF_STAFF = 60


class BadScan(Exception):
    """Unknown, used, expired, confirmed already, or another browser's: all look alike."""


class NotYet(Exception):
    """Nobody has confirmed it so far."""


def ask_for_scan(*, browser: str, address: str, language: str) -> ScanRequest:
    """Begin a code for this browser, ending those it had; raises TooManyWaysIn."""
    now = timezone.now()
    address_hash = keyed("address", address)
    with transaction.atomic():
        ScanRequest.objects.filter(created_at__lt=now - KEPT).delete()
        recent = ScanRequest.objects.filter(created_at__gt=now - WINDOW)
        if recent.filter(address_hash=address_hash).count() >= AN_ADDRESS:
            raise TooManyWaysIn
        if recent.count() >= IN_ALL:
            raise TooManyWaysIn
        own = ScanRequest.objects.filter(browser_hash=keyed("browser", browser), used_at=None)
        own.filter(expires_at__gt=now).update(expires_at=now)
        scan = ScanRequest(
            browser_hash=keyed("browser", browser),
            address_hash=address_hash,
            language=language,
            created_at=now,
            expires_at=now + LIFE,
        )
        scan.token_hash = keyed("scan", token_of(scan, browser=browser))
        scan.save()
    return scan


def token_of(scan: ScanRequest, *, browser: str) -> str:
    """Return what the picture holds; only the browser that asked can have it drawn again."""
    digest = salted_hmac("people.scan", f"{scan.public_id}:{browser}", algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest[:18]).decode()


def figures_of(token: str) -> str:
    """Return the four figures that both screens show, so that staff see whose code it is."""
    digest = salted_hmac("people.scan.figures", token, algorithm="sha256").digest()
    return f"{int.from_bytes(digest[:8], 'big') % 10_000:04d}"


def scan_in(*, public_id: str, browser: str) -> ScanRequest | None:
    """Return this browser's code while it can still be used."""
    return ScanRequest.objects.filter(
        public_id=public_id,
        browser_hash=keyed("browser", browser),
        used_at=None,
        expires_at__gt=timezone.now(),
    ).first()


def scan_of_token(token: str) -> ScanRequest:
    """Return the scanned code that waits for a name, changing nothing; raises BadScan."""
    return _waiting(ScanRequest.objects.all(), token)


def confirm_scan(
    *,
    token: str,
    by: User,
    person: Person | None = None,
    name: str = "",
    kind: str = "",
    value: str = "",
    known_as: str = "",
) -> ScanRequest:
    """Say who stands there; only the first to say so counts.

    Raises BadScan, PermissionDenied, NotByCode for a staff login, ContactTaken, TooManyWaysIn.
    """
    demand_voucher(by)
    check_nameable(person=person, kind=kind, value=value)
    now = timezone.now()
    with transaction.atomic():
        User.objects.select_for_update().get(pk=by.pk)  # one count at a time
        recent = ScanRequest.objects.filter(vouched_by=by, confirmed_at__gt=now - WINDOW)
        if recent.count() >= A_MEMBER_OF_STAFF:
            raise TooManyWaysIn
        scan = _waiting(ScanRequest.objects.select_for_update(), token)
        scan.person, scan.name, scan.known_as = person, name, known_as
        scan.kind, scan.value = kind, value
        scan.vouched_by, scan.confirmed_at = by, now
        scan.save()
        subject = f"person:{person.external_id}" if person else f"scan:{scan.public_id}"
        record_audit(
            actor=f"user:{by.pk}",
            action="scan.confirmed",
            subject=subject,
            detail={"scan": str(scan.public_id)},
        )
    return scan


def redeem_scan(*, public_id: str, browser: str, visitor: Visitor | None = None) -> SignedIn:
    """Let the browser in that showed the code; raises NotYet until staff confirmed, and BadScan."""
    try:
        with transaction.atomic():
            scan = (
                ScanRequest.objects.select_for_update()
                .filter(
                    public_id=public_id,
                    browser_hash=keyed("browser", browser),
                    used_at=None,
                    expires_at__gt=timezone.now(),
                )
                .first()
            )
            if scan is None:
                raise BadScan
            if scan.confirmed_at is None:
                raise NotYet
            if not may_vouch(scan.vouched_by):
                raise BadScan
            return use_way_in(way=scan, method=VouchMethod.SCAN, visitor=visitor)
    except (NotByCode, ContactTaken):
        raise BadScan from None


def _waiting(scans: QuerySet[ScanRequest], token: str) -> ScanRequest:
    scan = scans.filter(
        token_hash=keyed("scan", token), confirmed_at=None, expires_at__gt=timezone.now()
    ).first()
    if scan is None:
        raise BadScan
    return scan
