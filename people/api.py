"""The API of consent and of one's own data; it decides who asks and calls one service each."""

from datetime import datetime
from typing import Literal

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import get_language_from_request
from ninja import Router, Schema, Status
from ninja.errors import HttpError
from pydantic import StrictBool

from people.api_auth import Subject, VisitorOrSession, subject_of_request
from people.models import ContactPoint, Person
from people.notices import CURRENT, UnknownNotice, known_language, notice_of
from people.selectors import consents_given, consents_of, paused_since
from people.services.access import build_access_report
from people.services.consent import withdraw_consent
from people.services.decisions import decide
from people.services.erasure import erase_person, erase_visitor
from people.services.pausing import NothingToPause, pause_profiling, resume_profiling
from people.services.visitors import issue_token
from people.throttle import Throttled, count_request

router = Router()
AN_ADDRESS_A_MINUTE = 60
IN_ALL_A_MINUTE = 6000


class Purposes(Schema):
    """A decision for each purpose; one that is left out is not given."""

    # Strict, as a consent must not come of a word or number that happens to look like yes.
    profiling: StrictBool = False
    marketing: StrictBool = False


class ConsentIn(Schema):
    """What somebody agreed to or refused, in the words of one notice."""

    purposes: Purposes
    notice: str
    language: str = "en"


class Given(Schema):
    """What holds now, and the newest receipt's number, moment and notice."""

    profiling: bool
    marketing: bool
    id: str
    at: str
    notice: str


class PurposeTexts(Schema):
    """The words of the notice in force."""

    profiling: str
    marketing: str


class ConsentsOut(Schema):
    """The notice in force and what the one who asks gave."""

    notice: str
    language: str
    purposes: PurposeTexts
    given: Given | None


class Receipt(Schema):
    """One decision, to keep; `id` is null where nothing was left to withdraw."""

    id: str | None
    at: str
    notice: str
    language: str
    method: str
    purposes: dict[str, bool]
    text_hashes: dict[str, str]


class ConsentCreated(Schema):
    """The receipt, and the token a consenting browser keeps."""

    visitor: str | None
    receipt: Receipt


class ConsentWithdrawn(Schema):
    """The receipt of a withdrawal."""

    receipt: Receipt


class Contact(Schema):
    """One contact point."""

    kind: Literal["email", "phone"]
    value: str
    verified: bool


class Me(Schema):
    """Who the one who asks is to Wellread."""

    person: str | None
    name: str
    language: str
    contacts: list[Contact]
    visitor: str | None
    given: Given | None
    paused_at: datetime | None


def objects_to_profiling(request: HttpRequest) -> bool:
    """Tell whether the browser itself asks not to be profiled."""
    return request.headers.get("Sec-GPC") == "1" or request.headers.get("DNT") == "1"


def _given(subject: Subject) -> Given | None:
    key = {"person": subject.person} if subject.person else {"visitor": subject.visitor}
    given = consents_given(**key)
    if given is None:
        return None
    newest = max(consents_of(**key), key=lambda consent: (consent.at, consent.pk))
    return Given(
        **given,
        id=str(newest.event.receipt),
        at=newest.at.isoformat(),
        notice=newest.event.notice,
    )


@router.get("/consents", response=ConsentsOut, summary="The notice, and what was given")
def read_consents(request: HttpRequest, language: str = "") -> dict:
    """Answer in `language`, else in the language the browser asks for."""
    shown = known_language(language or get_language_from_request(request))
    return {
        "notice": CURRENT,
        "language": shown,
        "purposes": notice_of(CURRENT).texts[shown],
        "given": _given(subject_of_request(request)),
    }


@router.post(
    "/consents", response={201: ConsentCreated}, summary="Agree or refuse, purpose by purpose"
)
def create_consent(request: HttpRequest, payload: ConsentIn):
    """Without a CSRF token the session is ignored: then only a new visitor can come of it.

    With `Sec-GPC: 1` or `DNT: 1` profiling is recorded as not given.
    """
    try:
        count_request(
            request, name="consents", an_address=AN_ADDRESS_A_MINUTE, in_all=IN_ALL_A_MINUTE
        )
    except Throttled as throttled:
        raise TooMany(throttled.retry_after_s) from None
    subject = subject_of_request(request)
    try:
        decision = decide(
            person=subject.person,
            visitor=subject.visitor,
            purposes=payload.purposes.dict(),
            notice=payload.notice,
            language=payload.language,
            objects=objects_to_profiling(request),
        )
    except UnknownNotice:
        raise HttpError(422, "This notice is not known. Ask again with the one in force.") from None
    token = issue_token(decision.visitor) if decision.visitor else None
    return Status(201, {"visitor": token, "receipt": decision.receipt})


