"""The API of signing in: what to ask for, a code to a contact, the code; it calls one service each.

It works by session, so for pages and apps that keep this site's cookies; others send people to `url`.
"""

from typing import Literal

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language_from_request
from ninja import Field, Router, Schema, Status
from ninja.errors import HttpError
from ninja.utils import check_csrf
from pydantic import StrictBool

from people.api import TooMany, objects_to_profiling
from people.api_auth import visitor_of_header
from people.contact_kinds import (
    NotOffered,
    Offer,
    TakesNoText,
    kind_typed,
    offer_in,
    read_contact,
)
from people.contacts import BadContact
from people.models import ContactKind
from people.notices import UnknownNotice, known_language, notice_of
from people.services.sign_in import NotByCode
from people.services.verification import BadCode, TooManyCodes
from people.services.visitors import issue_token
from people.session_sign_in import (
    ask_to_sign_in,
    open_session,
    redeem_in_session,
    where_sent,
)

router = Router()
Kind = Literal["email", "phone"]


class SignInOut(Schema):
    """The kinds of contact to ask for now, the first one first; none where nothing can be reached.

    `region` is the country of numbers without a country code, null where they need one; `url` is
    the page of the site that does all of this; `csrf_token` goes into the header `X-CSRFToken`.
    """

    language: str
    kinds: list[Kind]
    region: str | None
    url: str
    csrf_token: str


class SignInIn(Schema):
    """A contact as it was typed; `kind` may be left out. Purposes are as in a consent."""

    contact: str = Field(min_length=1, max_length=254)
    kind: Kind | None = None
    language: str = Field("en", max_length=10)
    profiling: StrictBool = False
    marketing: StrictBool = False
    notice: str = Field("", max_length=40)


class CodeSent(Schema):
    """Where a code went; the same for every contact, known or not."""

    kind: Kind
    to: str


class CodeIn(Schema):
    """The six figures."""

    code: str = Field(min_length=1, max_length=500)


class SignedInOut(Schema):
    """Who signed in, and the token their browser keeps from now on, if there is one."""

    person: str
    visitor: str | None


class Unprocessable(HttpError):
    """422 with the kinds that are offered, so that a screen can ask for one of them."""

    def __init__(self, detail: str, *, offer: Offer):
        super().__init__(422, detail)
        self.members = {"kinds": [kind.value for kind in offer.kinds]}


@router.get("/sign-in", response=SignInOut, summary="What to ask for to sign in")
def read_sign_in(request: HttpRequest, language: str = "") -> dict:
    """Answer for a page in `language`, else in the language the browser asks for."""
    shown = known_language(language or get_language_from_request(request))
    offer = offer_in(shown)
    with translation.override(shown):
        url = request.build_absolute_uri(reverse("sign_in"))
    return {
        "language": shown,
        "kinds": [kind.value for kind in offer.kinds],
        "region": offer.region,
        "url": url,
        "csrf_token": get_token(request),
    }


@router.post("/sign-in", response={202: CodeSent}, summary="Have a code sent")
def create_sign_in(request: HttpRequest, payload: SignInIn):
    """202 for every contact that can be reached; 422 with `kinds` for one that cannot."""
    _check_token(request)
    language = known_language(payload.language)
    if payload.notice:
        try:
            notice_of(payload.notice)
        except UnknownNotice:
            raise HttpError(422, "This notice is not known.") from None
    contact = _contact(payload, offer_in(language))
    try:
        verification = ask_to_sign_in(
            request,
            contact=contact,
            language=language,
            purposes={
                "profiling": payload.profiling and not objects_to_profiling(request),
                "marketing": payload.marketing,
            },
            notice=payload.notice,
            visitor=visitor_of_header(request),
        )
    except TooManyCodes as limit:
        raise TooMany(limit.retry_after_s) from None
    return Status(202, where_sent(request, str(verification.public_id)))


@router.post("/sign-in/code", response=SignedInOut, summary="Sign in with the code")
def redeem_sign_in(request: HttpRequest, payload: CodeIn) -> dict:
    """422 for a code that is wrong, used, too old or another browser's; all look alike."""
    _check_token(request)
    try:
        result, _, _ = redeem_in_session(request, code=payload.code)
    except BadCode:
        raise HttpError(422, "This code does not fit any more.") from None
    except NotByCode:
        raise HttpError(403, "This login needs a password.") from None
    open_session(request, result)
    return {
        "person": result.person.external_id,
        "visitor": issue_token(result.visitor) if result.visitor else None,
    }


def _check_token(request: HttpRequest) -> None:
    if check_csrf(request) is not None:
        raise HttpError(403, "Send the token of GET /api/v1/sign-in as X-CSRFToken.")


def _contact(payload: SignInIn, offer: Offer) -> tuple[ContactKind, str]:
    asked = payload.kind or kind_typed(payload.contact, asked=ContactKind.EMAIL)
    try:
        if asked not in offer.kinds:
            raise NotOffered(asked)
        return read_contact(payload.contact, asked=asked, offer=offer)
    except NotOffered:
        raise Unprocessable("This kind of contact is not offered.", offer=offer) from None
    except TakesNoText:
        raise Unprocessable("No text reaches this number.", offer=offer) from None
    except BadContact:
        raise Unprocessable("This is no address or number to write to.", offer=offer) from None
