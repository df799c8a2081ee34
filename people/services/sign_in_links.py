"""Makes, revokes and uses one-time links that staff paste into a chat with one person.

Why ten minutes, and why the first press counts: docs/decisions/0017.
"""

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from outbox.services import record_audit
from people.models import Person, SignInLink, User, Visitor, VouchMethod
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
A_MEMBER_OF_STAFF = 30


class BadLink(Exception):
    """Unknown, used, expired, revoked, or of somebody who may not vouch any more: all look alike."""


def make_sign_in_link(
    *,
    by: User,
    person: Person | None = None,
    name: str = "",
    kind: str = "",
    value: str = "",
    known_as: str = "",
    language: str = "en",
) -> tuple[SignInLink, str]:
    """Return the link's row and its token, which is kept nowhere; earlier links for them end.

    Raises PermissionDenied, NotByCode for a staff login, ContactTaken and TooManyWaysIn.
    """
    demand_voucher(by)
    check_nameable(person=person, kind=kind, value=value)
    now = timezone.now()
    token = secrets.token_urlsafe(24)
    with transaction.atomic():
        SignInLink.objects.filter(created_at__lt=now - KEPT).delete()
        User.objects.select_for_update().get(pk=by.pk)  # one count at a time
        made = SignInLink.objects.filter(vouched_by=by, created_at__gt=now - WINDOW)
        if made.count() >= A_MEMBER_OF_STAFF:
            raise TooManyWaysIn
        if person is not None:
            waiting = SignInLink.objects.filter(person=person, used_at=None, revoked_at=None)
            waiting.update(revoked_at=now)
        link = SignInLink.objects.create(
            token_hash=keyed("link", token),
            person=person,
            name=name,
            kind=kind,
            value=value,
            known_as=known_as,
            language=language,
            vouched_by=by,
            created_at=now,
            expires_at=now + LIFE,
        )
        _note(by, "sign_in_link.made", link)
    return link, token


def link_of_token(token: str) -> SignInLink:
    """Return the link that could be used now, changing nothing; raises BadLink."""
    return _live(SignInLink.objects.select_related("person", "vouched_by"), token)


def use_sign_in_link(*, token: str, visitor: Visitor | None = None) -> SignedIn:
    """Use the link up and let its person in; raises BadLink.

    Of two presses at once one is let in. A link whose person became staff, or whose contact
    somebody else proved meanwhile, is worth nothing.
    """
    try:
        with transaction.atomic():
            link = _live(SignInLink.objects.select_for_update(), token)
            return use_way_in(way=link, method=VouchMethod.LINK, visitor=visitor)
    except (NotByCode, ContactTaken):
        raise BadLink from None


def revoke_sign_in_link(*, public_id: str, by: User) -> bool:
    """End one's own link before it is used; whether there was one. Again changes nothing."""
    demand_voucher(by)
    mine = SignInLink.objects.filter(vouched_by=by, used_at=None, revoked_at=None)
    with transaction.atomic():
        link = mine.filter(public_id=public_id).first()
        if link is None or not mine.filter(pk=link.pk).update(revoked_at=timezone.now()):
            return False
        _note(by, "sign_in_link.revoked", link)
    return True


def _live(links: QuerySet[SignInLink], token: str) -> SignInLink:
    link = links.filter(
        token_hash=keyed("link", token),
        used_at=None,
        revoked_at=None,
        expires_at__gt=timezone.now(),
    ).first()
    if link is None or not may_vouch(link.vouched_by):
        raise BadLink
    return link


def _note(by: User, action: str, link: SignInLink) -> None:
    subject = f"person:{link.person.external_id}" if link.person else f"link:{link.public_id}"
    record_audit(
        actor=f"user:{by.pk}", action=action, subject=subject, detail={"link": str(link.public_id)}
    )
