"""Exports hold only who consents at that moment, open in Excel, and are built once."""

import csv
import hashlib
import io
import stat
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from leads.export_columns import COLUMNS, chosen_columns
from leads.models import Condition, Export, ExportPerson, ExportState, ExportTemplate
from leads.selectors import contactable_members_of
from leads.selectors.export_rows import export_rows
from leads.services import export_building, export_progress
from leads.services.export_building import build_export, take_back
from leads.services.export_folder import folder, path_of
from leads.services.export_progress import Progress
from leads.services.exports import (
    ExportRefused,
    expire_exports,
    file_to_send,
    request_export,
    stop_export,
)
from leads.services.membership import refresh_lists
from outbox.models import AuditEntry, Effect, EffectState
from outbox.services import run_due_effects
from people.models import Consent, Person, Purpose
from people.roles import Role
from people.services.consent import withdraw_consent
from tests.factories.leads import heat, list_of, prospect, staff, tagged, topic_named, warm
from tests.outbox.test_safe_cells import HARMLESS, HOSTILE

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def implants():
    return topic_named("Implants", name_zh="种植牙")


@pytest.fixture
def lead_list(implants):
    return list_of("warm", heat(implants, 1.0))


@pytest.fixture
def people(implants, lead_list):
    """Two contactable persons, one who wants no messages, one who refused everything."""
    found = {
        "ada": prospect("李 Ada", marketing=True, email="ada@example.org", phone="+41446681800"),
        "ben": prospect("Ben", marketing=True, email="ben@example.org"),
        "eve": prospect("Eve", email="eve@example.org"),
        "canary": prospect("Canary", profiling=False, marketing=True, email="c@example.org"),
    }
    for person in found.values():
        warm(person, implants, heat=2.0)
    refresh_lists()
    return found


@pytest.fixture
def marketer():
    return staff(Role.MARKETING)


def exported(user, lead_list, format="csv", **asked):
    asked |= {"lead_list": lead_list, "format": format, "purpose": "Open day"}
    export = request_export(user=user, **asked)
    assert run_due_effects() == 1
    export.refresh_from_db()
    return export


def rows_of(export):
    text = path_of(export).read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def names(export):
    return {row["name"] for row in rows_of(export)}


def test_the_file_holds_the_contactable_members_with_reason_and_is_audited(
    marketer, lead_list, people
):
    export = exported(marketer, lead_list)
    assert (export.state, export.rows) == (ExportState.READY, 2)
    assert export.rows == contactable_members_of(lead_list).count()
    assert export.expires_at == NOON + timedelta(days=7)
    raw = path_of(export).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf") and raw.endswith(b"\r\n")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert stat.S_IMODE(path_of(export).stat().st_mode) == 0o600
    assert export.sha256 == hashlib.sha256(raw).hexdigest()
    ada = next(row for row in rows_of(export) if row["e-mail"] == "ada@example.org")
    assert ada["id"] == people["ada"].external_id
    assert (ada["name"], ada["phone"], ada["heat"]) == ("李 Ada", "'+41446681800", "2.00")
    assert "Heat for Implants is 2.0 (from 1): 2 signals" in ada["reason"]
    ledger = set(ExportPerson.objects.values_list("person_external_id", flat=True))
    assert ledger == {people["ada"].external_id, people["ben"].external_id}
    asked, built = AuditEntry.objects.filter(subject=f"export:{export.public_id}").order_by("pk")
    assert (asked.actor, asked.action) == (f"user:{marketer.pk}", "export.requested")
    assert (built.detail["count"], built.detail["sha256"]) == (2, export.sha256)
    assert built.detail["filter"]["groups"][0]["conditions"][0]["topic"] == "implants"
    assert "reason" in built.detail["columns"]


