"""The ledger of one person: every source, the union, corrections that are added and taken back."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from classroom.models import Attendance, AttendanceCorrection, PresenceBeat
from classroom.services.attendance import recompute_attendance
from outbox.models import AuditEntry
from people.roles import Role
from tests.classroom.admin.conftest import beats, plain
from tests.factories.classroom import live_class, place
from tests.factories.people import PersonFactory, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    user = make_staff(Role.CONSULTANT, first_name="Mei", last_name="Chen")
    client.force_login(user)
    return user


def ledger(a_class, person) -> str:
    return f"/admin/classes/{a_class.pk}/people/{person.external_id}/"


def test_every_source_and_the_union_stand_on_one_page(client, staff, a_class, ann, reported):
    beats(a_class, ann, (30, 50))
    beats(a_class, ann, (-10, 5), tab="tab-two")
    recompute_attendance(live_class=a_class)
    html = client.get(ledger(a_class, ann)).text
    text = plain(html)
    assert "18:00:00 – 18:45:00 Zoom" in text
    assert "as “A. Lee”, line 2" in text
    assert "18:30:00 – 18:50:00 class page" in text
    assert "17:50:00 – 18:05:00 class page" in text
    assert "5 min of 15 min; the rest lies outside the class" in text
    slip = html[html.index('class="receipt"') :]
    assert "18:00:00 – 18:50:00 50 min" in plain(slip)
    assert "Live, 83.3% of the class 50 min" in plain(slip)
    assert "By terms version 1" in plain(slip)
    assert "at least 50% of the class, live" in plain(slip)
    assert Attendance.objects.get(person=ann).live_seconds == 3000
    union = re.findall(r'<rect class="classes-union" x="([\d.]+)" y="0" width="([\d.]+)"', html)
    assert union == [("0", "833.3")]


def test_replay_is_told_apart(client, staff, a_class, ann):
    a_class.replay_days = 7
    a_class.save()
    start = a_class.ends_at
    for seconds in range(0, 601, 30):
        at = start + timedelta(days=1, seconds=seconds)
        PresenceBeat.objects.create(
            live_class=a_class, person=ann, tab="r", kind="beat", is_replay=True, at=at
        )
    recompute_attendance(live_class=a_class)
    text = plain(client.get(ledger(a_class, ann)).text)
    assert "class page, replay" in text
    assert "Replay, counted apart 10 min" in text
    assert "Live, 0.0% of the class 0 s" in text


def test_a_correction_is_added_on_the_clock_of_the_class(client, staff, a_class, ann, reported):
    a_class.time_zone = "Asia/Shanghai"  # eight hours ahead, so the class begins at 2 the next day
    a_class.save()
    answer = client.post(
        ledger(a_class, ann),
        {
            "kind": "present",
            "from_at": "2026-03-06T02:45:00",
            "to_at": "2026-03-06T03:00",
            "reason": "Was in the room, sat by the door.",
        },
    )
    assert answer.status_code == 302
    correction = AttendanceCorrection.objects.get()
    assert (correction.author, correction.from_at.isoformat()) == (
        staff,
        "2026-03-05T18:45:00+00:00",
    )
    assert Attendance.objects.get(person=ann).live_seconds == 3600
    text = plain(client.get(ledger(a_class, ann)).text)
    assert "was there 02:45:00 – 03:00:00: Was in the room, sat by the door." in text
    assert "Mei Chen" in text


def test_a_correction_is_taken_back_by_another_line(client, staff, a_class, ann, reported):
    client.post(
        ledger(a_class, ann),
        {"kind": "not_attended", "reason": "Slept.", "from_at": "", "to_at": ""},
    )
    assert Attendance.objects.get(person=ann).attended is False
    first = AttendanceCorrection.objects.get()
    address = ledger(a_class, ann) + "take-back/"
    assert client.get(address).status_code == 405
    client.post(address, {"correction": first.pk, "reason": ""})
    assert AttendanceCorrection.objects.count() == 1
    client.post(address, {"correction": first.pk, "reason": "It was somebody else."})
    assert Attendance.objects.get(person=ann).attended is True
    assert AttendanceCorrection.objects.count() == 2
    text = plain(client.get(ledger(a_class, ann)).text)
    assert "Slept." in text
    assert "It was somebody else." in text
    assert "taken back" in text
    assert AuditEntry.objects.filter(action="attendance.correct").count() == 2


def test_a_correction_without_sense_says_so_and_changes_nothing(client, staff, a_class, ann):
    for data, said in (
        ({"kind": "present", "reason": "x", "from_at": "2026-03-05T18:30", "to_at": "2026-03-05T18:30"}, "in this order"),
        ({"kind": "present", "reason": "x", "from_at": "soon", "to_at": ""}, "Give a day and a time"),
        ({"kind": "take_back", "reason": "x"}, "is not one of the available choices"),
    ):  # fmt: skip
        answer = client.post(ledger(a_class, ann), data)
        assert answer.status_code == 422
        assert said in answer.text
    assert not AttendanceCorrection.objects.exists()


def test_another_persons_correction_cannot_be_taken_back_here(client, staff, a_class, ann):
    bob = PersonFactory()
    place(a_class, bob)
    client.post(ledger(a_class, bob), {"kind": "attended", "reason": "Was there."})
    theirs = AttendanceCorrection.objects.get()
    answer = client.post(
        ledger(a_class, ann) + "take-back/", {"correction": theirs.pk, "reason": "x"}
    )
    assert answer.status_code == 404
    assert AttendanceCorrection.objects.count() == 1


def test_a_merged_person_leads_to_the_one_who_stands_for_them(client, staff, a_class, ann):
    gone = PersonFactory(merged_into=ann)
    assert "Ann Lee" in client.get(ledger(a_class, gone)).text


def test_a_class_without_a_date_has_no_ledger(client, staff, ann):
    undated = live_class(starts_at=None)
    place(undated, ann)
    assert client.get(ledger(undated, ann)).status_code == 404
    assert client.get(f"/admin/classes/{undated.pk}/").status_code == 200


def test_names_in_reports_run_no_script(client, staff, a_class, ann):
    ann.display_name = "<script>alert(1)</script>"
    ann.save()
    html = client.get(ledger(a_class, ann)).text
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_the_ledger_takes_the_same_queries_for_many_lines(client, staff, a_class, ann, reported):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(ledger(a_class, ann)).status_code == 200
        return len(queries)

    def correct() -> None:
        client.post(ledger(a_class, ann), {"kind": "attended", "reason": "Was there."})

    beats(a_class, ann, (0, 1))
    correct()
    count()
    few = count()
    for number in range(3):
        beats(a_class, ann, (10 * number, 10 * number + 5), tab=f"tab-{number}")
        correct()
    assert count() == few
