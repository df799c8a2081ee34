"""The staff API: who may see what, what is noted, and what nobody sees without consent."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.models import Export, ExportTemplate, Label, LabelSet
from leads.services.labels import add_label
from leads.services.membership import refresh_lists
from outbox.models import AuditEntry
from outbox.services import run_due_effects
from people.roles import Role
from people.services.consent import withdraw_consent
from people.services.staff_tokens import create_staff_token
from tests.factories.leads import (
    grouped_list,
    heat,
    list_of,
    prospect,
    signal,
    staff,
    tagged,
    topic_named,
    warm,
)
from tests.factories.tracking import yardstick

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
    person = prospect("Ada", marketing=True, email="ada@example.org", source="newsletter")
    page = yardstick(1, topics={implants.pk: 1.0})
    signal(person, at=NOON - timedelta(days=30), yardstick=page, strength=1.0)
    warm(person, implants, heat=0.5)
    tagged(person, implants, days=5)
    return person


@pytest.fixture
def lead_list(implants, ada):
    lead_list = list_of("Warm", heat(implants, 0.1))
    refresh_lists()
    return lead_list


def client_of(client, role, name=""):
    token = create_staff_token(user=staff(role, name=name), name="test")

    def ask(address, data=None, method="get"):
        headers = {"Authorization": f"Bearer {token}"}
        if data is None:
            return getattr(client, method)(f"/api/v1{address}", headers=headers)
        return client.post(
            f"/api/v1{address}", data, content_type="application/json", headers=headers
        )

    return ask


@pytest.fixture
def marketing(client, db):
    return client_of(client, Role.MARKETING)


def test_a_person_and_their_interests_come_with_evidence_and_each_look_is_noted(
    marketing, ada, implants
):
    card = marketing(f"/people/{ada.external_id}").json()
    assert (card["name"], card["contacts"][0]["verified"]) == ("Ada", True)
    assert card["consents"]["marketing"]["given"] is True
    assert "interests" not in card
    found = marketing(f"/people/{ada.external_id}/interests").json()
    (interest,) = found["interests"]
    assert (interest["topic"]["slug"], interest["heat"]) == ("implants", pytest.approx(0.5))
    assert interest["tag"]["lapses_at"].startswith("2026-11-25")
    (line,) = interest["signals"]
    assert (line["strength"], line["heat"]) == (1.0, pytest.approx(0.5))
    looks = AuditEntry.objects.filter(subject=f"person:{ada.external_id}").order_by("pk")
    assert [look.detail["part"] for look in looks if look.action == "person.viewed"] == [
        "card",
        "interests",
    ]


def test_without_consent_there_are_no_interests_to_see(marketing, ada):
    withdraw_consent(person=ada, method="withdrawal")
    found = marketing(f"/people/{ada.external_id}/interests").json()
    assert (found["profiling"], found["interests"]) == (False, [])


def test_lists_and_members_say_why_and_how_fresh(marketing, lead_list, ada):
    (one,) = marketing("/lead-lists").json()
    assert (one["slug"], one["members"], one["contactable"]) == ("warm", 1, 1)
    assert one["conditions"] == ["heat for Implants is at least 0.1"]
    assert (one["waiting"], one["problems"]) == (0, [])
    page = marketing("/lead-lists/warm/members?rank=true").json()
    (member,) = page["members"]
    assert (member["id"], member["contactable"]) == (ada.external_id, True)
    assert member["reason"][0].startswith("Heat for Implants is 0.5 (from 0.1)")
    assert member["rank"] > 0
    assert page["evaluated_at"] is not None
    assert AuditEntry.objects.filter(action="list.viewed", subject="list:warm").count() == 1


def test_who_withdrew_is_on_no_list_and_in_no_count(marketing, lead_list, ada):
    withdraw_consent(person=ada, purposes=["profiling"], method="withdrawal")
    assert marketing("/lead-lists").json()[0]["members"] == 0
    assert marketing("/lead-lists/warm/members").json()["members"] == []


def test_an_export_is_asked_for_built_and_fetched_by_its_requester_alone(
    client, marketing, lead_list, ada
):
    answer = marketing("/lead-lists/warm/exports", {"format": "csv", "purpose": "Open day"})
    assert answer.status_code == 202
    export = answer.json()
    assert (export["state"], export["file"]) == ("waiting", None)
    assert marketing(f"/exports/{export['id']}/file").status_code == 409
    run_due_effects()
    export = marketing(f"/exports/{export['id']}").json()
    assert (export["state"], export["rows"]) == ("ready", 1)
    answer = marketing(f"/exports/{export['id']}/file")
    assert answer.headers["Cache-Control"] == "no-store, private"
    assert b"ada@example.org" in b"".join(answer.streaming_content)
    other = client_of(client, Role.ADMINISTRATOR)
    for address in (f"/exports/{export['id']}", f"/exports/{export['id']}/file"):
        assert other(address).status_code == 404
    withdraw_consent(person=ada, method="withdrawal")
    answer = marketing(f"/exports/{export['id']}/file")
    assert b"ada@example.org" not in b"".join(answer.streaming_content)


def test_an_expired_file_is_gone(marketing, lead_list, noon):
    export = marketing("/lead-lists/warm/exports", {"purpose": "Open day"}).json()
    run_due_effects()
    noon.shift(timedelta(days=6, hours=23))
    assert marketing(f"/exports/{export['id']}/file").status_code == 200
    noon.shift(timedelta(hours=1))
    assert marketing(f"/exports/{export['id']}/file").status_code == 410


ADDRESSES = [
    "/people/{person}",
    "/people/{person}/interests",
    "/lead-lists",
    "/lead-lists/warm/members",
]


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.MARKETING, 200),
        (Role.CONSULTANT, 200),
        (Role.ADMINISTRATOR, 200),
        (Role.CLINICIAN, 403),
        (Role.EDITOR, 403),
    ],
)
def test_roles_see_what_they_may(client, lead_list, ada, role, status):
    ask = client_of(client, role)
    for address in ADDRESSES:
        assert ask(address.format(person=ada.external_id)).status_code == status


def test_a_consultant_may_not_export_and_nobody_gets_in_without_a_token(client, lead_list, ada):
    ask = client_of(client, Role.CONSULTANT)
    assert ask("/lead-lists/warm/exports", {"purpose": "x"}).status_code == 403
    assert not Export.objects.exists()
    for address in ADDRESSES:
        answer = client.get("/api/v1" + address.format(person=ada.external_id))
        assert answer.status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"format": "pdf", "purpose": "x"}, 422),
        ({"format": "csv"}, 422),
        ({"format": "csv", "purpose": ""}, 422),
        ({"format": "csv", "purpose": "x", "requested_by": 1, "state": "ready"}, 202),
    ],
)
def test_bad_fields_are_refused_and_extra_ones_ignored(marketing, lead_list, body, status):
    answer = marketing("/lead-lists/warm/exports", body)
    assert answer.status_code == status
    if status == 202:
        assert answer.json()["state"] == "waiting"


@pytest.mark.parametrize(
    "address", ["/people/nobody", "/people/nobody/interests", "/lead-lists/none/members"]
)
def test_what_does_not_exist_is_404(marketing, address):
    assert marketing(address).status_code == 404


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "offset=-1", "rank=perhaps"])
def test_hostile_queries_are_422(marketing, lead_list, query):
    assert marketing(f"/lead-lists/warm/members?{query}").status_code == 422


def test_members_cost_as_many_queries_for_one_as_for_three(marketing, lead_list, implants):
    def queries(address):
        with CaptureQueriesContext(connection) as captured:
            assert marketing(address).status_code == 200
        return len(captured)

    addresses = ("/lead-lists/warm/members", "/lead-lists/warm/members?rank=true", "/lead-lists")
    marketing("/lead-lists")  # the first use of a token is noted
    before = [queries(address) for address in addresses]
    for name in ("Ben", "Eve"):
        warm(prospect(name), implants, heat=1.0)
        list_of(name, heat(implants, 1.0))
    refresh_lists()
    assert [queries(address) for address in addresses] == before


def test_columns_and_templates_are_listed_chosen_and_refused(marketing, lead_list):
    ExportTemplate.objects.create(name="Names", columns=["name"], format="xlsx")
    found = marketing("/export-templates").json()
    assert {"name": "email", "label": "e-mail"} in found["columns"]
    assert found["usual"][:2] == ["external_id", "name"]
    assert found["templates"] == [{"name": "Names", "columns": ["name"], "format": "xlsx"}]
    exports = "/lead-lists/warm/exports"
    by_template = marketing(exports, {"purpose": "x", "template": "Names"}).json()
    assert (by_template["columns"], by_template["format"]) == (["name"], "xlsx")
    by_name = marketing(
        exports, {"purpose": "x", "template": "Names", "columns": ["email"], "format": "csv"}
    ).json()
    assert (by_name["columns"], by_name["format"]) == (["email"], "csv")
    for wrong in ({"columns": ["password"]}, {"template": "none"}):
        assert marketing(exports, {"purpose": "x", **wrong}).status_code == 422


def test_an_export_that_waits_is_stopped_and_a_ready_one_is_not(marketing, lead_list):
    first, second = (
        marketing("/lead-lists/warm/exports", {"purpose": "x"}).json()["id"] for _ in range(2)
    )
    stopped = marketing(f"/exports/{first}", method="delete").json()
    assert (stopped["state"], stopped["progress"]) == ("stopped", None)
    run_due_effects()
    ready = marketing(f"/exports/{second}").json()
    assert (ready["state"], ready["rows"], ready["left_out"]) == (
        "ready", 1, {"not_agreed": 0, "no_contact": 0},
    )  # fmt: skip
    assert marketing(f"/exports/{second}", method="delete").status_code == 409


def test_the_ledger_and_rows_to_delete_are_read_and_acknowledged(marketing, lead_list, ada):
    export = marketing("/lead-lists/warm/exports", {"purpose": "x"}).json()["id"]
    run_due_effects()
    marketing(f"/exports/{export}/file")
    ledger = f"/people/{ada.external_id}/exports"
    (line,) = marketing(ledger).json()
    assert (line["export"], line["held"], line["left"], line["to_delete"]) == (
        export, True, True, False,
    )  # fmt: skip
    withdraw_consent(person=ada, method="withdrawal")
    assert marketing(ledger).json()[0]["to_delete"] is True
    assert marketing(f"/exports/{export}").json()["recalled"] == [ada.external_id]
    done = marketing(f"/exports/{export}/recalled", {"people": [ada.external_id]}).json()
    assert done["recalled"] == []
    assert marketing(ledger).json()[0]["to_delete"] is False


def test_a_topic_that_became_sensitive_stands_beside_no_name(client, ada, implants):
    wishes = LabelSet.objects.create(slug="wish", name="Wish")
    label = Label.objects.create(label_set=wishes, slug="s", name="For implants", topic=implants)
    add_label(person=ada, label=label, by=staff(Role.MARKETING))
    grouped_list(
        "known",
        ("all", heat(implants, 0.1), {"kind": "label", "label": label}),
        ("none", heat(implants, 5.0)),
    )
    refresh_lists()
    ask = client_of(client, Role.MARKETING, name="other")
    (told,) = ask("/lead-lists/known/members").json()["members"]
    assert len(told["facts"]) == 3 and all("mplants" in one for one in told["reason"])
    implants.sensitive = True
    implants.save()
    refresh_lists()
    (told,) = ask("/lead-lists/known/members").json()["members"]
    assert [list(one) for one in told["facts"]] == [["kind"]] * 3
    assert set(told["reason"]) == {"for a reason that is not told beside a name"}
