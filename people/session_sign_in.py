"""Signing in within one browser's session: what was asked for waits there until its code comes.

Views and the API share it; a contact is never said to be known or not.
"""

from django.contrib.auth import login
from django.http import HttpRequest

from people.contacts import readable_contact
from people.models import ContactKind, ContactVerification, Visitor
from people.notices import CURRENT, UnknownNotice, notice_of
from people.services.sign_in import SignedIn, complete_sign_in
from people.services.verification import (
    BadCode,
    browser_secret,
    pending_verification,
    redeem_code,
    request_code,
)
from people.throttle import address_of

ASKED = "sign_in"


def secret_of(request: HttpRequest) -> str:
    """What binds a code to this session; the session is made if there is none."""
    if not request.session.session_key:
        request.session.create()
    return browser_secret(str(request.session.session_key))


def have_code_sent(
    request: HttpRequest, *, contact: tuple[ContactKind, str], language: str
) -> ContactVerification:
    """Have a code sent to the contact, good in this session alone; raises TooManyCodes."""
    kind, value = contact
    return request_code(
        kind=kind,
        value=value,
        language=language,
        browser=secret_of(request),
        address=address_of(request),
    )


def ask_to_sign_in(
    request: HttpRequest,
    *,
    contact: tuple[ContactKind, str],
    language: str,
    purposes: dict[str, bool],
    notice: str = "",
    visitor: Visitor | None = None,
    next_page: str = "",
) -> ContactVerification:
    """Have a code sent and keep what comes with it until then; raises TooManyCodes."""
    verification = have_code_sent(request, contact=contact, language=language)
    request.session[ASKED] = {
        "verification": str(verification.public_id),
        "kind": verification.kind,
        "purposes": purposes,
        "notice": notice or CURRENT,
        "language": language,
        "visitor": str(visitor.public_id) if visitor else "",
        "next": next_page,
    }
    return verification


def where_sent(request: HttpRequest, public_id: str) -> dict[str, str]:
    """The kind a code went out by, and where to, as this browser wrote it; empty once it is moot."""
    found = pending_verification(public_id=public_id, browser=secret_of(request))
    if found is None:
        return {}
    return {"kind": found.kind, "to": readable_contact(kind=found.kind, value=found.value)}


def redeem_in_session(request: HttpRequest, *, code: str) -> tuple[SignedIn, dict, Visitor | None]:
    """Use up the code asked for in this session: who it was, what was asked, the browser before.

    Raises BadCode and NotByCode. Nobody is signed in yet.
    """
    asked = request.session.get(ASKED)
    if not asked:
        raise BadCode
    verification = redeem_code(
        public_id=asked["verification"], code=code, browser=secret_of(request)
    )
    purposes = asked.get("purposes", {})
    try:
        notice_of(asked["notice"])
    except UnknownNotice:  # a form edited by hand: it agreed to nothing anybody showed
        purposes = {}
    before = (
        Visitor.objects.filter(public_id=asked["visitor"]).first() if asked["visitor"] else None
    )
    result = complete_sign_in(
        verification=verification,
        visitor=before,
        purposes=purposes,
        notice=asked["notice"],
        language=asked["language"],
    )
    del request.session[ASKED]
    return result, asked, before


def open_session(request: HttpRequest, result: SignedIn) -> None:
    """Sign in, under a new session key."""
    login(request, result.user, backend="people.authentication.PasswordBackend")
    request.session.cycle_key()
