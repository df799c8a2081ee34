"""Attendance from signs of life, reports and corrections together, at will with one result."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from classroom.models import (
    Attendance,
    AttendanceCorrection,
    AttendanceCounts,
    AttendanceMeasure,
    AttendancePolicy,
    PresenceBeat,
)
from classroom.services.attendance import (
    BadCorrection,
    correct_attendance,
    policy_in_force,
    recompute_attendance,
)
from classroom.signals import attendance_recorded
from outbox.models import AuditEntry
from tests.factories.classroom import STARTS_AT, live_class
from tests.factories.people import PersonFactory, UserFactory, make_person
from tracking.models import Signal

pytestmark = pytest.mark.django_db
Kind = AttendanceCorrection.Kind


def beats(page, person, start_s: int, end_s: int, *, tab="tab", every=30, **fields) -> None:
    """Signs of life from a second of the class to another, the last one a leave."""
    seconds = [*range(start_s, end_s, every), end_s]
    PresenceBeat.objects.bulk_create(
        PresenceBeat(
            live_class=page,
            person=person,
            tab=tab,
            kind="join" if second == start_s else "leave" if second == end_s else "beat",
            at=page.starts_at + timedelta(seconds=second),
            **fields,
        )
        for second in seconds
    )


def attendance(page, person) -> Attendance:
    recompute_attendance(live_class=page)
    return Attendance.objects.get(live_class=page, person=person)


def test_two_tabs_are_united():
    page, person = live_class(), PersonFactory()
    beats(page, person, 0, 1200, tab="telephone")
    beats(page, person, 600, 1500, tab="desk")
    found = attendance(page, person)
    assert found.live_seconds == 1500
    assert found.sources == ["presence"]
    assert (found.first_join, found.last_leave) == (
        STARTS_AT,
        STARTS_AT + timedelta(seconds=1500),
    )


def test_signs_before_and_after_the_class_do_not_count():
    page, person = live_class(), PersonFactory()
    beats(page, person, -900, 5400)
    found = attendance(page, person)
    assert (found.live_seconds, found.share, found.attended) == (3600, 1, True)
    assert found.last_leave == page.ends_at


def test_lost_beats_and_doubled_ones():
    page, person = live_class(), PersonFactory()
    for second in (0, 0, 30, 60, 60, 130, 330, 360):  # 70 s is one beat lost, 200 s is silence
        PresenceBeat.objects.create(
            live_class=page,
            person=person,
            tab="t",
            kind="beat",
            at=STARTS_AT + timedelta(seconds=second),
        )
    assert attendance(page, person).live_seconds == 130 + 30


def test_half_a_class_is_attended_and_a_second_less_is_not():
    page = live_class()
    half, less = PersonFactory(), PersonFactory()
    beats(page, half, 0, 1800)
    beats(page, less, 0, 1799)
    assert attendance(page, half).attended
    assert not attendance(page, less).attended


def test_minutes_as_the_measure_and_a_new_version_of_the_terms():
    page, person = live_class(), PersonFactory()
    beats(page, person, 0, 1200)
    assert not attendance(page, person).attended
    page.attended_measure, page.attended_at_least = AttendanceMeasure.MINUTES, 20
    page.save()
    found = attendance(page, person)
    assert (found.attended, found.policy_version) == (True, 2)
    assert policy_in_force(live_class=page).version == 2
    assert AttendancePolicy.objects.count() == 2


def test_the_replay_stands_apart_and_counts_only_where_the_terms_say_so():
    page, person = live_class(replay_days=7), PersonFactory()
    beats(page, person, 0, 1200)
    beats(page, person, 86_400, 86_400 + 900, tab="later", is_replay=True)
    beats(page, person, 30 * 86_400, 30 * 86_400 + 900, tab="too late", is_replay=True)
    found = attendance(page, person)
    assert (found.live_seconds, found.replay_seconds) == (1200, 900)
    assert not found.attended
    assert found.last_leave == STARTS_AT + timedelta(seconds=1200)
    page.attended_counts = AttendanceCounts.LIVE_OR_REPLAY
    page.save()
    assert attendance(page, person).attended


def test_a_class_over_a_change_of_clocks_has_its_real_length():
    """In Berlin 01:30 to 03:30 is one hour on 29 March 2026 and three on 25 October."""
    for start, minutes in (
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), 60),
        (datetime(2026, 10, 24, 23, 30, tzinfo=UTC), 180),
    ):
        page = live_class(starts_at=start, minutes=minutes, time_zone="Europe/Berlin")
        person = PersonFactory()
        beats(page, person, 0, minutes * 60)
        assert attendance(page, person).live_seconds == minutes * 60


def test_recomputing_changes_nothing_and_says_nothing():
    page, person = live_class(), PersonFactory()
    beats(page, person, 0, 1200)
    attendance(page, person)
    before, heard = list(Attendance.objects.values()), []
    attendance_recorded.connect(heard.append, weak=False, dispatch_uid="test")
    try:
        assert recompute_attendance(live_class=page) == set()
    finally:
        attendance_recorded.disconnect(dispatch_uid="test")
    assert (list(Attendance.objects.values()), heard) == (before, [])


def test_attendance_becomes_a_signal_where_there_is_consent():
    page = live_class()
    willing, other = make_person(profiling=True), make_person()
    for person in (willing, other):
        beats(page, person, 0, 1800)
    recompute_attendance(live_class=page)
    signal = Signal.objects.get(kind="attendance")
    assert signal.profile.person == willing
    assert (signal.strength, signal.at) == (1.5, STARTS_AT + timedelta(minutes=30))


def test_a_class_without_a_date_has_no_attendance():
    page = live_class(starts_at=None)
    assert recompute_attendance(live_class=page, people=[PersonFactory().pk]) == set()


def test_a_moved_class_is_clipped_anew():
    page, person = live_class(), PersonFactory()
    beats(page, person, 0, 3600)
    assert attendance(page, person).live_seconds == 3600
    page.starts_at += timedelta(minutes=30)
    page.save()
    assert attendance(page, person).live_seconds == 1800


def correct(page, person, kind, start_min=None, end_min=None, **fields):
    moments = {
        name: None if minutes is None else page.starts_at + timedelta(minutes=minutes)
        for name, minutes in (("from_at", start_min), ("to_at", end_min))
    }
    return correct_attendance(
        live_class=page,
        person=person,
        kind=kind,
        author=fields.pop("author", None) or UserFactory(),
        reason=fields.pop("reason", "The network failed."),
        **moments,
        **fields,
    )


def test_corrections_add_remove_decide_and_are_taken_back():
    page, person, author = live_class(), PersonFactory(), UserFactory()
    beats(page, person, 0, 1200)
    correct(page, person, Kind.PRESENT, 10, 40, author=author)
    assert attendance(page, person).live_seconds == 2400
    removed = correct(page, person, Kind.ABSENT, 0, 15)
    assert attendance(page, person).live_seconds == 1500
    correct(page, person, Kind.ATTENDED)
    found = attendance(page, person)
    assert (found.attended, found.sources) == (True, ["correction", "presence"])
    correct(page, person, Kind.TAKE_BACK, takes_back=removed)
    assert attendance(page, person).live_seconds == 2400
    assert AttendanceCorrection.objects.count() == 4
    first = AttendanceCorrection.objects.first()
    assert (first.author, first.reason) == (author, "The network failed.")
    assert AuditEntry.objects.filter(action="attendance.correct").count() == 4


def test_a_decision_alone_makes_an_attendance_without_seconds():
    page, person = live_class(), PersonFactory()
    correct(page, person, Kind.ATTENDED, reason="Was in the room itself.")
    found = attendance(page, person)
    assert (found.attended, found.live_seconds, found.first_join) == (True, 0, STARTS_AT)
    correct(page, person, Kind.NOT_ATTENDED)
    recompute_attendance(live_class=page)
    assert not Attendance.objects.exists()


@pytest.mark.parametrize(
    ("kind", "start", "end", "fields", "message"),
    [
        (Kind.PRESENT, None, None, {}, "from when until when"),
        (Kind.ABSENT, 20, 10, {}, "from when until when"),
        (Kind.ATTENDED, None, None, {"reason": " "}, "needs a reason"),
        (Kind.TAKE_BACK, None, None, {}, "which correction"),
    ],
)
def test_a_correction_without_sense_is_refused(kind, start, end, fields, message):
    with pytest.raises(BadCorrection, match=message):
        correct(live_class(), PersonFactory(), kind, start, end, **fields)
    assert not AttendanceCorrection.objects.exists()


def test_a_correction_of_somebody_else_cannot_be_taken_back():
    page = live_class()
    row = correct(page, PersonFactory(), Kind.ATTENDED)
    with pytest.raises(BadCorrection):
        correct(page, PersonFactory(), Kind.TAKE_BACK, takes_back=row)


def test_queries_do_not_grow_with_people(django_assert_max_num_queries):
    page = live_class()
    people = [PersonFactory() for _ in range(50)]
    for person in people:
        beats(page, person, 0, 300)
    with django_assert_max_num_queries(31):
        recompute_attendance(live_class=page)
    assert Attendance.objects.count() == 50
    assert timezone.now() >= Attendance.objects.latest("pk").recorded_at
