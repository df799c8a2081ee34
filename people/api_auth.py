"""Who asks: staff by bearer token, prospects by session or visitor token; it decides no permission."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.security import HttpBearer
from ninja.security.http import HttpAuthBase
from ninja.utils import check_csrf

from people.models import Person, User, Visitor
from people.selectors import person_of_user
from people.services.staff_tokens import has_scope, staff_token_of
from people.services.visitors import BadToken, visitor_of_token

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Subject:
    """Whose data is asked for: a person by session, a browser by token, or both.

    A token alone never stands for the person it was joined to: it lies in a browser that others
    may use.
    """

    person: Person | None
    visitor: Visitor | None

    @property
    def actor(self) -> str:
        """The subject as the audit log names it."""
        return f"person:{self.person.external_id}" if self.person else "visitor"


class StaffBearer(HttpBearer):
    """`Authorization: Bearer TOKEN` of staff; sets `request.auth` and `request.user` to the User.

    A token with scopes opens what names one of them, and nothing that names none: 403.
    """

    def __init__(self, scope: str = "") -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        held = staff_token_of(token)
        if held is None:
            return None
        if not has_scope(held, self.scope):
            raise HttpError(403, f"This token lacks the scope {self.scope or 'for this address'}.")
        request.user = held.user
        return held.user


class VisitorOrSession(HttpAuthBase):
    """A session (with a CSRF token where something changes) or `Authorization: Visitor TOKEN`."""

    openapi_scheme = "visitor"

    def __call__(self, request: HttpRequest) -> Subject | None:
        subject = subject_of_request(request)
        return subject if subject.person or subject.visitor else None


def subject_of_request(request: HttpRequest) -> Subject:
    """Return who asks, possibly nobody; a token that is not ours counts as none.

    The API is exempt from Django's CSRF check, so a session counts for an unsafe method only
    after the check made here.
    """
    person = person_of_session(request)
    visitor = visitor_of_header(request)
    if person and visitor and visitor.person_id not in (None, person.pk):
        visitor = None  # somebody else's browser history
    return Subject(person=person, visitor=visitor)


def person_of_session(request: HttpRequest) -> Person | None:
    """Return the signed-in person, if the session may be used for this request."""
    user = user_of_session(request)
    return person_of_user(user.pk) if user else None


def user_of_session(request: HttpRequest) -> User | None:
    """Return the signed-in user, if the session may be used for this request."""
    user = request.user
    if isinstance(user, AnonymousUser) or not user.is_authenticated:
        return None
    if request.method not in SAFE_METHODS and check_csrf(request) is not None:
        return None
    return user


def visitor_of_header(request: HttpRequest) -> Visitor | None:
    """Return the visitor of the Authorization header, if there is a good one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "visitor" or not token:
        return None
    try:
        return visitor_of_token(token.strip())
    except BadToken:
        return None
