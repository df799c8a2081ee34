"""Takes staff's decisions on who a name in a report is, and takes them back; attendance follows at once."""

import uuid

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from classroom.attendance_sources import Faces, faces_of
from classroom.models import (
    AttendeeDecision,
    LiveClass,
    ReportAttendee,
)
from classroom.services.attendance import recompute_attendance
from classroom.services.matching import people_by_contact
from outbox.services import record_audit
from people.models import Person, User
from people.selectors import resolve_merge

Kind = AttendeeDecision.Kind
MatchedBy = ReportAttendee.MatchedBy
SOURCE = "class report"


class BadDecision(ValueError):
    """A decision that cannot be taken; the message says why, for the one who made it."""


def decide_attendee(
    *, attendee: ReportAttendee, kind: str, author: User, person: Person | None = None
) -> uuid.UUID:
    """Say who an attendee of a report is, for every name of that human; returns the act to undo.

    `person` is needed for Kind.PERSON alone; Kind.NEW makes one with nothing but the name.
    Raises BadDecision where a name carries a contact that somebody else verified: two verified
    people are never joined here. Audited; the attendance of everybody concerned is recomputed.
    """
    live_class = attendee.live_class
    if kind not in Kind.values or (kind == Kind.PERSON) != (person is not None):
        raise BadDecision(_("Say who it is."))
    with transaction.atomic():
        # Two staff who decide on one class at once wait for each other.
        LiveClass.objects.select_for_update().get(pk=live_class.pk)
        together = _same_human(attendee)
        touched = {row.person_id for row in together if row.person_id is not None}
        touched |= Faces(faces_of(live_class)).of_faces(row.pk for row in together)
        if kind == Kind.NEW:
            person = Person.objects.create(display_name=attendee.name[:120], source=SOURCE)
        person = resolve_merge(person) if person else None
        _refuse_other_contact(together, person)
        act = _write(together, kind=kind, person=person, author=author)
        record_audit(
            actor=f"user:{author.pk}",
            action="attendance.decide",
            subject=f"person:{person.external_id}" if person else "",
            detail={"class": live_class.pk, "attendee": attendee.pk, "kind": kind, "act": str(act)},
        )
        touched |= {person.pk} if person else set()
        recompute_attendance(live_class=live_class, people=touched)
    return act


def _same_human(attendee: ReportAttendee) -> list[ReportAttendee]:
    """Every name of the human an attendee belongs to, itself included; what is no person is alone."""
    leaders = Faces(faces_of(attendee.live_class)).leaders
    leader = leaders.get(attendee.pk)
    together = [face for face, held in leaders.items() if held == leader] or [attendee.pk]
    return list(ReportAttendee.objects.filter(pk__in=together).order_by("pk"))


def _refuse_other_contact(together: list[ReportAttendee], person: Person | None) -> None:
    verified = set(people_by_contact(row.contact for row in together).values())
    if verified - ({person.pk} if person else set()):
        raise BadDecision(
            _("This name came with a contact that somebody else has verified. It stays theirs.")
        )


def _write(
    together: list[ReportAttendee], *, kind: str, person: Person | None, author: User
) -> uuid.UUID:
    act, now = uuid.uuid4(), timezone.now()
    AttendeeDecision.objects.filter(attendee__in=together, undone_at=None).update(undone_at=now)
    AttendeeDecision.objects.bulk_create(
        AttendeeDecision(
            live_class_id=row.live_class_id,
            act=act,
            kind=kind,
            attendee=row,
            name=row.name,
            name_key=row.name_key,
            contact=row.contact,
            person=person,
            before_person_id=row.person_id,
            before_matched_by=row.matched_by,
            author=author,
            at=now,
        )
        for row in together
    )
    rows = ReportAttendee.objects.filter(pk__in=[row.pk for row in together])
    if kind == Kind.LATER:
        rows.update(put_off_at=now)
    else:
        by = MatchedBy.DEVICE if kind == Kind.DEVICE else MatchedBy.STAFF
        rows.update(person=person, matched_by=by, matched_at=now, put_off_at=None)
    return act


def undo_decision(*, live_class: LiveClass, act: uuid.UUID, author: User) -> int:
    """Bring back what was before a decision; returns how many names it was about.

    Somebody made by it is deleted, unless there is something else of theirs by now. A second call
    changes nothing.
    """
    with transaction.atomic():
        LiveClass.objects.select_for_update().get(pk=live_class.pk)
        rows = list(
            AttendeeDecision.objects.filter(
                live_class=live_class, act=act, undone_at=None
            ).select_related("person", "attendee")
        )
        concerned = [one for row in rows for one in (row.person_id, row.before_person_id)]
        touched = {person_id for person_id in concerned if person_id is not None}
        for row in rows:
            if row.attendee is None:
                continue
            ReportAttendee.objects.filter(pk=row.attendee.pk).update(
                person=row.before_person_id, matched_by=row.before_matched_by, put_off_at=None
            )
        AttendeeDecision.objects.filter(act=act).update(undone_at=timezone.now())
        if rows:
            record_audit(
                actor=f"user:{author.pk}",
                action="attendance.undecide",
                subject=f"person:{rows[0].person.external_id}" if rows[0].person else "",
                detail={"class": live_class.pk, "act": str(act)},
            )
        recompute_attendance(live_class=live_class, people=touched)
        if rows and rows[0].kind == Kind.NEW and rows[0].person is not None:
            _remove_if_nothing_else(rows[0].person, act)
    return len(rows)


def _remove_if_nothing_else(person: Person, act: uuid.UUID) -> None:
    """Delete somebody whom a decision made, if no row of any package speaks of them."""
    for relation in Person._meta.related_objects:
        rows = relation.related_model._base_manager.filter(**{relation.field.name: person})
        if relation.related_model is AttendeeDecision:
            rows = rows.exclude(act=act)
        if rows.exists():
            return
    if person.user_id is None:
        AttendeeDecision.objects.filter(act=act).update(person=None)
        person.delete()
