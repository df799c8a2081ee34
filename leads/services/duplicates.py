"""Remembers that two records are not one human, and takes that back."""

from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import transaction

from leads.models import NotTheSame
from leads.selectors.duplicates import COUNTED
from leads.services.actors import actor_of
from outbox.services import record_audit
from people.models import Person, User
from people.services.merging import MAY_MERGE


def tell_apart(*, one: Person, other: Person, by: User) -> NotTheSame:
    """Remember that two are not the same; doing it twice changes nothing. Audited.

    Raises PermissionDenied, and ValueError for one record twice.
    """
    _demand(by)
    if one.pk == other.pk:
        raise ValueError("one record cannot be told apart from itself")
    one, other = sorted((one, other), key=lambda person: person.pk)
    with transaction.atomic():
        row, is_new = NotTheSame.objects.get_or_create(one=one, other=other, defaults={"by": by})
        if is_new:
            _note("person.told_apart", row, by)
    return row


def take_back_telling_apart(*, told: NotTheSame, by: User) -> None:
    """Forget that two are not the same, so that they may be proposed again. Audited."""
    _demand(by)
    with transaction.atomic():
        _note("person.telling_apart_undone", told, by)
        told.delete()


def forget_count() -> None:
    """Have the home page count anew."""
    cache.delete(COUNTED)


def _demand(by: User) -> None:
    if not by.has_perm(MAY_MERGE):
        raise PermissionDenied


def _note(action: str, row: NotTheSame, by: User) -> None:
    record_audit(
        actor=actor_of(by),
        action=action,
        subject=f"person:{row.one.external_id}",
        detail={"other": row.other.external_id},
    )
    transaction.on_commit(forget_count)
