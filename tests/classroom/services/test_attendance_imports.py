"""Importing, importing again, matching, undoing; counts that add up."""

import csv
import io
import random
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from classroom.models import Attendance, AttendanceImport, ReportAttendee, ReportRow
from classroom.services.attendance import recompute_attendance
from classroom.services.attendance_imports import import_report, undo_import
from classroom.services.deciding import decide_attendee, undo_decision
from classroom.signals import attendance_recorded
from outbox.models import AuditEntry
from tests.factories.classroom import STARTS_AT, live_class, place, written
from tests.factories.people import ContactPointFactory, PersonFactory, UserFactory

pytestmark = pytest.mark.django_db
HEADING = "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest\n"


def row(name: str, contact: str, start_min: float, end_min: float) -> str:
    joined, left = (
        (STARTS_AT + timedelta(minutes=minutes)).strftime("%m/%d/%Y %I:%M:%S %p")
        for minutes in (start_min, end_min)
    )
    return f"{name},{contact},{joined},{left},{round(end_min - start_min)},Yes\n"


def run(page, path, *args) -> str:
    out = io.StringIO()
    call_command("import_attendance", str(page.pk), str(path), *args, stdout=out, stderr=out)
    return out.getvalue()


def report_of(page) -> list[dict]:
    out = io.StringIO()
    call_command("report_attendance", str(page.pk), stdout=out)
    return list(csv.DictReader(io.StringIO(out.getvalue())))


def known(name: str, contact: str):
    person = PersonFactory(display_name=name)
    ContactPointFactory(person=person, value=contact)
    return person


def everything() -> list:
    return [
        list(model.objects.order_by("pk").values())
        for model in (AttendanceImport, ReportAttendee, ReportRow, Attendance)
    ]


def test_a_verified_contact_is_a_person_whatever_the_case(tmp_path):
    page, ann = live_class(), known("Ann Lee", "ann@a.example")
    path = written(tmp_path, HEADING + row("A.", "Ann@A.example", 0, 45) + row("Bob", "", 0, 10))
    out = run(page, path)
    assert "1 matched with a person, 0 by name" in out
    assert "1 unmatched" in out
    attendance = Attendance.objects.get()
    assert (attendance.person, attendance.live_seconds) == (ann, 2700)
    assert (attendance.share, attendance.attended, attendance.sources) == (0.75, True, ["zoom"])
    lines = report_of(page)
    assert [(line["name"], line["contact"], line["person"]) for line in lines] == [
        ("Ann Lee", "ann@a.example", ann.external_id),
        ("Bob", "", ""),
    ]
    assert list(lines[0]) == [
        "name", "contact", "person", "first_join", "last_leave", "live_seconds",
        "replay_seconds", "share", "attended", "sources",
    ]  # fmt: skip
    assert lines[0]["first_join"] == "2026-03-05T18:00:00+00:00"
    assert (lines[0]["live_seconds"], lines[0]["replay_seconds"]) == ("2700", "0")
    assert (lines[1]["share"], lines[1]["attended"]) == ("0.166667", "false")


def test_an_unverified_contact_is_nobody(tmp_path):
    page = live_class()
    person = known("Ann Lee", "ann@a.example")
    person.contact_points.update(verified_at=None)
    run(page, written(tmp_path, HEADING + row("A.", "ann@a.example", 0, 45)))
    assert not Attendance.objects.exists()


def test_a_name_counts_only_for_the_registered(tmp_path):
    page, other = live_class(), live_class()
    ann, bob = PersonFactory(display_name="Ann Lee"), PersonFactory(display_name="Bob")
    place(page, ann)
    place(other, bob)
    out = run(page, written(tmp_path, HEADING + row("ann  lee", "", 0, 60) + row("Bob", "", 0, 60)))
    assert "1 matched with a person, 1 by name" in out
    assert list(Attendance.objects.values_list("person", flat=True)) == [ann.pk]


def test_a_name_that_two_registered_people_have_waits(tmp_path):
    page = live_class()
    for _ in range(2):
        place(page, PersonFactory(display_name="Ann Lee"))
    run(page, written(tmp_path, HEADING + row("Ann Lee", "", 0, 60)))
    assert not Attendance.objects.exists()
    assert [line["person"] for line in report_of(page)] == [""]


def test_one_person_forty_times_is_one_person(tmp_path):
    """Reconnecting, overlapping, renamed, with and without an address."""
    page, ann = live_class(), known("Ann Lee", "ann@a.example")
    chance = random.Random(40)
    rows, covered = [], set()
    for number in range(40):
        start = chance.randrange(0, 3000)
        end = start + chance.randrange(1, 600)
        covered |= set(range(start, min(end, 3600)))
        name = ("Ann Lee", "A. (Ann Lee)", "Ann")[number % 3]
        contact = "" if name == "Ann Lee" else "ann@a.example"
        rows.append(row(name, contact, start / 60, end / 60))
    out = run(page, written(tmp_path, HEADING + "".join(rows)))
    assert "40 rows" in out
    assert "1 attendees" in out
    lines = report_of(page)
    assert [(line["person"], line["live_seconds"]) for line in lines] == [
        (ann.external_id, str(len(covered)))
    ]


