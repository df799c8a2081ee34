"""Turns a verified contact into a signed-in person: found or made, consents and browser joined."""

from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.utils import timezone

from people.authentication import PasswordBackend
from people.models import (
    ConsentMethod,
    ContactPoint,
    ContactVerification,
    Person,
    User,
    Visitor,
    opaque_id,
)
from people.selectors import person_of_contact
from people.services.consent import record_consent
from people.services.visitors import join_visitor, visitor_for_person


class NotByCode(Exception):
    """This login may not be used with a code: staff sign in by password."""


@dataclass(frozen=True)
class SignedIn:
    """Who signed in, and the visitor that stands for their browser from now on, if any."""

    person: Person
    user: User
    visitor: Visitor | None


def complete_sign_in(
    *,
    verification: ContactVerification,
    visitor: Visitor | None,
    purposes: dict[str, bool],
    notice: str,
    language: str,
) -> SignedIn:
    """Return the person of a used verification, made if new; raises NotByCode.

    Only ticked purposes are recorded: an empty box takes nothing back. A browser whose history
    is somebody else's gets a new visitor.
    """
    if verification.used_at is None:
        raise ValueError("The contact is not verified.")
    with transaction.atomic():
        person = _person_for(verification)
        user = login_of(person)
        actor = f"person:{person.external_id}"
        ticked = {purpose: True for purpose, given in purposes.items() if given}
        if ticked:
            record_consent(
                person=person,
                purposes=ticked,
                notice=notice,
                language=language,
                method=ConsentMethod.SIGN_IN,
            )
        own = _own_visitor(visitor, person, actor)
    return SignedIn(person=person, user=user, visitor=own)


def _own_visitor(visitor: Visitor | None, person: Person, actor: str) -> Visitor | None:
    if visitor is not None and join_visitor(visitor=visitor, person=person, actor=actor):
        visitor.refresh_from_db()
        return visitor
    return visitor_for_person(person=person, actor=actor)


def _person_for(verification: ContactVerification) -> Person:
    """Find the person by the verified contact alone, or make one.

    An unverified contact point somebody else typed identifies nobody, so it is never used.
    """
    contact = {"kind": verification.kind, "value": verification.value}
    person = person_of_contact(**contact)
    if person is not None:
        return person
    try:
        with transaction.atomic():
            person = Person.objects.create(language=verification.language, source="site")
            ContactPoint.objects.create(person=person, verified_at=timezone.now(), **contact)
    except IntegrityError:  # verified by another browser at the same moment
        person = person_of_contact(**contact)
        if person is None:
            raise
    return person


def let_in(*, person: Person, visitor: Visitor | None = None) -> SignedIn:
    """Return the login of somebody known by other means than a code; raises NotByCode.

    No consent comes of it, and no browser's history joins the person; a browser that is theirs
    already stays theirs.
    """
    user = login_of(person)
    if visitor is None or visitor.person_id != person.pk or visitor.withdrawn_at:
        visitor = visitor_for_person(person=person, actor=f"person:{person.external_id}")
    return SignedIn(person=person, user=user, visitor=visitor)


def is_for_work(user: AbstractBaseUser | AnonymousUser | None) -> bool:
    """Tell whether a login is one of staff, who sign in by password alone."""
    if not isinstance(user, User):
        return False
    return user.is_superuser or user.is_staff or user.has_perm("wagtailadmin.access_admin")


def login_of(person: Person) -> User:
    """Return the person's login, made if there is none; raises NotByCode for one of staff."""
    user = person.user
    if user is None:
        user = User(username=f"p-{opaque_id()}")
        user.set_unusable_password()
        user.save()
        person.user = user
        person.save(update_fields=["user"])
        return user
    if is_for_work(user) or not PasswordBackend().user_can_authenticate(user):
        raise NotByCode
    return user