@router.delete(
    "/consents", response=ConsentWithdrawn, auth=VisitorOrSession(), summary="Withdraw everything"
)
def delete_consent(request: HttpRequest) -> dict:
    """Withdraw every purpose; profile rows are gone when this answers. A second call is fine."""
    subject: Subject = request.auth  # type: ignore[attr-defined]
    receipt = None
    if subject.person is not None:
        receipt = withdraw_consent(person=subject.person)
    if subject.visitor is not None:
        own = withdraw_consent(visitor=subject.visitor)
        receipt = receipt or own
    return {"receipt": receipt}


@router.get("/me", response=Me, auth=VisitorOrSession(), summary="Who I am here")
def read_me(request: HttpRequest) -> dict:
    """A visitor token alone shows the browser, not the person it was joined to."""
    subject: Subject = request.auth  # type: ignore[attr-defined]
    person = subject.person
    points = ContactPoint.objects.filter(person=person) if person else []
    return {
        "person": person.external_id if person else None,
        "name": person.display_name if person else "",
        "language": person.language if person else "",
        "contacts": [
            {"kind": point.kind, "value": point.value, "verified": point.verified_at is not None}
            for point in points
        ],
        "visitor": issue_token(subject.visitor) if subject.visitor else None,
        "given": _given(subject),
        "paused_at": paused_since(person) if person else None,
    }


@router.post(
    "/me/pause", response={204: None}, auth=VisitorOrSession(), summary="Pause my interests"
)
def pause_me(request: HttpRequest):
    """Keep and use nothing of my interests until I go on; consent and what is there stay.

    By session alone: 409 for a browser's token, and without consent to profiling. A browser of
    nobody has no pause; it withdraws, which deletes what it left.
    """
    try:
        pause_profiling(person=_person_or_409(request))
    except NothingToPause:
        raise HttpError(409, "Without consent to profiling there is nothing to pause.") from None
    return Status(204, None)


@router.delete(
    "/me/pause", response={204: None}, auth=VisitorOrSession(), summary="Go on with my interests"
)
def resume_me(request: HttpRequest):
    """What was done in the pause stays out for good; without a pause nothing changes."""
    resume_profiling(person=_person_or_409(request))
    return Status(204, None)


def _person_or_409(request: HttpRequest) -> Person:
    subject: Subject = request.auth  # type: ignore[attr-defined]
    if subject.person is not None:
        return subject.person
    if subject.visitor is not None and subject.visitor.person_id is None:
        # It could not be told from another who found the token, so nothing can wait for it.
        raise HttpError(
            409,
            "A browser that belongs to nobody yet has no pause, and nothing was changed. Withdraw "
            "instead (DELETE /api/v1/consents): that deletes what it left and keeps nothing more. "
            "Agree again to go on.",
        )
    raise HttpError(409, "Sign in first: a browser's token does not stand for a person.")


@router.get("/me/data", response=dict, auth=VisitorOrSession(), summary="All my data, as one file")
def read_my_data(request: HttpRequest) -> HttpResponse:
    """Everything held, model by model, with purpose and retention."""
    subject: Subject = request.auth  # type: ignore[attr-defined]
    if subject.person is not None:
        report = build_access_report(person=subject.person)
    else:
        report = build_access_report(visitors=[subject.visitor] if subject.visitor else [])
    answer = JsonResponse(report, json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer["Content-Disposition"] = 'attachment; filename="my-data.json"'
    answer["Cache-Control"] = "no-store"
    return answer


@router.delete("/me", response={204: None}, auth=VisitorOrSession(), summary="Forget me")
def delete_me(request: HttpRequest):
    """Erase the person (by session) or the browser's history (by token); nothing brings it back."""
    subject: Subject = request.auth  # type: ignore[attr-defined]
    if subject.person is not None:
        erase_person(person=subject.person, actor=subject.actor)
        if subject.visitor is not None and subject.visitor.person_id is None:
            erase_visitor(visitor=subject.visitor, actor="visitor")
        request.session.flush()
    elif subject.visitor is not None:
        erase_visitor(visitor=subject.visitor, actor=subject.actor)
    return Status(204, None)


class TooMany(HttpError):
    """429, which carries when to come back."""

    def __init__(self, retry_after_s: int):
        super().__init__(429, f"Too many requests. Try again in {retry_after_s} seconds.")
        self.retry_after_s = retry_after_s