def test_the_same_file_again_changes_nothing(tmp_path):
    page = live_class()
    known("Ann Lee", "ann@a.example")
    path = written(tmp_path, HEADING + row("A.", "ann@a.example", 0, 45) + row("Bob", "", 0, 10))
    run(page, path)
    before, heard = everything(), []
    attendance_recorded.connect(heard.append, weak=False, dispatch_uid="test")
    try:
        out = run(page, path)
    finally:
        attendance_recorded.disconnect(dispatch_uid="test")
    assert "Nothing new to do" in out
    assert "2 known already" in out
    assert everything() == before
    assert heard == []


def test_the_same_rows_in_another_file_change_nothing(tmp_path):
    page = live_class()
    text = HEADING + row("A.", "ann@a.example", 0, 45) + row("Bob", "", 0, 10)
    run(page, written(tmp_path, text))
    before = everything()
    out = run(page, written(tmp_path, text, name="b.csv", encoding="utf-16"))
    assert "Nothing new to do" in out
    assert everything() == before


def test_equal_rows_of_one_file_are_all_kept_and_count_once(tmp_path):
    page = live_class()
    run(page, written(tmp_path, HEADING + row("Bob", "", 0, 10) * 2))
    assert ReportRow.objects.count() == 2
    assert [line["live_seconds"] for line in report_of(page)] == ["600"]


def test_undoing_one_of_two_overlapping_reports_leaves_the_other_whole(tmp_path):
    page = live_class()
    known("Ann Lee", "ann@a.example")
    early = row("A.", "ann@a.example", 0, 15) + row("Bob", "", 0, 10)
    late = early + row("A.", "ann@a.example", 30, 45)
    run(page, written(tmp_path, HEADING + late, name="late.csv"))
    alone = report_of(page)
    undo_import(import_id=AttendanceImport.objects.get().pk, actor="system")
    assert report_of(page) == []
    assert not Attendance.objects.exists()
    run(page, written(tmp_path, HEADING + early, name="early.csv"))
    first = AttendanceImport.objects.latest("pk")
    out = run(page, written(tmp_path, HEADING + late, name="late.csv"))
    assert "1 stored" in out
    assert "2 known already" in out
    assert report_of(page) == alone
    undone = undo_import(import_id=first.pk, actor="system")
    assert (undone.deleted, undone.changed) == (2, 0)
    assert report_of(page) == alone
    assert undo_import(import_id=first.pk, actor="system").deleted == 0
    actions = AuditEntry.objects.values_list("action", flat=True)
    assert {"attendance.import", "attendance.undo", "attendance.report"} <= set(actions)


def test_an_undone_file_can_come_in_again(tmp_path):
    page = live_class()
    path = written(tmp_path, HEADING + row("Bob", "", 0, 10))
    run(page, path)
    before = report_of(page)
    call_command("import_attendance", "--undo", str(AttendanceImport.objects.get().pk))
    assert not ReportAttendee.objects.exists()
    assert "Import" in run(page, path)
    assert report_of(page) == before


def test_a_killed_import_is_finished_by_running_it_again(tmp_path, monkeypatch):
    page = live_class()
    known("Ann Lee", "ann@a.example")
    rows = [row(f"N{number}", "", 0, 10) for number in range(600)]
    path = written(tmp_path, HEADING + "".join(rows) + row("A", "ann@a.example", 0, 60))

    class Killed(Exception):
        pass

    def die(done: int, total: int, note: str) -> None:
        raise Killed

    with pytest.raises(Killed):
        import_report(live_class=page, path=path, actor="system", on_progress=die)
    assert ReportRow.objects.count() == 500
    run(page, path)
    assert ReportRow.objects.count() == 601
    assert AttendanceImport.objects.count() == 1
    assert Attendance.objects.get().share == 1


def test_counts_add_up(tmp_path):
    page = live_class()
    text = (
        HEADING
        + row("Early", "", -20, -5)
        + row("Ann", "", -5, 30)
        + row("Bob", "", 10, 20)
        + row("Cem", "", 30, 90)
        + "Dan,,soon,later,1,Yes\n"
    )
    out = run(page, written(tmp_path, text))
    for line in (
        "5 rows in a zoom report",
        "4 stored",
        "0 known already",
        "1 bad",
        "4 attendees",
        "2 rows clipped to the class",
        "1 rows wholly outside the class",
        "line 6: join time is no moment: 'soon'",
    ):
        assert line in out
    found = {line["name"]: line for line in report_of(page)}
    assert found["Early"]["first_join"] == ""
    assert found["Early"]["live_seconds"] == "0"
    assert found["Cem"]["last_leave"] == "2026-03-05T19:00:00+00:00"
    with pytest.raises(CommandError, match="--strict"):
        run(page, written(tmp_path, text + "\n", name="b.csv"), "--strict")


