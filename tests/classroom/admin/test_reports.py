"""Uploading reports: a look first, then taken in once, columns that are remembered, undo, big files."""

import os
import tracemalloc
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from classroom.models import (
    Attendance,
    AttendanceImport,
    ColumnMapping,
    ReportAttendee,
    ReportRow,
    ReportUpload,
)
from classroom.reconciling import reconciliation_of
from classroom.services import attendance_imports
from classroom.services.report_files import discard_old_uploads, folder, path_of
from classroom.services.report_uploads import ask_to_take, preview_upload, take_upload
from outbox.models import AuditEntry, Effect
from outbox.services import run_due_effects
from people.roles import Role
from people.services.erasure import erase_person
from tests.classroom.admin.conftest import HEADING, plain, row
from tests.factories.classroom import live_class
from tests.factories.people import ContactPointFactory, PersonFactory, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def staff(client):
    user = make_staff(Role.CONSULTANT)
    client.force_login(user)
    return user


def bring(client, a_class, content: str | bytes, name="report.csv", **more) -> ReportUpload:
    """Upload a file through the screen, and return its row."""
    data = content.encode() if isinstance(content, str) else content
    answer = client.post(
        f"/admin/classes/{a_class.pk}/reports/",
        {"file": SimpleUploadedFile(name, data), "time_zone": a_class.time_zone, **more},
    )
    assert answer.status_code == 302, answer.text
    return ReportUpload.objects.latest("pk")


def address(upload: ReportUpload) -> str:
    return f"/admin/classes/{upload.live_class_id}/reports/uploads/{upload.pk}/"


def take(client, upload: ReportUpload) -> str:
    return plain(client.post(address(upload), {"take": "1"}, follow=True).text)


def nothing_stored() -> bool:
    return not (
        AttendanceImport.objects.exists()
        or ReportRow.objects.exists()
        or ReportAttendee.objects.exists()
        or Attendance.objects.exists()
    )


def test_a_look_tells_everything_and_writes_nothing(client, staff, a_class, ann):
    a_class.time_zone = "Europe/Berlin"
    a_class.save()
    text = (
        HEADING
        + row("A. Lee", "ann@a.example", 50, 115)
        + row("Bob", "", 60, 90)
        + "Carla,,yesterday,03/05/2026 06:30:00 PM,30,Yes\n"
    )
    upload = bring(client, a_class, text.encode("utf-16"))
    seen = plain(client.get(address(upload)).text)
    assert "Room Zoom" in seen
    assert "Written in UTF-16" in seen
    assert "Rows 3 People 2" in seen
    assert "New rows 2 Rows that are here already 0 Rows that cannot be read 1" in seen
    assert "Rows in the file 3" in seen
    assert "People who are known: 1. Names that will wait for your decision: 1." in seen
    assert "2 A. Lee ann@a.example 18:50:00 – 19:55:00 65 min 55 min" in seen
    assert "4 join time is no moment 'yesterday'" in seen
    assert nothing_stored()


def test_taking_in_stores_it_once_and_deletes_the_file(client, staff, a_class, ann):
    text = HEADING + row("A. Lee", "ann@a.example", 0, 45) + row("Bob", "", 0, 10)
    upload = bring(client, a_class, text)
    path = path_of(upload)
    assert path.exists()
    said = take(client, upload)
    assert "belong to a person 1" in said
    assert "wait for a name to be decided 1" in said
    assert "Rows in the file 2" in said
    assert "The lines add up" in said
    assert Attendance.objects.get().person == ann
    upload.refresh_from_db()
    assert (upload.state, upload.stored_as, path.exists()) == ("taken", "", False)
    batch = AttendanceImport.objects.get()
    assert (batch.file_name, batch.actor) == ("report.csv", f"user:{staff.pk}")
    take(client, upload)
    take_upload(upload_id=upload.pk)
    assert AttendanceImport.objects.count() == 1


