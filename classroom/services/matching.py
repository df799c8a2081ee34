"""Finds the people behind the contacts and names of a class's reports; what is uncertain waits for staff."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from django.utils import timezone

from classroom.attendance_sources import faces_of
from classroom.faces import Face, groups_of, key_of_name, matched_by_name, people_of
from classroom.models import AttendeeDecision, LiveClass, Registration, ReportAttendee
from people.models import ContactPoint
from people.selectors import resolve_merge

CHUNK = 500
MatchedBy = ReportAttendee.MatchedBy
Decided = dict[int, tuple[int | None, ReportAttendee.MatchedBy]]


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


def decisions_for(live_class: LiveClass, faces: list[Face]) -> Decided:
    """Return face id to (person id, by what), for faces without a person; writes nothing.

    A verified contact decides first, then what staff decided for an earlier class, then the name
    of somebody registered. The person is None for what is no person.
    """
    by_contact = people_by_contact(face.contact for face in faces if face.person_id is None)
    decided: Decided = {
        face.id: (by_contact[face.contact], MatchedBy.CONTACT)
        for face in faces
        if face.person_id is None and face.contact in by_contact
    }
    names = registered_names(live_class)
    for face_id, person_id in remembered(_with(decided, faces), names).items():
        by = MatchedBy.DEVICE if person_id is None else MatchedBy.MEMORY
        decided.setdefault(face_id, (person_id, by))
    for face_id, person_id in matched_by_name(_with(decided, faces), names).items():
        decided.setdefault(face_id, (person_id, MatchedBy.NAME))
    return decided


def _with(decided: Decided, faces: list[Face]) -> list[Face]:
    """The faces as these decisions leave them; what is no person is gone."""
    return [
        face if face.id not in decided else replace(face, person_id=decided[face.id][0])
        for face in faces
        if face.id not in decided or decided[face.id][1] != MatchedBy.DEVICE
    ]


def remembered(faces: list[Face], registered: Mapping[int, str]) -> dict[int, int | None]:
    """Return face id to whom staff said that name and contact to be in other classes.

    None stands for what is no person. Only where nothing speaks against it: all decisions on the
    name agree, nobody of the reports is that person already, and a bare name belongs to somebody
    who registered and shares it with nobody else there. Two people are never joined by this.
    """
    leaders, people = groups_of(faces), people_of(faces)
    open_ones = [face for face in faces if face.id not in people]
    said = _said_before(open_ones)
    holders, taken = Counter(registered.values()), set(people.values())
    claims: defaultdict[int, set[int | None]] = defaultdict(set)
    for face in open_ones:
        answers = said.get((face.name_key, face.contact), set())
        if len(answers) != 1:
            continue
        (person,) = answers
        if person is None:
            if holders[face.name_key]:
                continue  # somebody registered has that name
        elif person in taken or (
            not face.contact and (person not in registered or holders[face.name_key] > 1)
        ):
            continue
        claims[leaders[face.id]].add(person)
    wanted = Counter(person for found in claims.values() for person in found)
    certain = {
        leader: next(iter(found))
        for leader, found in claims.items()
        if len(found) == 1 and all(one is None or wanted[one] == 1 for one in found)
    }
    return {face.id: certain[leaders[face.id]] for face in open_ones if leaders[face.id] in certain}


def _said_before(faces: list[Face]) -> dict[tuple[str, str], set[int | None]]:
    """What standing decisions say of these names and contacts, merges followed."""
    Kind = AttendeeDecision.Kind
    names = sorted({face.name_key for face in faces} - {""})
    found: dict[tuple[str, str], set[int | None]] = {}
    for start in range(0, len(names), CHUNK):
        rows = AttendeeDecision.objects.filter(
            name_key__in=names[start : start + CHUNK], undone_at=None
        ).exclude(kind=Kind.LATER)
        for row in rows.select_related("person__merged_into"):
            person = resolve_merge(row.person).pk if row.person else None
            found.setdefault((row.name_key, row.contact), set()).add(person)
    return found


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
