"""Asks for and checks one-time codes; a code is never stored, only its keyed hash.

Nothing here says whether a contact is known: that is looked up only after the code was right.
"""

import hashlib
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from outbox.services import enqueue_mail
from people.contacts import normalise_contact
from people.models import ContactKind, ContactVerification
from people.selectors import current_clinic

LIFE = timedelta(minutes=10)
ATTEMPTS_AT_MOST = 5
WINDOW = timedelta(hours=1)
A_TARGET = 5
AN_ADDRESS = 20
IN_ALL = 1000
KEPT = timedelta(days=1)
#: Texts cost money: so many codes go to one number in a day, whoever asks.
A_NUMBER_A_DAY = 10


class TooManyCodes(Exception):
    """A limit of codes asked for was reached; `retry_after_s` says when to come back."""

    def __init__(self, retry_after_s: int):
        super().__init__()
        self.retry_after_s = retry_after_s


class BadCode(Exception):
    """Wrong, used, expired, tried too often, or asked for by another browser: all look alike."""


def request_code(
    *, value: str, language: str, browser: str, address: str, kind: str = ContactKind.EMAIL
) -> ContactVerification:
    """Ask for a code to be sent; raises BadContact and TooManyCodes.

    `browser` is the secret that binds the code to who asked; `address` is the network address.
    """
    value = normalise_contact(kind=kind, value=value)
    address_hash = _keyed("address", address)
    now = timezone.now()
    with transaction.atomic():
        _clear_old()
        _check_limits(kind=kind, value=value, address_hash=address_hash)
        verification = ContactVerification.objects.create(
            kind=kind,
            value=value,
            language=language,
            browser_hash=_keyed("browser", browser),
            address_hash=address_hash,
            created_at=now,
            expires_at=now + LIFE,
        )
        enqueue_mail(
            template="sign_in_code",
            ids={"verification": verification.pk},
            key=f"sign_in_code:{verification.public_id}",
        )
    return verification


def prepare_code(*, verification_id: int) -> tuple[ContactVerification, str] | None:
    """Return the verification and its code for sending, storing only the hash; None when moot.

    The code is derived from the secret key, so a mail sent twice after a crash holds the same one.
    """
    verification = ContactVerification.objects.filter(
        pk=verification_id, used_at=None, expires_at__gt=timezone.now()
    ).first()
    if verification is None:
        return None
    digest = salted_hmac(
        "people.sign_in_code", str(verification.public_id), algorithm="sha256"
    ).digest()
    code = f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06d}"
    verification.code_hash = _code_hash(verification, code)
    verification.save(update_fields=["code_hash"])
    return verification, code


def pending_verification(*, public_id: str, browser: str) -> ContactVerification | None:
    """What this browser asked for and may still use, to tell it where its code went."""
    return ContactVerification.objects.filter(
        public_id=public_id,
        browser_hash=_keyed("browser", browser),
        used_at=None,
        expires_at__gt=timezone.now(),
    ).first()


def redeem_code(*, public_id: str, code: str, browser: str) -> ContactVerification:
    """Use a code up and return its verification; raises BadCode.

    The attempt is counted before the code is looked at, and only one caller can use it.
    """
    now = timezone.now()
    live = ContactVerification.objects.filter(
        public_id=public_id,
        browser_hash=_keyed("browser", browser),
        used_at=None,
        expires_at__gt=now,
        attempts__lt=ATTEMPTS_AT_MOST,
    )
    if not live.update(attempts=F("attempts") + 1):
        raise BadCode
    verification = ContactVerification.objects.get(public_id=public_id)
    digits = "".join(character for character in code if character.isdecimal())
    right = constant_time_compare(_code_hash(verification, digits), verification.code_hash)
    if not right or not verification.code_hash:
        raise BadCode
    if not ContactVerification.objects.filter(pk=verification.pk, used_at=None).update(used_at=now):
        raise BadCode
    verification.used_at = now
    return verification


def _check_limits(*, kind: str, value: str, address_hash: str) -> None:
    """Count stored rows: the same numbers for every process, and after a restart."""
    now = timezone.now()
    recent = ContactVerification.objects.filter(created_at__gt=now - WINDOW)
    limits = [
        (recent.filter(kind=kind, value=value), A_TARGET, WINDOW),
        (recent.filter(address_hash=address_hash), AN_ADDRESS, WINDOW),
        (recent, IN_ALL, WINDOW),
    ]
    if kind == ContactKind.PHONE:
        texts = ContactVerification.objects.filter(kind=kind, created_at__gt=now - KEPT)
        limits += [
            (texts.filter(value=value), A_NUMBER_A_DAY, KEPT),
            (texts, current_clinic().code_texts_a_day, KEPT),
        ]
    for asked, most, window in limits:
        moments = asked.order_by("-created_at").values_list("created_at", flat=True)
        for moment in moments[most - 1 : most]:  # room comes when this one leaves the window
            wait = int((moment + window - now).total_seconds()) + 1
            raise TooManyCodes(max(wait, 1))


def _clear_old() -> None:
    ContactVerification.objects.filter(created_at__lt=timezone.now() - KEPT).delete()


def _code_hash(verification: ContactVerification, code: str) -> str:
    return _keyed("code", f"{verification.public_id}:{code}")


def _keyed(subject: str, value: str) -> str:
    return salted_hmac(f"people.verification.{subject}", value, algorithm="sha256").hexdigest()


def browser_secret(session_key: str) -> str:
    """Return what binds a code to a session, without holding the session's key itself."""
    return hashlib.sha256(f"sign-in:{session_key}".encode()).hexdigest()
