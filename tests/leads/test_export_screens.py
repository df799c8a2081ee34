"""Asking for an export: columns, templates, the second look at many people, stopping, the receipt."""

import pytest
from django.urls import reverse

from leads import export_screens
from leads.models import Export, ExportState, ExportTemplate
from leads.services.export_folder import folder, progress_path
from leads.services.export_progress import Progress
from leads.services.membership import refresh_lists
from outbox.models import AuditEntry
from outbox.services import run_due_effects
from people.roles import Role
from tests.factories.leads import heat, list_of, prospect, staff, topic_named, warm

pytestmark = pytest.mark.django_db
ASKED = {"purpose": "Open day", "format": "csv", "columns": ["email", "tags"]}


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def lead_list():
    implants = topic_named("Implants")
    lead_list = list_of("warm", heat(implants, 1.0))
    for name, fields in {
        "Ada": {"marketing": True, "email": "ada@example.org"},
        "Ben": {"marketing": True, "email": "ben@example.org"},
        "Eve": {"email": "eve@example.org"},
        "Kim": {"marketing": True},
    }.items():
        warm(prospect(name, **fields), implants, heat=2.0)
    refresh_lists()
    return lead_list


@pytest.fixture
def marketer(client):
    user = staff(Role.MARKETING)
    client.force_login(user)
    return user


@pytest.fixture
def address(lead_list):
    return reverse("lead-lists:export", args=[lead_list.pk])


def page_of(client, export):
    return client.get(reverse("lead-exports:export", args=[export.public_id])).content.decode()


def test_chosen_columns_are_those_of_the_file_and_of_the_receipt(client, marketer, address):
    client.post(address, ASKED)
    run_due_effects()
    export = Export.objects.get()
    file = client.get(reverse("lead-exports:file", args=[export.public_id]))
    header, *rows = b"".join(file.streaming_content).decode("utf-8-sig").splitlines()
    assert (header, len(rows)) == ("e-mail,interest tags", 2)
    page = page_of(client, export)
    assert "e-mail, interest tags" in page
    assert export.left_out == {"not_agreed": 1, "no_contact": 1}
    assert [page.count(text) for text in ("− 1", ">4<", ">2<")] == [2, 1, 1]


def test_a_choice_is_kept_for_everybody_who_exports_and_begun_with(client, marketer, address):
    client.post(address, {**ASKED, "save_as": "Open days", "format": "xlsx"})
    template = ExportTemplate.objects.get()
    assert (template.name, template.columns, template.format, template.made_by) == (
        "Open days", ["email", "tags"], "xlsx", marketer,
    )  # fmt: skip
    ExportTemplate.objects.update(columns=["tags", "email"])
    client.force_login(staff(Role.ADMINISTRATOR))
    page = client.get(address, {"template": template.pk}).content.decode()
    assert page.count("checked") == 3  # the format and two columns
    Export.objects.all().delete()
    client.post(address, {**ASKED, "template": template.pk})
    assert Export.objects.get().columns == ["tags", "email"]


def test_a_template_is_replaced_by_its_name_and_deleted(client, marketer, address):
    for columns in (["email"], ["name"]):
        client.post(address, {**ASKED, "columns": columns, "save_as": "Open days"})
    template = ExportTemplate.objects.get()
    assert template.columns == ["name"]
    assert "Open days" in client.get(reverse("lead-exports:index")).content.decode()
    client.post(reverse("lead-exports:template", args=[template.pk]))
    assert not ExportTemplate.objects.exists()
    actions = AuditEntry.objects.filter(action__startswith="export_template")
    assert [one.action.rpartition(".")[2] for one in actions.order_by("pk")] == [
        "saved", "saved", "deleted",
    ]  # fmt: skip


@pytest.mark.parametrize("columns", [[], ["password"]])
def test_no_column_or_an_unknown_one_makes_nothing(columns, client, marketer, address):
    assert client.post(address, {**ASKED, "columns": columns}).status_code == 200
    assert not Export.objects.exists()


def test_many_people_are_shown_and_wait_for_a_second_yes(
    client, marketer, address, lead_list, monkeypatch
):
    monkeypatch.setattr(export_screens, "ASKED_TWICE_OVER", 1)
    page = client.post(address, {**ASKED, "save_as": "Open days"}).content.decode()
    assert "Make the file for 2 people" in page
    assert "Nothing is made yet" in page
    assert reverse("lead-lists:members", args=[lead_list.pk]) in page
    assert not Export.objects.exists() and not ExportTemplate.objects.exists()
    client.post(address, {**ASKED, "confirmed": "0"})
    assert not Export.objects.exists()  # more people than were confirmed
    client.post(address, {**ASKED, "confirmed": "2"})
    assert Export.objects.get().columns == ["email", "tags"]


def test_waiting_shows_how_far_it_is_and_can_be_stopped(client, marketer, address):
    client.post(address, ASKED)
    export = Export.objects.get()
    assert "This page looks again by itself" in page_of(client, export)
    progress = Progress(progress_path(export), of=2000)
    progress.note(500)
    page = page_of(client, export)
    assert "500 of 2,000 rows" in page and 'value="25"' in page
    stop = reverse("lead-exports:stop", args=[export.public_id])
    assert client.get(stop).status_code == 405
    client.post(stop)
    run_due_effects()
    export.refresh_from_db()
    assert export.state == ExportState.STOPPED
    assert list(folder().iterdir()) == []
    assert "It was stopped" in page_of(client, export)
    assert client.get(reverse("lead-exports:file", args=[export.public_id])).status_code == 302
    assert AuditEntry.objects.filter(action="export.stopped").count() == 1


def test_what_is_ready_is_not_stopped_and_anybody_elses_does_not_exist(client, marketer, address):
    client.post(address, ASKED)
    run_due_effects()
    export = Export.objects.get()
    stop = reverse("lead-exports:stop", args=[export.public_id])
    client.post(stop)
    export.refresh_from_db()
    assert export.state == ExportState.READY
    client.force_login(staff(Role.ADMINISTRATOR))
    assert client.post(stop).status_code == 404
