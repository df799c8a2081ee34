"""Whom an unknown name of a report could be, each with the evidence; it decides nothing and reads only."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from difflib import SequenceMatcher
from functools import reduce
from operator import or_

from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from classroom.attendance_sources import Faces, evidence_of_waiting, faces_of, terms_of
from classroom.contacts import comparable_contact
from classroom.faces import key_of_name
from classroom.models import Attendance, AttendeeDecision, LiveClass, Registration, ReportAttendee
from classroom.verdict import Evidence, Outcome, outcome_of
from people.models import ContactPoint, Person

SHOWN_AT_MOST = 5
FOUND_AT_MOST = 20
ALIKE = 0.8


@dataclass
class Candidate:
    """Somebody it could be, and why; more reasons stand first."""

    person: Person
    reasons: list[str] = field(default_factory=list)
    weight: int = 0
    attended: bool = False

    def add(self, reason: str, weight: int) -> None:
        """One more reason; the same one twice counts once."""
        if reason not in self.reasons:
            self.reasons.append(reason)
            self.weight += weight


@dataclass
class UnknownName:
    """One human of the reports whom nobody knows: every name and contact, their time, candidates."""

    attendee: ReportAttendee
    faces: list[ReportAttendee]
    outcome: Outcome
    put_off_at: datetime | None
    candidates: list[Candidate] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """Each name once, in the order of the reports."""
        return list(dict.fromkeys(face.name or face.contact for face in self.faces))

    @property
    def contacts(self) -> list[str]:
        """Each contact once."""
        return list(dict.fromkeys(face.contact for face in self.faces if face.contact))


def unknown_names(live_class: LiveClass) -> list[UnknownName]:
    """Return who waits, those with the most time first, put-off ones last; no candidates yet."""
    terms = terms_of(live_class)
    if terms is None:
        return []
    faces = Faces(faces_of(live_class))
    waiting = faces.waiting()
    rows = {
        row.pk: row for row in ReportAttendee.objects.filter(live_class=live_class, person=None)
    }
    together: defaultdict[int, list[ReportAttendee]] = defaultdict(list)
    for face, leader in waiting.items():
        if face in rows:
            together[leader].append(rows[face])
    evidence = evidence_of_waiting(faces)
    found = [
        UnknownName(
            attendee=own[0],
            faces=own,
            outcome=outcome_of(evidence.get(leader, Evidence()), terms),
            put_off_at=max((row.put_off_at for row in own if row.put_off_at), default=None),
        )
        for leader, own in together.items()
    ]
    return sorted(
        found,
        key=lambda one: (bool(one.put_off_at), -one.outcome.live_seconds, one.attendee.pk),
    )


def add_candidates(live_class: LiveClass, unknown: list[UnknownName]) -> None:
    """Find candidates for these names; a fixed number of queries for one page of them."""
    if not unknown:
        return
    places = list(
        Registration.objects.filter(live_class=live_class, cancelled_at=None).select_related(
            "person"
        )
    )
    points: defaultdict[int, list[str]] = defaultdict(list)
    rows = ContactPoint.objects.filter(person__in=[place.person_id for place in places])
    for person_id, value in rows.values_list("person_id", "value"):
        points[person_id].append(value)
    came = set(
        Attendance.objects.filter(live_class=live_class, live_seconds__gt=0).values_list(
            "person_id", flat=True
        )
    )
    namesakes, unverified, before = _namesakes(unknown), _unverified(unknown), _before(unknown)
    for one in unknown:
        found: dict[int, Candidate] = {}
        keys = {key for face in one.faces for key in _keys(face)}
        for place in places:
            _weigh_place(found, place.person, keys, one.contacts, points[place.person_id])
        for person in (person for key in keys for person in namesakes.get(key, ())):
            _candidate(found, person).add(_("has the same name"), 4)
        for person in (person for contact in one.contacts for person in unverified[contact]):
            _candidate(found, person).add(_("gave this contact, but has not verified it"), 6)
        for person in (person for key in keys for person in before.get(key, ())):
            _candidate(found, person).add(_("was decided so in another class"), 5)
        for candidate in found.values():
            candidate.attended = candidate.person.pk in came
            # Somebody else who is there already is the less likely answer, though a second device is one.
            candidate.weight -= 2 * candidate.attended
        ordered = sorted(found.values(), key=lambda c: (-c.weight, c.person.pk))
        one.candidates = ordered[:SHOWN_AT_MOST]


def _candidate(found: dict[int, Candidate], person: Person) -> Candidate:
    return found.setdefault(person.pk, Candidate(person))


def _keys(face: ReportAttendee) -> set[str]:
    return {face.name_key, face.shown_key, face.original_key} - {""}


def _weigh_place(
    found: dict[int, Candidate],
    person: Person,
    keys: set[str],
    contacts: list[str],
    points: list[str],
) -> None:
    own = key_of_name(person.display_name)
    if own and own in keys:
        candidate = _candidate(found, person)
        candidate.add(_("has the same name"), 4)
        candidate.add(_("registered for this class"), 3)
    elif own and any(_are_alike(own, key) for key in keys):
        candidate = _candidate(found, person)
        candidate.add(_("has a similar name"), 2)
        candidate.add(_("registered for this class"), 3)
    if any(_are_alike_contacts(one, other) for one in contacts for other in points):
        candidate = _candidate(found, person)
        candidate.add(_("has a similar contact"), 3)
        candidate.add(_("registered for this class"), 3)


def _are_alike(one: str, other: str) -> bool:
    """Share a word, one holds the other, or nearly the same letters."""
    words = {word for word in one.split() if len(word) > 1} & set(other.split())
    shorter, longer = sorted((one, other), key=len)
    if words or (len(shorter) > 1 and shorter in longer):
        return True
    matcher = SequenceMatcher(None, one, other)
    return matcher.real_quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE


def _are_alike_contacts(one: str, other: str) -> bool:
    """The same name before the @, or the same last seven figures of a number."""
    if "@" in one and "@" in other:
        return one.partition("@")[0] == other.partition("@")[0]
    if "@" in one or "@" in other:
        return False
    figures = ["".join(filter(str.isdigit, text))[-7:] for text in (one, other)]
    return len(figures[0]) == 7 and figures[0] == figures[1]


def _namesakes(unknown: list[UnknownName]) -> dict[str, list[Person]]:
    keys = {key for one in unknown for face in one.faces for key in _keys(face)}
    names = {face.name for one in unknown for face in one.faces}
    people = (
        Person.objects.annotate(plain=Lower("display_name"))
        .filter(
            Q(plain__in=keys) | Q(display_name__in=names), merged_into=None, display_name__gt=""
        )
        .order_by("pk")[: SHOWN_AT_MOST * max(1, len(keys))]
    )
    found: defaultdict[str, list[Person]] = defaultdict(list)
    for person in people:
        found[key_of_name(person.display_name)].append(person)
    return found


def _unverified(unknown: list[UnknownName]) -> defaultdict[str, list[Person]]:
    found: defaultdict[str, list[Person]] = defaultdict(list)
    contacts = {contact for one in unknown for contact in one.contacts}
    rows = ContactPoint.objects.filter(value__in=contacts, verified_at=None)
    for point in rows.select_related("person").order_by("pk"):
        found[point.value].append(point.person)
    return found


def _before(unknown: list[UnknownName]) -> dict[str, list[Person]]:
    keys = {face.name_key for one in unknown for face in one.faces} - {""}
    rows = AttendeeDecision.objects.filter(
        name_key__in=keys, undone_at=None, person__isnull=False
    ).select_related("person")
    found: defaultdict[str, list[Person]] = defaultdict(list)
    for row in rows.order_by("-at"):
        if row.person is not None and row.person not in found[row.name_key]:
            found[row.name_key].append(row.person)
    return found


def found_people(live_class: LiveClass, text: str, *, everybody: bool) -> list[Person]:
    """Search people by name, contact or id; only those with a place in the class, unless everybody."""
    text = text.strip()
    if len(text) < 2:
        return []
    contact = comparable_contact(text, live_class.time_zone)
    tests = [Q(display_name__icontains=text), Q(external_id=text)]
    tests.append(Q(contact_points__value=contact))
    people = Person.objects.filter(reduce(or_, tests), merged_into=None)
    if not everybody:
        people = people.filter(registrations__live_class=live_class)
    return list(people.distinct().order_by("display_name", "pk")[:FOUND_AT_MOST])