def test_a_second_import_says_that_nothing_is_new(client, staff, a_class, ann):
    text = HEADING + row("A. Lee", "ann@a.example", 0, 45)
    take(client, bring(client, a_class, text))
    again = bring(client, a_class, text)
    seen = client.get(address(again)).text
    assert "Nothing new: every row of this report was here already" in seen
    assert 'name="take"' not in seen
    before = list(ReportRow.objects.values())
    said = take(client, again)
    assert "Nothing new" in said
    assert list(ReportRow.objects.values()) == before
    assert AttendanceImport.objects.count() == 1


def test_a_discarded_file_leaves_nothing(client, staff, a_class):
    upload = bring(client, a_class, HEADING + row("Bob", "", 0, 10))
    client.post(address(upload), {"discard": "1"})
    upload.refresh_from_db()
    assert upload.state == "discarded"
    assert list(folder().iterdir()) == []
    client.post(address(upload), {"take": "1"})
    assert nothing_stored()
    assert not Effect.objects.filter(kind="classroom.take_report").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x00\x01\x02\x03 nonsense \xff\xfe", "is a heading that is known"),
        (b"PK\x03\x04 no workbook", "report.csv is no workbook that can be read."),
        (b'{"users": {', "report.csv looks like JSON and is damaged or cut off."),
        (HEADING.encode(), "report.csv has a heading and no rows."),
        ((HEADING + row("Bob", "", 60 * 24, 60 * 25)).encode(), "The whole report lies outside"),
    ],
)
def test_what_cannot_be_taken_in_is_explained(client, staff, a_class, content, said, tmp_path):
    upload = bring(client, a_class, content)
    seen = client.get(address(upload)).text
    assert said in plain(seen)
    assert "Nothing was taken in." in seen
    assert str(tmp_path) not in seen
    client.post(address(upload), {"take": "1"})
    upload.refresh_from_db()
    assert upload.state == "waiting"
    assert nothing_stored()


def test_an_empty_and_a_huge_file_are_refused(client, staff, a_class, monkeypatch):
    monkeypatch.setattr("classroom.services.report_uploads.LARGEST_BYTES", 10)
    for content in (b"", b"x" * 11):
        answer = client.post(
            f"/admin/classes/{a_class.pk}/reports/",
            {"file": SimpleUploadedFile("a.csv", content), "time_zone": "UTC"},
        )
        assert answer.status_code == 422
    assert not ReportUpload.objects.exists()


def test_a_truncated_file_keeps_its_whole_rows(client, staff, a_class, ann):
    text = HEADING + row("A. Lee", "ann@a.example", 0, 45) + row("Bob", "", 0, 10)
    upload = bring(client, a_class, text[:-40])
    seen = plain(client.get(address(upload)).text)
    assert "3 the file is cut off in this row" in seen
    said = take(client, upload)
    assert "not read: the file is cut off in this row 1" in said
    assert "Rows in the file 2" in said
    assert Attendance.objects.get().live_seconds == 2700


def test_times_of_another_zone_are_read_as_asked(client, staff, a_class, ann):
    """The room wrote Berlin's clock, an hour ahead of the class's own."""
    text = HEADING + row("A. Lee", "ann@a.example", 60, 105)
    upload = bring(client, a_class, text)
    assert "lies outside the class" in client.get(address(upload)).text
    client.post(address(upload), {"time_zone": "Europe/Berlin", "format": ""})
    assert "18:00:00 – 18:45:00 45 min 45 min" in plain(client.get(address(upload)).text)
    take(client, upload)
    assert Attendance.objects.get().live_seconds == 2700


TABLE = "昵称;报到;离场;备注\n安;2026-03-05 18:00:00;2026-03-05 18:30:00;x\n"