def test_xlsx_opens_with_chinese_names_and_text_cells(marketer, lead_list, people):
    export = exported(marketer, lead_list, "xlsx")
    header, *rows = CalamineWorkbook.from_path(path_of(export)).get_sheet_by_index(0).to_python()
    assert header[:4] == ["id", "name", "e-mail", "phone"]
    by_name = {row[1]: row for row in rows}
    assert set(by_name) == {"李 Ada", "Ben"}
    assert by_name["李 Ada"][3] == "+41446681800"
    assert by_name["Ben"][-1] == 2.0
    assert stat.S_IMODE(path_of(export).stat().st_mode) == 0o600


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_hostile_names_are_inert_in_both_formats(format, marketer, lead_list, implants):
    for number, name in enumerate([*HOSTILE, *HARMLESS]):
        person = prospect("", marketing=True, email=f"p{number}@example.org")
        Person.objects.filter(pk=person.pk).update(display_name=name.replace("\x00", ""))
        warm(person, implants, heat=2.0)
    export = exported(marketer, lead_list, format)
    if format == "xlsx":
        import zipfile

        with zipfile.ZipFile(path_of(export)) as book:
            assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
        return
    for row in rows_of(export):
        for cell in row.values():
            assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert set(HARMLESS) <= names(export)


@pytest.mark.parametrize("purpose", Purpose.values)
def test_a_withdrawal_between_build_and_download_means_a_rebuild(
    purpose, marketer, lead_list, people
):
    export = exported(marketer, lead_list)
    withdraw_consent(person=people["ada"], purposes=[purpose], method="withdrawal")
    path = file_to_send(export=export, actor=f"user:{marketer.pk}")
    export.refresh_from_db()
    assert b"ada@example.org" not in path.read_bytes()
    assert (names(export), export.rows) == ({"Ben"}, 1)
    assert export.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_download_looks_again_even_if_nobody_told_of_the_withdrawal(marketer, lead_list, people):
    export = exported(marketer, lead_list)
    Consent.objects.filter(person=people["ada"], purpose=Purpose.MARKETING).update(given=False)
    file_to_send(export=export, actor="user:1")
    export.refresh_from_db()
    assert names(export) == {"Ben"}
    assert export.rows == 1


def test_a_withdrawal_takes_the_file_back_at_once(
    marketer, lead_list, people, django_capture_on_commit_callbacks
):
    export = exported(marketer, lead_list)
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_consent(person=people["ada"], purposes=[Purpose.PROFILING], method="withdrawal")
    assert not path_of(export).exists()
    export.refresh_from_db()
    assert export.state == ExportState.WAITING
    run_due_effects()
    export.refresh_from_db()
    assert names(export) == {"Ben"}
    assert people["ada"].external_id not in ExportPerson.objects.values_list(
        "person_external_id", flat=True
    )


def test_what_left_the_clinic_stays_in_the_ledger(marketer, lead_list, people):
    export = exported(marketer, lead_list)
    file_to_send(export=export, actor="user:1")
    withdraw_consent(person=people["ada"], method="withdrawal")
    run_due_effects()
    assert ExportPerson.objects.filter(person_external_id=people["ada"].external_id).exists()
    export.refresh_from_db()
    generation = export.generation
    file_to_send(export=export, actor="user:1")
    export.refresh_from_db()
    assert (names(export), export.generation) == ({"Ben"}, generation)


def test_a_withdrawal_while_the_file_is_written_throws_it_away(
    marketer, lead_list, people, monkeypatch
):
    export = exported(marketer, lead_list)
    take_back(export)
    finish = export_building._finish

    def withdraw_first(*args, **kwargs):
        withdraw_consent(person=people["ada"], method="withdrawal")
        monkeypatch.setattr(export_building, "_finish", finish)
        finish(*args, **kwargs)

    monkeypatch.setattr(export_building, "_finish", withdraw_first)
    build_export(public_id=export.public_id)
    export.refresh_from_db()
    assert export.state == ExportState.WAITING
    assert not path_of(export).exists()
    run_due_effects()
    assert names(export) == {"Ben"}


