"""The API of one's own interests; each answer says why."""

from datetime import datetime

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone, translation
from django.utils.translation import get_language_from_request
from ninja import Router, Schema, Status
from ninja.errors import HttpError
from pydantic import StrictBool
from wagtail.models import Locale

from cms.models import Topic
from people.api import objects_to_profiling
from people.api_auth import Subject, VisitorOrSession
from people.notices import known_language
from tracking import views
from tracking.models import Profile, VetoReason
from tracking.openapi import EVENTS_OPERATION
from tracking.selectors.interests import InterestReceipt, interest_receipts, profile_of
from tracking.services.wishes import declare_interest, veto_interest, want_suggestions
from tracking.suggestion_views import suggestions_of, why

router = Router()


class TopicOut(Schema):
    """A topic by its names."""

    slug: str
    name: str
    name_zh: str


class SignalOut(Schema):
    """One signal behind an interest: `heat` is its part of the heat now, `share` as a fraction.

    `beyond_cap` is what the rule's cap a day leaves out of strength x weight.
    """

    at: datetime
    kind: str
    title: str
    page: int | None
    strength: float
    weight: float
    heat: float
    share: float
    beyond_cap: float
    detail: dict


class TagOut(Schema):
    """The interest tag that is on now."""

    entered_at: datetime
    lapses_at: datetime


class InterestOut(Schema):
    """One interest: heat now, the tag if it is one, the rule version, the signals."""

    topic: TopicOut
    heat: float
    rule_version: int
    tag: TagOut | None
    signals: list[SignalOut]


class InterestsOut(Schema):
    """Every interest of the one who asks, warmest first."""

    at: datetime
    interests: list[InterestOut]


class SuggestionOut(Schema):
    """A page, and why: `topic` and `why` are empty for what is popular."""

    page: int
    title: str
    url: str | None
    topic: str | None
    why: str


class SuggestionsOut(Schema):
    """`kind` is next, popular or off."""

    kind: str
    suggestions: list[SuggestionOut]


class SuggestionsIn(Schema):
    """Whether the person wants suggestions."""

    wanted: StrictBool


def interest_out(receipt: InterestReceipt) -> dict:
    """An interest receipt as data; also used by the staff API."""
    total = sum(line.heat for line in receipt.lines)
    return {
        "topic": {
            "slug": receipt.topic.slug,
            "name": receipt.topic.name,
            "name_zh": receipt.topic.name_zh,
        },
        "heat": receipt.heat,
        "rule_version": receipt.rule_version,
        "tag": {"entered_at": receipt.entered_at, "lapses_at": receipt.lapses_at}
        if receipt.lapses_at
        else None,
        "signals": [
            {
                "at": line.at,
                "kind": line.kind,
                "title": line.title,
                "page": line.page_id,
                "strength": line.strength,
                "weight": line.weight,
                "heat": line.heat,
                "share": line.heat / total if total else 0.0,
                "beyond_cap": line.beyond_cap,
                "detail": line.detail,
            }
            for line in receipt.lines
        ],
    }


def _profile(subject: Subject, *, though_paused: bool = True) -> Profile | None:
    """The profile of a session's person, or of a visitor not joined to one.

    A token that was joined lies in a browser others may use: it shows nothing of the person.
    """
    if subject.person is not None:
        return profile_of(person=subject.person, though_paused=though_paused)
    if subject.visitor is not None and subject.visitor.person_id is None:
        return profile_of(visitor=subject.visitor)
    return None


def _profile_or_409(subject: Subject) -> Profile:
    profile = _profile(subject)
    if profile is None:
        raise HttpError(409, "Without consent to profiling there are no interests to change.")
    return profile


@router.get("/me/interests", response=InterestsOut, auth=VisitorOrSession(), summary="My interests")
def read_my_interests(request: HttpRequest) -> dict:
    """Empty without profiling consent."""
    now = timezone.now()
    profile = _profile(request.auth)  # type: ignore[attr-defined]
    receipts = interest_receipts(profile=profile, at=now) if profile else []
    return {"at": now, "interests": [interest_out(receipt) for receipt in receipts]}


@router.post(
    "/me/interests/{slug}", response={204: None}, auth=VisitorOrSession(), summary="I am interested"
)
def declare_my_interest(request: HttpRequest, slug: str):
    """Declare an interest; it lifts an earlier "not interested". 409 while interests are paused."""
    profile = _profile_or_409(request.auth)  # type: ignore[attr-defined]
    if _profile(request.auth, though_paused=False) is None:  # type: ignore[attr-defined]
        raise HttpError(409, "Your interests are paused. Go on with them first.")
    declare_interest(profile=profile, topic=get_object_or_404(Topic, slug=slug))
    return Status(204, None)


@router.delete(
    "/me/interests/{slug}", response={204: None}, auth=VisitorOrSession(), summary="Take it away"
)
def delete_my_interest(request: HttpRequest, slug: str, reason: VetoReason = VetoReason.DELETED):
    """Delete an interest, or say "not interested"; a rebuild does not bring it back."""
    profile = _profile_or_409(request.auth)  # type: ignore[attr-defined]
    veto_interest(profile=profile, topic=get_object_or_404(Topic, slug=slug), reason=reason)
    return Status(204, None)


@router.get(
    "/me/suggestions", response=SuggestionsOut, auth=VisitorOrSession(), summary="Next for me"
)
def read_my_suggestions(request: HttpRequest, language: str = "") -> dict:
    """At most three pieces or classes: `next` from one's own tags, each with its reason.

    `popular`, the same for everybody, without consent, while paused, and with `Sec-GPC: 1` or
    `DNT: 1`; `off` where the person wants none.
    """
    subject: Subject = request.auth  # type: ignore[attr-defined]
    if subject.person is not None and not subject.person.wants_suggestions:
        return {"kind": "off", "suggestions": []}
    shown = known_language(language or get_language_from_request(request))
    profile = None if objects_to_profiling(request) else _profile(subject, though_paused=False)
    with translation.override(shown):
        found = suggestions_of(profile, locale=Locale.get_active())
        return {
            "kind": "popular" if profile is None else "next",
            "suggestions": [
                {
                    "page": one.page.pk,
                    "title": one.page.title,
                    "url": one.page.get_full_url(request),
                    "topic": one.topic,
                    "why": why(one),
                }
                for one in found
            ],
        }


@router.put(
    "/me/suggestions", response={204: None}, auth=VisitorOrSession(), summary="Suggestions or none"
)
def switch_my_suggestions(request: HttpRequest, payload: SuggestionsIn):
    """Kept with the person; 409 for a browser's token."""
    subject: Subject = request.auth  # type: ignore[attr-defined]
    if subject.person is None:
        raise HttpError(409, "Sign in first: a browser's token does not stand for a person.")
    want_suggestions(person=subject.person, wanted=payload.wanted)
    return Status(204, None)


@router.post("/events", summary="Send events", openapi_extra=EVENTS_OPERATION)
def send_events(request: HttpRequest):
    """Take a batch of events from any origin.

    Stands here for the schema: the plain view of the same address answers before this one.
    """
    return views.events(request)