def test_columns_are_said_once_and_remembered(client, staff, a_class, tmp_path):
    """Headings nobody knows; the next file with them, of another class, maps itself."""
    table = TABLE.replace("昵称", "谁")
    upload = bring(client, a_class, table)
    assert "Say what the columns mean" in client.get(address(upload)).text
    columns = address(upload) + "columns/"
    form = client.get(columns).text
    assert "谁" in form
    assert "2026-03-05 18:00:00" in form
    refused = client.post(columns, {"name": "谁", "name_of_mapping": "Tencent"})
    assert refused.status_code == 422
    assert not ColumnMapping.objects.exists()
    client.post(
        columns, {"name": "谁", "join": "报到", "leave": "离场", "name_of_mapping": "Tencent"}
    )
    assert "Rows 1 People 1" in plain(client.get(address(upload)).text)
    take(client, upload)
    assert ReportRow.objects.get().seconds == 1800
    other = live_class()
    second = bring(client, other, table.replace("安", "李").encode("gb18030"), name="next.csv")
    seen = plain(client.get(address(second)).text)
    assert "read as saved under “Tencent”" in seen
    assert "GB18030" in seen
    take(client, second)
    assert ReportAttendee.objects.get(live_class=other).name == "李"
    assert AuditEntry.objects.filter(action="attendance.mapping").count() == 1


def test_the_heading_may_be_another_line(client, staff, a_class):
    table = (
        "Course;Room;Kind\nImplants;7;open\n\nWer;Von;Bis\nAnn;2026-03-05 18:00;2026-03-05 18:30\n"
    )
    upload = bring(client, a_class, table)
    columns = address(upload) + "columns/"
    seen = client.get(columns).text
    assert "?line=4" in seen or "Line 4 of the file is taken" in seen
    client.post(
        columns + "?line=4", {"name": "Wer", "join": "Von", "leave": "Bis", "name_of_mapping": "x"}
    )
    take(client, upload)
    assert ReportRow.objects.get().seconds == 1800


def test_undo_takes_the_whole_report_back(client, staff, a_class, ann):
    text = HEADING + row("A. Lee", "ann@a.example", 0, 45) + row("Bob", "", 0, 10)
    take(client, bring(client, a_class, text))
    batch = AttendanceImport.objects.get()
    page = f"/admin/classes/{a_class.pk}/reports/{batch.pk}/"
    said = plain(client.post(page, follow=True).text)
    assert "The report is undone: 2 rows are gone, and 1 people" in said
    assert "undone" in said
    assert not ReportRow.objects.exists()
    assert not Attendance.objects.exists()
    entry = AuditEntry.objects.get(action="attendance.undo")
    assert (entry.actor, entry.subject) == (f"user:{staff.pk}", f"attendance_import:{batch.pk}")
    assert "This report was undone" in client.get(page).text
    take(client, bring(client, a_class, text))
    assert Attendance.objects.get().person == ann


def test_the_sums_agree_whatever_becomes_of_the_names(client, staff, a_class, ann):
    text = (
        HEADING
        + row("A. Lee", "ann@a.example", 0, 45)
        + row("A. Lee", "ann@a.example", -90, -80)
        + row("iPad", "", 0, 10)
        + row("Bob", "", 0, 10)
        + "Carla,,never,03/05/2026 06:30:00 PM,30,Yes\n"
    )
    take(client, bring(client, a_class, text))
    batch = AttendanceImport.objects.get()
    found = reconciliation_of(batch)
    assert (found.rows, found.matched, found.waiting, found.outside) == (5, 1, 2, 1)
    assert found.bad == {"join time is no moment": 1}
    assert found.agrees
    ipad = ReportAttendee.objects.get(name="iPad")
    client.post(f"/admin/classes/{a_class.pk}/names/{ipad.pk}/", {"who": "device"})
    found = reconciliation_of(batch)
    assert (found.waiting, found.not_people, found.agrees) == (1, 1, True)


def big(people: int, rows_each: int) -> str:
    """A report in which everybody comes and goes a few times."""
    return HEADING + "".join(
        row(f"P{number}", f"p{number}@x.example", 5 * turn, 5 * turn + 4)
        for turn in range(rows_each)
        for number in range(people)
    )


