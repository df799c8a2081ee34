"""Who asks in the classroom: a person by session, or by a personal join token for one class."""

from dataclasses import dataclass

from django.http import HttpRequest
from ninja.security.http import HttpAuthBase

from classroom.services.join_tokens import BadJoinToken, registration_of_join_token
from people.api_auth import person_of_session
from people.models import Person


@dataclass(frozen=True)
class Participant:
    """A person; with a join token, the one class they may be present in by it."""

    person: Person
    class_id: int | None = None


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
            return Participant(place.person, place.live_class_id)
        person = person_of_session(request)
        return Participant(person) if person else None
