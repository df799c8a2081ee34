"""Who asks in the classroom: a person by session, or by a personal join token for one class."""

from dataclasses import dataclass

from django.http import HttpRequest
from ninja.security.http import HttpAuthBase

from classroom.models import LiveClass, Registration
from classroom.services.join_tokens import BadJoinToken, registration_of_join_token
from classroom.services.questionnaire_tokens import (
    BadQuestionnaireToken,
    registration_of_questionnaire_token,
)
from people.api_auth import SAFE_METHODS, person_of_session, user_of_session
from people.models import Person, User


@dataclass(frozen=True)
class Participant:
    """A person; with a join token, the one class they may be present in by it, as it was loaded."""

    person: Person
    class_id: int | None = None
    live_class: LiveClass | None = None


class PersonBySession(HttpAuthBase):
    """A signed-in person, with a CSRF token where something changes."""

    openapi_scheme = "session"

    def __call__(self, request: HttpRequest) -> Person | None:
        return person_of_session(request)


class JoinOrSession(HttpAuthBase):
    """`Authorization: Join TOKEN`, or a session; a token that is sent alone decides."""

    openapi_scheme = "join"

    def __call__(self, request: HttpRequest) -> Participant | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "join":
            try:
                place = registration_of_join_token(token.strip())
            except BadJoinToken:
                return None
            return Participant(place.person, place.live_class_id, place.live_class)
        person = person_of_session(request)
        return Participant(person) if person else None


class PlaceOrLogin(HttpAuthBase):
    """`Authorization: Join TOKEN`, or a session; where something is only read, `?place=TOKEN` too.

    A browser's EventSource sends no headers of one's own, hence the address. Gives the place, or
    the user of the session, with a CSRF token where something changes.
    """

    openapi_scheme = "join"

    def __call__(self, request: HttpRequest) -> Registration | User | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "join":
            token = request.GET.get("place", "") if request.method in SAFE_METHODS else ""
        if token:
            try:
                return registration_of_join_token(token.strip())
            except BadJoinToken:
                return None
        return user_of_session(request)


class PlaceOfQuestionnaire(HttpAuthBase):
    """`Authorization: Place TOKEN`: the place whose personal link to the questions holds it."""

    openapi_scheme = "place"

    def __call__(self, request: HttpRequest) -> Registration | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "place":
            return None
        try:
            return registration_of_questionnaire_token(token.strip())
        except BadQuestionnaireToken:
            return None
