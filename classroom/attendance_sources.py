"""Gathers the raw rows of a class into evidence by human, in a fixed number of queries; reads only."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast, Coalesce

from classroom.faces import Face, groups_of, people_of
from classroom.intervals import Interval, halves_of, intervals_of_signs
from classroom.models import (
    AttendanceCorrection,
    AttendanceCounts,
    AttendanceMeasure,
    DoorCheck,
    LiveClass,
    PlayedPart,
    PresenceBeat,
    ReportAttendee,
    ReportRow,
)
from classroom.played_time import Part
from classroom.replay_access import offset_of
from classroom.verdict import Evidence, Played, Terms
from people.selectors import redirects_among

PRESENCE, CORRECTION, DOOR, PLAYED = "presence", "correction", "door", "played"
LEAVE = PresenceBeat.Kind.LEAVE.value


def terms_of(live_class: LiveClass, *, version: int = 1) -> Terms | None:
    """The terms a class is judged by, None for one without a date."""
    start, end = live_class.starts_at, live_class.ends_at
    if start is None or end is None:
        return None
    days = live_class.replay_days
    return Terms(
        start=start,
        end=end,
        replay_until=end + timedelta(days=days) if days else None,
        in_minutes=live_class.attended_measure == AttendanceMeasure.MINUTES,
        at_least=live_class.attended_at_least,
        with_replay=live_class.attended_counts == AttendanceCounts.LIVE_OR_REPLAY,
        version=version,
    )


def faces_of(live_class: LiveClass) -> list[Face]:
    """Every contact and name in the reports of a class that may be a person, oldest first."""
    stands = Coalesce("person__merged_into_id", "person_id")
    fields = ("pk", "contact", "name_key", "shown_key", "original_key", stands)
    rows = ReportAttendee.objects.filter(live_class=live_class).order_by("pk")
    rows = rows.exclude(matched_by=ReportAttendee.MatchedBy.DEVICE)
    return [Face(*row) for row in rows.values_list(*fields)]


class Faces:
    """Who is who in the reports of one class, as it stands now."""

    def __init__(self, faces: Iterable[Face]) -> None:
        faces = list(faces)
        self.ids = [face.id for face in faces]
        self.people = people_of(faces)
        self.leaders = groups_of(faces)

    def of_people(self, person_ids: Collection[int]) -> dict[int, int]:
        """Face id to person id, for these people."""
        wanted = set(person_ids)
        return {face: person for face, person in self.people.items() if person in wanted}

    def of_faces(self, face_ids: Iterable[int]) -> set[int]:
        """The people these faces are known to be."""
        return {self.people[face] for face in face_ids if face in self.people}

    def waiting(self) -> dict[int, int]:
        """Face id to the id of the face that stands for its human, for those nobody knows."""
        return {face: self.leaders[face] for face in self.ids if face not in self.people}


def people_with_rows(live_class: LiveClass, faces: Faces) -> set[int]:
    """Everybody for whom there is any raw row."""
    found = set(faces.people.values())
    for model in (PresenceBeat, AttendanceCorrection, DoorCheck, PlayedPart):
        rows = model._default_manager.filter(live_class=live_class).order_by()
        found.update(rows.values_list("person_id", flat=True).distinct())
    return found | set(redirects_among(found).values())


def evidence_of(
    live_class: LiveClass, person_ids: Collection[int], *, faces: Faces
) -> dict[int, Evidence]:
    """Return person id to what is known of them; who has no raw row is not in it.

    What is known of a merged person is known of the one who stands for them, and of nobody else.
    """
    found: defaultdict[int, Evidence] = defaultdict(Evidence)
    into = redirects_among(person_ids)
    stands = {person: person for person in person_ids if person not in into}
    stands |= {person: other for person, other in into.items() if other in stands}
    _add_rows(found, faces.of_people(stands))
    _add_beats(found, live_class, stands)
    _add_door_checks(found, live_class, stands)
    _add_played(found, live_class, stands)
    _add_corrections(found, live_class, stands)
    return dict(found)


def evidence_of_waiting(faces: Faces) -> dict[int, Evidence]:
    """Return the id of the leading face to what reports say of humans whom nobody knows yet."""
    found: defaultdict[int, Evidence] = defaultdict(Evidence)
    _add_rows(found, faces.waiting())
    return dict(found)


def _add_rows(found: defaultdict[int, Evidence], owners: dict[int, int]) -> None:
    ids, size = list(owners), 500
    for start in range(0, len(ids), size):
        rows = ReportRow.objects.filter(attendee_id__in=ids[start : start + size]).values_list(
            "attendee_id", "joined_at", "left_at", "seconds", "batch__format"
        )
        for attendee, joined_at, left_at, seconds, room in rows:
            evidence = found[owners[attendee]]
            evidence.live.extend(halves_of(Interval(joined_at, left_at), seconds=seconds))
            evidence.sources.add(room)


def _add_beats(
    found: defaultdict[int, Evidence], live_class: LiveClass, stands: Mapping[int, int]
) -> None:
    rows = PresenceBeat.objects.filter(live_class=live_class, person_id__in=list(stands))
    for is_replay in (False, True):
        signs: defaultdict[tuple[int, str], list[tuple[datetime, bool]]] = defaultdict(list)
        for person, tab, at, kind in _signs_of(rows.filter(is_replay=is_replay)):
            signs[person, tab].append((at, kind == LEAVE))
        for (person, _), of_tab in signs.items():
            evidence = found[stands[person]]
            into = evidence.replay if is_replay else evidence.live
            into.extend(_with_zone(one) for one in intervals_of_signs(of_tab))
            evidence.sources.add(PRESENCE)


def _signs_of(rows: QuerySet[PresenceBeat]) -> Iterable[tuple[int, str, datetime, str]]:
    """Person, tab, moment and kind of each sign; moments are in UTC, and on SQLite do not say so.

    A class of 1,000 people has 180,000 signs. Moments are read as text, as both the driver of
    PostgreSQL and Django on SQLite make them one slow step after another.
    """
    read = datetime.fromisoformat
    texts = rows.annotate(text=Cast("at", TextField()))
    return (
        (person, tab, read(text), kind)
        for person, tab, text, kind in texts.values_list("person_id", "tab", "text", "kind")
    )


def _with_zone(interval: Interval) -> Interval:
    if interval.start.tzinfo:
        return interval
    return Interval(interval.start.replace(tzinfo=UTC), interval.end.replace(tzinfo=UTC))


def _add_door_checks(
    found: defaultdict[int, Evidence], live_class: LiveClass, stands: Mapping[int, int]
) -> None:
    """Who was let in stays to the end, as far as anybody knows; a correction says otherwise."""
    if live_class.ends_at is None:
        return
    checks = DoorCheck.objects.filter(live_class=live_class, person_id__in=list(stands))
    for person, at in checks.values_list("person_id", "at"):
        if at < live_class.ends_at:
            found[stands[person]].live.append(Interval(at, live_class.ends_at))
            found[stands[person]].sources.add(DOOR)


def _add_played(
    found: defaultdict[int, Evidence], live_class: LiveClass, stands: Mapping[int, int]
) -> None:
    """Parts of a recording are put where they lie in the room's time, so that neither counts twice."""
    offset = offset_of(live_class)
    rows = PlayedPart.objects.filter(live_class=live_class, person_id__in=list(stands))
    for row in rows.order_by("at", "pk"):
        shift = offset if row.of_recording else 0
        part = Part(row.from_ms + shift, row.to_ms + shift)
        found[stands[row.person_id]].played.append(Played(row.at, part))
        found[stands[row.person_id]].sources.add(PLAYED)


def _add_corrections(
    found: defaultdict[int, Evidence], live_class: LiveClass, stands: Mapping[int, int]
) -> None:
    kinds = AttendanceCorrection.Kind
    rows = AttendanceCorrection.objects.filter(live_class=live_class, person_id__in=list(stands))
    standing = rows.exclude(kind=kinds.TAKE_BACK).filter(taken_back_by=None)
    for row in standing.order_by("at", "pk"):
        evidence = found[stands[row.person_id]]
        evidence.sources.add(CORRECTION)
        if row.kind in (kinds.ATTENDED, kinds.NOT_ATTENDED):
            evidence.verdict = row.kind == kinds.ATTENDED
        elif row.from_at is not None and row.to_at is not None:
            interval = Interval(row.from_at, row.to_at)
            (evidence.added if row.kind == kinds.PRESENT else evidence.removed).append(interval)
