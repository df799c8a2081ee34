"""Finds the people behind the contacts and names of a class's reports; what is uncertain waits for staff."""

from collections.abc import Iterable
from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from classroom.attendance_sources import Faces, faces_of
from classroom.faces import Face, key_of_name, matched_by_name
from classroom.models import LiveClass, Registration, ReportAttendee
from classroom.services.attendance import recompute_attendance
from outbox.services import record_audit
from people.models import ContactPoint, Person, User
from people.selectors import resolve_merge

CHUNK = 500
MatchedBy = ReportAttendee.MatchedBy


def people_by_contact(contacts: Iterable[str]) -> dict[str, int]:
    """Return contact to the id of the person who verified it, merges followed."""
    ordered, found = sorted(set(contacts) - {""}), {}
    for start in range(0, len(ordered), CHUNK):
        points = ContactPoint.objects.filter(
            value__in=ordered[start : start + CHUNK], verified_at__isnull=False
        ).select_related("person__merged_into")
        for point in points:
            found[point.value] = resolve_merge(point.person).pk
    return found


def registered_names(live_class: LiveClass) -> dict[int, str]:
    """Return person id to comparable name, for everybody with a place in the class."""
    rows = Registration.objects.filter(live_class=live_class, cancelled_at=None)
    return {
        person: key_of_name(name)
        for person, name in rows.values_list("person_id", "person__display_name")
    }


def decisions_for(
    live_class: LiveClass, faces: list[Face]
) -> dict[int, tuple[int, ReportAttendee.MatchedBy]]:
    """Return face id to (person id, by what), for faces without a person; writes nothing."""
    by_contact = people_by_contact(face.contact for face in faces if face.person_id is None)
    decided = {
        face.id: (by_contact[face.contact], MatchedBy.CONTACT)
        for face in faces
        if face.person_id is None and face.contact in by_contact
    }
    known = [
        face if face.id not in decided else replace(face, person_id=decided[face.id][0])
        for face in faces
    ]
    for face_id, person_id in matched_by_name(known, registered_names(live_class)).items():
        decided.setdefault(face_id, (person_id, MatchedBy.NAME))
    return decided


def match_waiting(*, live_class: LiveClass) -> int:
    """Write down whoever can be matched for certain; returns how many. Idempotent."""
    now = timezone.now()
    decided = decisions_for(live_class, faces_of(live_class))
    ids = sorted(decided)
    for start in range(0, len(ids), CHUNK):
        rows = []
        for row in ReportAttendee.objects.filter(pk__in=ids[start : start + CHUNK]):
            row.person_id, row.matched_by = decided[row.pk]
            row.matched_at = now
            rows.append(row)
        ReportAttendee.objects.bulk_update(rows, ["person", "matched_by", "matched_at"])
    return len(ids)


def decide_attendee(*, attendee: ReportAttendee, person: Person | None, author: User) -> None:
    """Say who an attendee of a report is (None: nobody known), for every face of that human.

    Staff decide; it is audited, and the attendance of everybody concerned is recomputed.
    """
    live_class = attendee.live_class
    with transaction.atomic():
        faces = Faces(faces_of(live_class))
        leader = faces.leaders[attendee.pk]
        together = [face for face, held in faces.leaders.items() if held == leader]
        touched = {faces.people[face] for face in together if face in faces.people}
        ReportAttendee.objects.filter(pk__in=together).update(
            person=person,
            matched_by=MatchedBy.STAFF if person else "",
            matched_at=timezone.now() if person else None,
        )
        record_audit(
            actor=f"user:{author.pk}",
            action="attendance.decide",
            subject=f"person:{person.external_id}" if person else "",
            detail={"class": live_class.pk, "attendee": attendee.pk},
        )
        touched |= {person.pk} if person else set()
        recompute_attendance(live_class=live_class, people=touched)