@pytest.mark.parametrize("step", ["write_file", "write_ledger", "_finish"])
def test_a_worker_that_dies_at_any_step_leaves_work_that_the_next_one_does(
    step, marketer, lead_list, people, monkeypatch, noon
):
    export = request_export(user=marketer, lead_list=lead_list, format="csv", purpose="Open day")
    whole = getattr(export_building, step)

    def die_after(*args, **kwargs):
        if step != "_finish":
            whole(*args, **kwargs)
        raise SystemExit  # as kill does: nothing after it runs

    monkeypatch.setattr(export_building, step, die_after)
    with pytest.raises(SystemExit):
        run_due_effects()
    monkeypatch.setattr(export_building, step, whole)
    export.refresh_from_db()
    assert export.state == ExportState.WAITING
    with pytest.raises(StopIteration):
        next(path for path in folder().glob("*.csv"))
    noon.shift(timedelta(hours=2))
    assert run_due_effects() == 1
    export.refresh_from_db()
    assert (export.state, export.rows, len(names(export))) == (ExportState.READY, 2, 2)
    assert ExportPerson.objects.filter(export=export).count() == 2
    assert AuditEntry.objects.filter(action="export.built").count() == 1
    assert Effect.objects.get().state == EffectState.DONE


def test_building_twice_changes_nothing(marketer, lead_list, people):
    export = exported(marketer, lead_list)
    before = path_of(export).stat().st_mtime_ns
    build_export(public_id=export.public_id, generation=0)
    assert path_of(export).stat().st_mtime_ns == before
    assert AuditEntry.objects.filter(action="export.built").count() == 1


def test_an_export_expires_with_its_file(marketer, lead_list, people, noon):
    export = exported(marketer, lead_list)
    noon.shift(timedelta(days=7))
    with pytest.raises(ExportRefused, match="expired"):
        file_to_send(export=export, actor="user:1")
    assert expire_exports() == 1
    assert expire_exports() == 0
    export.refresh_from_db()
    assert export.state == ExportState.EXPIRED
    assert not path_of(export).exists()


def test_expiry_clears_what_a_dead_worker_left(noon):
    folder().mkdir()
    stray = folder() / ".0123.new"
    stray.write_text("x")
    noon.shift(timedelta(days=400))
    expire_exports()
    assert not stray.exists()


@pytest.mark.parametrize(("format", "purpose"), [("pdf", "x"), ("csv", " ")])
def test_a_request_needs_a_known_format_and_a_purpose(format, purpose, marketer, lead_list):
    with pytest.raises(ExportRefused):
        request_export(user=marketer, lead_list=lead_list, format=format, purpose=purpose)
    assert not Export.objects.exists()


def test_a_list_with_a_problem_is_not_exported(marketer, lead_list, people):
    Condition.objects.update(topic=None)
    with pytest.raises(ExportRefused, match="topic"):
        request_export(user=marketer, lead_list=lead_list, format="csv", purpose="x")


def test_no_file_tells_of_a_topic_that_became_sensitive(marketer, lead_list, people, implants):
    other = topic_named("Veneers")
    for person in people.values():
        warm(person, other, heat=2.0)
        tagged(person, implants, days=30)
    beside = list_of("veneers", heat(other, 1.0))
    refresh_lists()
    about = exported(marketer, lead_list)
    beside = exported(marketer, beside, columns=["name", "tags"])
    assert "Implants" in path_of(beside).read_text()
    implants.sensitive = True
    implants.save()
    assert not path_of(about).exists()
    with pytest.raises(ExportRefused, match="never shown beside a name"):
        file_to_send(export=about, actor="x")
    file_to_send(export=beside, actor="x")
    assert names(beside) == {"李 Ada", "Ben"}
    assert "Implants" not in path_of(beside).read_text()


