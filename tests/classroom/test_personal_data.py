"""Every raw row is told to its person and goes with them."""

from datetime import timedelta

import pytest

from classroom.models import (
    Attendance,
    AttendanceCorrection,
    PresenceBeat,
    Registration,
    ReportAttendee,
    ReportRow,
)
from classroom.services.attendance import correct_attendance, recompute_attendance
from classroom.services.attendance_imports import import_report
from people.services.access import build_access_report
from people.services.erasure import erase_person
from tests.factories.classroom import STARTS_AT, live_class, place, written
from tests.factories.people import ContactPointFactory, PersonFactory, UserFactory

pytestmark = pytest.mark.django_db
HEADING = "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest\n"
TIMES = "03/05/2026 06:00:00 PM,03/05/2026 06:30:00 PM,30,Yes\n"


@pytest.fixture
def ann(tmp_path):
    """Somebody with a row of every kind, and a stranger beside her."""
    page, person = live_class(), PersonFactory(display_name="Ann Lee")
    ContactPointFactory(person=person, value="ann@a.example")
    place(page, person)
    text = HEADING + f"Ann,ann@a.example,{TIMES}Ann,,{TIMES}Bob,,{TIMES}"
    import_report(live_class=page, path=written(tmp_path, text), actor="system")
    for seconds in (0, 30):
        PresenceBeat.objects.create(
            live_class=page,
            person=person,
            tab="t",
            kind="beat",
            at=STARTS_AT + timedelta(seconds=seconds),
        )
    correct_attendance(
        live_class=page, person=person, kind="attended", author=UserFactory(), reason="Was there."
    )
    recompute_attendance(live_class=page)
    return person


def test_erasing_takes_every_row_and_leaves_the_others(ann):
    erase_person(person=ann, actor="system")
    for model in (PresenceBeat, AttendanceCorrection, Attendance, Registration):
        assert not model.objects.exists()
    assert list(ReportAttendee.objects.values_list("name", flat=True)) == ["Bob"]
    assert ReportRow.objects.count() == 1


def test_the_access_report_tells_every_row(ann):
    text = str(build_access_report(person=ann))
    for told in ("Was there.", "ann@a.example", "zoom", "'kind': 'beat'", "live_seconds"):
        assert told in text
    assert "Bob" not in text
