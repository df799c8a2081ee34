"""Who left in a file that was downloaded is asked back: ledger, mail, home, and who deleted the rows."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.urls import reverse

from leads.models import ExportRecall
from leads.services.exports import file_to_send, request_export
from leads.services.membership import refresh_lists
from outbox.models import AuditEntry, Effect
from outbox.services import run_due_effects
from people.roles import Role
from people.services.access import build_access_report
from people.services.consent import withdraw_consent
from people.services.erasure import erase_person
from people.services.pausing import pause_profiling
from tests.factories.leads import heat, list_of, prospect, staff, topic_named, warm

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def implants():
    return topic_named("Implants")


@pytest.fixture
def ada(implants):
    person = prospect("Ada Lovelace", marketing=True, email="ada@example.org")
    warm(person, implants, heat=2.0)
    return person


@pytest.fixture
def lead_list(implants, ada):
    lead_list = list_of("warm", heat(implants, 1.0))
    warm(prospect("Ben", marketing=True, email="ben@example.org"), implants, heat=2.0)
    refresh_lists()
    return lead_list


@pytest.fixture
def marketer(client):
    user = staff(Role.MARKETING)
    client.force_login(user)
    return user


@pytest.fixture
def export(marketer, lead_list):
    export = request_export(user=marketer, lead_list=lead_list, format="csv", purpose="Open day")
    run_due_effects()
    return export


def downloaded(export):
    file_to_send(export=export, actor=f"user:{export.requested_by_id}")
    return export


def page(client, name, *args, **query):
    return client.get(reverse(name, args=args), query).content.decode()


def withdraw(person):
    withdraw_consent(person=person, method="withdrawal")


def test_nobody_is_asked_back_from_a_file_that_never_left(export, ada):
    withdraw(ada)
    assert not ExportRecall.objects.exists()


@pytest.mark.parametrize(
    ("leave", "cause"),
    [
        (withdraw, "withdrawn"),
        (lambda person: pause_profiling(person=person), "paused"),
        (lambda person: erase_person(person=person, actor="user:1"), "erased"),
    ],
)
def test_whoever_leaves_is_asked_back_once_with_the_cause(leave, cause, export, ada):
    downloaded(export)
    external_id = ada.external_id
    leave(ada)
    recall = ExportRecall.objects.get()
    assert (recall.person_external_id, recall.cause) == (external_id, cause)


def test_holders_get_one_mail_an_hour_that_names_nobody(export, ada, marketer, noon):
    downloaded(export)
    external_id = ada.external_id
    withdraw(ada)
    run_due_effects()
    assert mail.outbox == []
    noon.shift(timedelta(hours=1))
    run_due_effects()
    (letter,) = mail.outbox
    assert letter.to == [marketer.email]
    assert export.public_id in letter.body and "One person" in letter.body
    everything = str(letter.message()) + str(list(Effect.objects.values_list("payload", flat=True)))
    for secret in ("Lovelace", "ada@example.org", external_id):
        assert secret not in everything


def test_no_mail_once_the_rows_are_deleted(client, export, ada, noon):
    downloaded(export)
    withdraw(ada)
    client.post(
        reverse("lead-exports:recalled", args=[export.public_id]), {"person": ada.external_id}
    )
    noon.shift(timedelta(hours=1))
    run_due_effects()
    assert mail.outbox == []


def test_the_rows_are_listed_by_id_and_noted_as_deleted(client, export, ada, marketer):
    downloaded(export)
    withdraw(ada)
    assert "Rows to delete in exported files" in client.get("/admin/").content.decode()
    assert "may not be in it any more" in page(client, "lead-exports:index")
    listed = page(client, "lead-exports:recalled", export.public_id)
    assert ada.external_id in listed and "Lovelace" not in listed
    address = reverse("lead-exports:recalled", args=[export.public_id])
    client.post(address, {"person": "somebody else"})
    assert ExportRecall.objects.get().acknowledged_at is None
    client.post(address, {"person": ada.external_id})
    recall = ExportRecall.objects.get()
    assert (recall.acknowledged_at, recall.acknowledged_by) == (NOON, marketer)
    assert AuditEntry.objects.filter(action="export.rows_deleted").count() == 1
    assert "Rows to delete in exported files" not in client.get("/admin/").content.decode()
    client.force_login(staff(Role.ADMINISTRATOR))
    assert client.get(address).status_code == 404


def test_who_joins_after_the_download_is_not_in_what_left(export, lead_list, implants):
    downloaded(export)
    late = prospect("Late", marketing=True, email="late@example.org")
    warm(late, implants, heat=2.0)
    refresh_lists()
    from leads.services.export_building import take_back

    take_back(export)
    run_due_effects()
    withdraw(late)
    assert not ExportRecall.objects.exists()
    downloaded(export)


def test_the_ledger_says_which_files_hold_a_person_also_when_they_are_erased(client, export, ada):
    ledger = {"person": ada.external_id}
    assert "can be downloaded now" in page(client, "lead-exports:ledger", **ledger)
    assert "was downloaded" not in page(client, "lead-exports:ledger", **ledger)
    downloaded(export)
    assert "Open day" in page(client, "lead-people:person", ada.external_id)
    erase_person(person=ada, actor="user:1")
    found = page(client, "lead-exports:ledger", **ledger)
    assert "The row is to be deleted since" in found
    assert "can be downloaded now" not in found
    assert "No file holds" in page(client, "lead-exports:ledger", person="nobody")
    looks = AuditEntry.objects.filter(action="person.viewed", detail={"part": "exports"})
    assert looks.count() == 4


def test_what_a_person_asks_about_themselves_names_their_recalls(export, ada):
    downloaded(export)
    withdraw(ada)
    report = str(build_access_report(person=ada))
    assert export.public_id in report and "'cause': 'withdrawn'" in report
