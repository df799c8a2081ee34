"""The staff API of working with a person: what it changes, whom it refuses, what it notes."""

import pytest

from leads.models import FollowUp, Lead, PersonLabel
from leads.services.leads import assign_owner
from outbox.models import AuditEntry
from people.roles import Role
from people.services.staff_tokens import create_staff_token
from tests.factories.leads import prospect, staff, topic_named
from tests.leads.test_labels import label

pytestmark = pytest.mark.django_db
JSON = "application/json"


class Api:
    """Asks under the address of one person, as one member of staff."""

    def __init__(self, client, user, person):
        secret = create_staff_token(user=user, name="test")
        self.client, self.person = client, person
        self.headers = {"Authorization": f"Bearer {secret}"}

    def __call__(self, method: str, path: str, data=None):
        send = getattr(self.client, method)
        address = f"/api/v1/people/{self.person.external_id}/{path}"
        more = {"data": data, "content_type": JSON} if method != "get" else {}
        return send(address, headers=self.headers, **more)


@pytest.fixture
def consultant():
    return staff(Role.CONSULTANT)


@pytest.fixture
def api(client, consultant):
    return Api(client, consultant, prospect("Lin"))


def test_stage_owner_wish_and_labels_are_read_and_written(api, consultant):
    label("Oily")
    api("patch", "lead", {"stage": "talking", "owner": consultant.username, "reason": "Called"})
    wish = {"channel": "wechat", "not_before": "18:00", "do_not_call": True}
    api("put", "wish", wish)
    given = api(
        "post", "labels", {"label": "oily", "source": "device", "device": "VISIA", "value": "62"}
    )
    assert given.status_code == 201
    lead = api("get", "lead").json()
    assert (lead["stage"], lead["owner"]) == ("talking", consultant.username)
    assert (lead["wish"]["not_before"], lead["wish"]["do_not_call"]) == ("18:00:00", True)
    assert [(row["slug"], row["value"], row["source"]) for row in lead["labels"]] == [
        ("oily", "62", "device")
    ]
    assert AuditEntry.objects.filter(action="person.viewed", detail={"part": "lead"}).count() == 1
    api("patch", "lead", {"owner": None})
    lead = api("get", "lead").json()
    assert (lead["stage"], lead["owner"]) == ("talking", None)
    assert api("delete", "labels/oily").json()["labels"] == []
    assert api("delete", "labels/oily").status_code == 404


def test_notes_and_follow_ups_are_read_and_written(api, consultant):
    assert api("post", "notes", {"text": "Afraid of needles"}).status_code == 201
    planned = api("post", "follow-ups", {"kind": "call", "due_at": "2026-11-25T09:30:00+08:00"})
    number = planned.json()["id"]
    ended = api(
        "post",
        f"follow-ups/{number}/outcome",
        {"outcome": "booked", "next": {"kind": "visit", "due_at": "2026-11-29T10:00:00+08:00"}},
    )
    assert ended.json()["outcome"] == "booked"
    assert [note["text"] for note in api("get", "notes").json()] == ["Afraid of needles"]
    rows = api("get", "follow-ups").json()
    assert [(row["kind"], row["previous"]) for row in rows] == [("call", None), ("visit", number)]


@pytest.mark.parametrize(
    ("method", "path", "data", "status"),
    [
        ("patch", "lead", {"stage": "warm"}, 422),
        ("patch", "lead", {"owner": "nobody-here"}, 422),
        ("put", "wish", {"channel": "phone", "do_not_call": True}, 422),
        ("post", "labels", {"label": "unknown"}, 422),
        ("post", "labels", {"label": "wants-implants"}, 422),
        ("post", "notes", {"text": "  "}, 422),
        ("post", "follow-ups", {"kind": "call", "due_at": "2026-11-25T09:30:00"}, 422),
        ("post", "follow-ups/999/outcome", {"outcome": "reached"}, 404),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    client, consultant, method, path, data, status
):
    label("Wants implants", of="Wish", topic=topic_named("Implants"))
    api = Api(client, consultant, prospect("Mo", profiling=False))
    assert api(method, path, data).status_code == status
    assert not (Lead.objects.exists() or PersonLabel.objects.exists() or FollowUp.objects.exists())


def test_somebody_elses_person_and_another_ones_task_answer_404(client, api, consultant):
    other = staff(Role.CONSULTANT, name="other")
    task = api("post", "follow-ups", {"kind": "call", "due_at": "2026-11-25T09:30:00Z"}).json()[
        "id"
    ]
    another = Api(client, consultant, prospect("Mo"))
    assert another("post", f"follow-ups/{task}/outcome", {"outcome": "reached"}).status_code == 404
    assign_owner(person=api.person, owner=other, by=other)
    for method, path, data in (
        ("get", "lead", None),
        ("get", "notes", None),
        ("get", "follow-ups", None),
        ("patch", "lead", {"stage": "closed"}),
        ("post", "notes", {"text": "x"}),
    ):
        assert api(method, path, data).status_code == 404


def test_editors_are_refused(client):
    api = Api(client, staff(Role.EDITOR), prospect("Lin"))
    assert api("get", "lead").status_code == 403
    assert api("patch", "lead", {"stage": "closed"}).status_code == 403