def test_a_long_report_is_taken_in_by_the_worker(client, staff, a_class):
    upload = bring(client, a_class, big(100, 4))
    answer = client.post(address(upload), {"take": "1"}, follow=True)
    assert "0 of 400 rows are stored" in answer.text
    assert answer["Refresh"]
    assert nothing_stored()
    assert client.post(address(upload), {"take": "1"}).status_code == 302
    assert Effect.objects.filter(kind="classroom.take_report").count() == 1
    run_due_effects()
    upload.refresh_from_db()
    assert (upload.state, upload.rows_done) == ("taken", 400)
    assert ReportRow.objects.count() == 400


def test_a_worker_killed_on_the_way_is_finished_by_the_next(client, staff, a_class, monkeypatch):
    """It dies after two chunks; the row says how far it was; nothing is stored twice."""
    monkeypatch.setattr(attendance_imports, "CHUNK", 100)
    upload = bring(client, a_class, big(100, 4))
    ask_to_take(upload=upload, rows=400)
    real, calls = attendance_imports._attendees, []

    def die(live_class, rows):
        calls.append(len(rows))
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(live_class, rows)

    monkeypatch.setattr(attendance_imports, "_attendees", die)
    with pytest.raises(KeyboardInterrupt):
        take_upload(upload_id=upload.pk)
    upload.refresh_from_db()
    assert (upload.state, upload.rows_done, ReportRow.objects.count()) == ("taking", 200, 200)
    assert path_of(upload) is not None
    monkeypatch.setattr(attendance_imports, "_attendees", real)
    take_upload(upload_id=upload.pk)
    upload.refresh_from_db()
    assert upload.state == "taken"
    assert ReportRow.objects.count() == 400
    assert AttendanceImport.objects.count() == 1
    assert reconciliation_of(upload.batch).agrees


def test_a_class_that_lost_its_date_meanwhile_takes_nothing(client, staff, a_class):
    upload = bring(client, a_class, HEADING + row("Bob", "", 0, 10))
    ask_to_take(upload=upload, rows=1)
    type(a_class).objects.filter(pk=a_class.pk).update(starts_at=None)
    run_due_effects()
    upload.refresh_from_db()
    assert upload.state == "failed"
    assert "has no start" in client.get(address(upload)).text
    assert nothing_stored()


def test_ten_thousand_rows_in_flat_memory_and_bounded_queries(client, staff, a_class):
    upload = bring(client, a_class, big(1000, 10))
    ask_to_take(upload=upload, rows=10_000)
    tracemalloc.start()
    with CaptureQueriesContext(connection) as queries:
        take_upload(upload_id=upload.pk)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert ReportRow.objects.count() == 10_000
    assert len(queries) < 10_000 / 20
    assert peak < 64 * 1024 * 1024
    assert reconciliation_of(AttendanceImport.objects.get()).agrees


def test_files_nobody_decided_about_go_after_a_week(client, staff, a_class):
    old = bring(client, a_class, HEADING + row("Bob", "", 0, 10))
    new = bring(client, a_class, HEADING + row("Bob", "", 0, 11))
    ReportUpload.objects.filter(pk=old.pk).update(uploaded_at=timezone.now() - timedelta(days=8))
    stray = folder() / "of nobody"
    stray.mkdir()
    os.utime(stray, (0, 0))
    assert discard_old_uploads() == 1
    assert discard_old_uploads() == 0
    assert not stray.exists()
    old.refresh_from_db()
    assert (old.state, path_of(new) is not None) == ("discarded", True)


def test_erasing_somebody_discards_waiting_files_that_name_them(client, staff, a_class, ann):
    other = PersonFactory(display_name="Somebody Else")
    ContactPointFactory(person=other, value="else@a.example")
    hers = bring(client, a_class, HEADING + row("X", "ANN@a.example", 0, 10))
    theirs = bring(client, a_class, HEADING + row("X", "else@a.example", 0, 10))
    erase_person(person=ann, actor="system")
    hers.refresh_from_db()
    assert (hers.state, path_of(theirs) is not None) == ("discarded", True)


def test_a_preview_of_a_file_that_is_gone_says_so(client, staff, a_class):
    upload = bring(client, a_class, HEADING + row("Bob", "", 0, 10))
    path_of(upload).unlink()
    assert "not here any more" in preview_upload(upload).problem