def test_a_dry_run_counts_the_same_and_writes_nothing(tmp_path):
    page = live_class()
    place(page, PersonFactory(display_name="Bob"))
    known("Ann Lee", "ann@a.example")
    text = HEADING + row("A", "ann@a.example", 0, 45) + row("Bob", "", 0, 10) + row("C", "", 0, 1)
    path = written(tmp_path, text)
    dry = run(page, path, "--dry-run")
    assert not AttendanceImport.objects.exists()
    assert not ReportAttendee.objects.exists()
    real = run(page, path)
    assert dry.replace("would be ", "") == real[: real.index("Import ")]


def test_a_report_of_another_day_is_refused(tmp_path):
    page = live_class(starts_at=STARTS_AT + timedelta(days=9), time_zone="Asia/Shanghai")
    path = written(tmp_path, HEADING + row("Bob", "", 0, 10))
    with pytest.raises(CommandError, match=r"lies outside the class.*Asia/Shanghai"):
        run(page, path)
    assert not AttendanceImport.objects.exists()


def test_a_class_without_a_date_takes_no_report(tmp_path):
    page = live_class(starts_at=None)
    with pytest.raises(CommandError, match="has no start"):
        run(page, written(tmp_path, HEADING + row("Bob", "", 0, 10)))
    assert report_of(page) == []


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("nothing", "file"), "no class with the id or key"),
        ((), "Name a class and a file"),
        (("--undo", "9"), "no attendance import 9"),
        (("x", "y", "--undo", "9"), "not both"),
    ],
)
def test_a_wrong_call_is_told_in_one_line(args, message):
    with pytest.raises(CommandError, match=message):
        call_command("import_attendance", *args)


def test_staff_decide_who_somebody_is(tmp_path):
    page, ann, staff = live_class(), PersonFactory(display_name="Ann"), UserFactory()
    text = HEADING + row("iPhone", "", 0, 20) + row("A (iPhone)", "", 20, 40)
    run(page, written(tmp_path, text))
    attendee = ReportAttendee.objects.first()
    act = decide_attendee(attendee=attendee, kind="person", person=ann, author=staff)
    assert Attendance.objects.get().live_seconds == 2400
    assert [line["person"] for line in report_of(page)] == [ann.external_id]
    undo_decision(live_class=page, act=act, author=staff)
    assert not Attendance.objects.exists()
    assert [line["person"] for line in report_of(page)] == [""]
    actions = AuditEntry.objects.filter(action__contains="decide").order_by("pk")
    assert [entry.action for entry in actions] == ["attendance.decide", "attendance.undecide"]


def test_a_contact_verified_later_is_matched_by_the_next_run(tmp_path):
    page = live_class()
    path = written(tmp_path, HEADING + row("A", "ann@a.example", 0, 45))
    run(page, path)
    ann = known("Ann", "ann@a.example")
    other = written(tmp_path, HEADING + row("A", "ann@a.example", 0, 45) + "\n", name="b.csv")
    run(page, other)
    assert Attendance.objects.get().person == ann


def test_recomputing_gives_the_same_rows(tmp_path):
    page = live_class()
    known("Ann Lee", "ann@a.example")
    run(page, written(tmp_path, HEADING + row("A", "ann@a.example", 3, 45)))
    before = everything()
    assert recompute_attendance(live_class=page) == set()
    assert everything() == before
    Attendance.objects.all().delete()
    recompute_attendance(live_class=page)
    fields = ("person", "first_join", "last_leave", "live_seconds", "share", "attended")
    again = Attendance.objects.values(*fields).get()
    assert again["live_seconds"] == 42 * 60


def test_two_classes_at_once_keep_apart(tmp_path):
    one, other = live_class(), live_class()
    known("Ann Lee", "ann@a.example")
    path = written(tmp_path, HEADING + row("A", "ann@a.example", 0, 45))
    run(one, path)
    run(other, path)
    assert Attendance.objects.count() == 2
    undo_import(import_id=one.imports.get().pk, actor="system")
    assert list(Attendance.objects.values_list("live_class", flat=True)) == [other.pk]


def test_a_name_is_no_formula(tmp_path):
    page = live_class()
    run(page, written(tmp_path, HEADING + row("=HYPERLINK(1)", "", 0, 45)))
    assert [line["name"] for line in report_of(page)] == ["'=HYPERLINK(1)"]


def test_queries_do_not_grow_with_each_row(tmp_path):
    """10,000 rows of 2,500 attendees, 100 of them known; the report of it as well."""
    page = live_class()
    for number in range(100):
        known(f"P{number}", f"p{number}@a.example")
    rows = [
        row(f"P{number % 2500}", f"p{number % 2500}@a.example", number % 50, number % 50 + 5)
        for number in range(10_000)
    ]
    path = written(tmp_path, HEADING + "".join(rows))
    with CaptureQueriesContext(connection) as queries:
        out = run(page, path)
    assert "10000 stored" in out
    assert "2500 attendees" in out
    assert len(queries) < 450  # each chunk of 500 rows takes about ten
    with CaptureQueriesContext(connection) as queries:
        assert len(report_of(page)) == 2500
    assert len(queries) < 40
    assert Attendance.objects.count() == 100