def test_rows_cost_as_many_queries_for_one_member_as_for_three(lead_list, implants):
    def queries(count):
        for number in range(count):
            person = prospect(f"{number}", marketing=True, email=f"{count}{number}@example.org")
            warm(person, implants, heat=2.0)
        refresh_lists()
        with CaptureQueriesContext(connection) as captured:
            list(export_rows(lead_list, chosen_columns(COLUMNS)))
        return len(captured)

    assert queries(1) == queries(3)


def test_a_dry_run_counts_and_writes_nothing(lead_list, people, tmp_path, capsys):
    target = tmp_path / "out.csv"
    call_command("export_leads", "warm", "--output", str(target), "--dry-run")
    assert "2 people would be written" in capsys.readouterr().err
    assert not target.exists()
    assert not Export.objects.exists()


def test_the_command_writes_the_same_file_and_is_audited(lead_list, people, tmp_path, capsys):
    target = tmp_path / "out.xlsx"
    call_command("export_leads", "warm", "--format", "xlsx", "--output", str(target))
    rows = CalamineWorkbook.from_path(target).get_sheet_by_index(0).to_python()
    assert {row[1] for row in rows[1:]} == {"李 Ada", "Ben"}
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert capsys.readouterr().out == ""
    actors = set(AuditEntry.objects.exclude(actor="system").values_list("actor", flat=True))
    assert actors == {"command:export_leads"}
    run_due_effects()
    assert AuditEntry.objects.filter(action="export.built").count() == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nothing", "--output", "x.csv"], "no lead list"),
        (["warm", "--output", "/nowhere/at/all/x.csv"], "does not exist"),
    ],
)
def test_the_command_says_in_one_line_what_is_wrong(lead_list, arguments, says):
    with pytest.raises(CommandError, match=says) as refusal:
        call_command("export_leads", *arguments)
    assert "\n" not in str(refusal.value)


def test_the_command_takes_columns_or_a_template(lead_list, people, tmp_path):
    target = tmp_path / "out.csv"
    call_command("export_leads", "warm", "--output", str(target), "--columns", "email, name")
    assert target.read_text("utf-8-sig").splitlines()[0] == "e-mail,name"
    ExportTemplate.objects.create(name="Sheets", columns=["name"], format="xlsx")
    call_command("export_leads", "warm", "--output", str(target), "--template", "Sheets")
    rows = CalamineWorkbook.from_path(target).get_sheet_by_index(0).to_python()
    assert sorted(rows) == [["Ben"], ["name"], ["李 Ada"]]
    for wrong, says in (
        (["--columns", "password"], "password"),
        (["--template", "none"], "Sheets"),
        (["--template", "Sheets", "--columns", "name"], "not both"),
    ):
        with pytest.raises(CommandError, match=says):
            call_command("export_leads", "warm", "--output", str(target), *wrong)


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_a_file_that_does_not_hold_as_many_as_the_list_is_thrown_away(
    format, marketer, lead_list, people, monkeypatch
):
    whole = export_building.counts_of
    monkeypatch.setattr(export_building, "counts_of", lambda one: {**whole(one), "contactable": 3})
    export = exported(marketer, lead_list, format)
    assert export.state == ExportState.FAILED
    assert "held 2 people and the list 3" in export.problem
    assert list(folder().iterdir()) == []
    assert not ExportPerson.objects.exists()


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_a_build_that_is_stopped_on_the_way_leaves_nothing(
    format, marketer, lead_list, people, monkeypatch
):
    export = request_export(user=marketer, lead_list=lead_list, format=format, purpose="x")
    monkeypatch.setattr(export_progress, "TELL_EVERY", 1)
    note = Progress.note

    def stop_then_note(self, rows):
        if rows == 2:
            stop_export(export=export, actor="user:1")
        note(self, rows)

    monkeypatch.setattr(Progress, "note", stop_then_note)
    assert run_due_effects() == 1
    export.refresh_from_db()
    assert export.state == ExportState.STOPPED
    assert list(folder().iterdir()) == []
    assert not ExportPerson.objects.exists()
    assert Effect.objects.get().state == EffectState.DONE
