"""Repeats, in an older database, what people have taken back, paused or had erased since then."""

import uuid
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError

from people.models import Clinic, Consent, Person, Purpose, Visitor
from people.services.consent import withdraw_consent
from people.services.erasure import repeat_erasures
from people.services.pauses_list import listed_pauses
from people.services.pausing import repeat_pause
from people.services.withdrawals_list import latest_withdrawals


def repeat_where_older() -> int:
    """Repeat everything where another database was put in the place of the last start's; how many.

    Each start leaves one mark in the database and in DATA_DIR, and where they differ an older copy
    may have come back without `restore`. Both are renewed once all is repeated.
    """
    mark = Path(settings.DATA_DIR) / "start-mark"
    seen = mark.read_text().strip() if mark.exists() else ""
    stored = Clinic.objects.filter(pk=1).values_list("start_mark", flat=True).first()
    count = 0
    if not seen or seen != stored:
        count = repeat_erasures() + repeat_withdrawals() + repeat_pauses()
    new = uuid.uuid4().hex
    mark.write_text(new)
    Clinic.objects.filter(pk=1).update(start_mark=new)
    return count


def repeat_withdrawals() -> int:
    """Take back again what was taken back later than the database knows; return how many.

    A consent that was given after the listed moment stands. A second call finds nothing.
    """
    return sum(
        _repeat(subject, purpose, at) for (subject, purpose), at in latest_withdrawals().items()
    )


def repeat_pauses() -> int:
    """Pause and resume again what was paused or resumed later than the database knows; how many.

    It wants the withdrawals repeated before. A second call finds nothing.
    """
    return sum(
        repeat_pause(person=person, since=pause.since, until=pause.until)
        for pause in listed_pauses()
        if (person := _person(pause.ref)) is not None
    )


def _repeat(subject: str, purpose: str, at: object) -> bool:
    kind, _, ref = subject.partition(":")
    person = _person(ref) if kind == "person" else None
    visitor = _visitor(ref) if kind == "visitor" else None
    if purpose not in Purpose.values or (person is None and visitor is None):
        return False
    stands = Consent.objects.filter(
        person=person, visitor=visitor, purpose=purpose, given=True, at__lt=at
    )
    if not stands.exists():
        return False
    withdraw_consent(person=person, visitor=visitor, purposes=[purpose])
    return True


def _person(ref: str) -> Person | None:
    try:
        return Person.objects.filter(external_id=ref).first()
    except ValidationError:
        return None


def _visitor(ref: str) -> Visitor | None:
    try:
        return Visitor.objects.filter(public_id=ref).first()
    except ValidationError:
        return None
