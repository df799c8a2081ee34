"""Checks people in at the door of a lecture: a code that changes on the wall, a pass for who scanned it."""

import time
from datetime import timedelta

from django.core import signing
from django.db import transaction
from django.utils import timezone

from classroom.models import DoorCheck, LiveClass
from classroom.selectors import DOORS_OPEN, announced_classes, class_itself
from classroom.services.attendance import recompute_attendance
from people.models import Person

SALT = "classroom.door"
PASS_SALT = "classroom.door.pass"
#: A code stands on the wall for that long, and is taken for as long again, for slow fingers.
CODE_S = 30
PASS_S = 15 * 60


class DoorShut(Exception):
    """The code is old or not ours, or the class is not on now."""


def door_code(live_class: LiveClass, *, now_s: float | None = None) -> str:
    """Return the code for the wall; half a minute later it is another."""
    turn = int((time.time() if now_s is None else now_s) // CODE_S)
    return signing.Signer(salt=SALT).sign(f"{class_itself(live_class).pk}:{turn}")


def class_of_code(code: str) -> LiveClass:
    """Return the class whose door the code opens; raises DoorShut for an old or a foreign one."""
    try:
        class_id, turn = signing.Signer(salt=SALT).unsign(code).split(":")
    except (signing.BadSignature, ValueError):
        raise DoorShut from None
    if not 0 <= int(time.time() // CODE_S) - int(turn) <= 1:
        raise DoorShut
    return _open_class(int(class_id))


def door_pass(live_class: LiveClass) -> str:
    """Return what a browser keeps after scanning, so that signing in first loses nothing."""
    return signing.dumps(live_class.pk, salt=PASS_SALT)


def class_of_pass(token: str) -> LiveClass:
    """Return the class a pass is for; raises DoorShut after a quarter of an hour."""
    try:
        return _open_class(signing.loads(token, salt=PASS_SALT, max_age=PASS_S))
    except (signing.BadSignature, ValueError, TypeError):
        raise DoorShut from None


def check_in(*, live_class: LiveClass, person: Person) -> DoorCheck:
    """Note that the person is in the room from now on; a second scan changes nothing."""
    with transaction.atomic():
        check, new = DoorCheck.objects.get_or_create(live_class=live_class, person=person)
        if new:
            recompute_attendance(live_class=live_class, people=[person.pk])
    return check


def _open_class(class_id: int) -> LiveClass:
    live_class = announced_classes().filter(pk=class_id, cancelled_at=None).first()
    start, end = (live_class.starts_at, live_class.ends_at) if live_class else (None, None)
    now = timezone.now()
    if live_class is None or start is None or end is None:
        raise DoorShut
    if not start - max(DOORS_OPEN, timedelta(hours=1)) <= now <= end:
        raise DoorShut
    return live_class
