"""One's own interests through the API: what, why, and two ways out."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from cms.models import Topic
from people.services.visitors import issue_token
from tests.factories.tracking import consenting_visitor, view_of, yardstick
from tracking.services.folding import fold_everything
from tracking.services.rebuild import check_interests, rebuild_interests

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def an_hour_later():
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        yield


@pytest.fixture
def reader():
    topic = Topic.objects.create(name="Wisdom teeth", slug="wisdom-teeth", name_zh="智齿")
    for page_id in (1, 2):
        yardstick(page_id, topics={topic.pk: 1.0}, expected_s=60.0)
    visitor = consenting_visitor()
    view_of(visitor, 1, at=NOON)
    view_of(visitor, 2, at=NOON + timedelta(minutes=10), seconds=45, depth=1.0)
    fold_everything()
    return visitor


def ask(client, visitor, method="get", path="/api/v1/me/interests"):
    token = issue_token(visitor)
    return getattr(client, method)(path, headers={"Authorization": f"Visitor {token}"})


def test_interests_say_why(client, reader):
    (interest,) = ask(client, reader).json()["interests"]
    assert interest["topic"] == {"slug": "wisdom-teeth", "name": "Wisdom teeth", "name_zh": "智齿"}
    assert interest["heat"] == pytest.approx(1.75, abs=0.01)
    assert interest["tag"]["entered_at"] == "2026-11-02T12:10:45Z"
    assert [line["detail"]["seconds"] for line in interest["signals"]] == [45.0, 60.0]
    assert sum(line["share"] for line in interest["signals"]) == pytest.approx(1.0)


def test_the_lines_of_a_receipt_add_up_to_its_heat(reader):
    from tracking.models import Profile
    from tracking.selectors.interests import interest_receipts

    (receipt,) = interest_receipts(profile=Profile.objects.get())
    assert sum(line.heat for line in receipt.lines) == pytest.approx(receipt.heat, rel=1e-9)


def test_a_deleted_interest_stays_away_after_a_rebuild(client, reader):
    response = ask(client, reader, "delete", "/api/v1/me/interests/wisdom-teeth")
    assert response.status_code == 204
    rebuild_interests()
    assert ask(client, reader).json()["interests"] == []
    assert check_interests().differences == []


def test_a_declaration_lifts_not_interested(client, reader):
    path = "/api/v1/me/interests/wisdom-teeth"
    ask(client, reader, "delete", f"{path}?reason=not_interested")
    with time_machine.travel(NOON + timedelta(hours=2), tick=False):
        assert ask(client, reader, "post", path).status_code == 204
        (interest,) = ask(client, reader).json()["interests"]
    assert [line["kind"] for line in interest["signals"]] == ["declared"]
    assert interest["tag"] is not None


def test_without_a_token_nothing_and_with_a_forged_one_nothing(client, reader):
    assert client.get("/api/v1/me/interests").status_code == 401
    forged = issue_token(reader)[:-2] + "xx"
    answer = client.get("/api/v1/me/interests", headers={"Authorization": f"Visitor {forged}"})
    assert answer.status_code == 401


def test_a_token_joined_to_a_person_shows_nothing_of_the_person(client, reader):
    from people.services.visitors import join_visitor
    from tests.factories.tracking import consenting_person

    join_visitor(visitor=reader, person=consenting_person("Emma"), actor="test")
    reader.refresh_from_db()
    assert ask(client, reader).json()["interests"] == []


def test_my_data_holds_every_field_of_my_events(client, reader):
    report = ask(client, reader, path="/api/v1/me/data").json()
    (events,) = [part for part in report["data"] if part["model"] == "tracking.Event"]
    named = {"page" if field == "page_id" else field for field in events["fields"]} - {"visitor"}
    assert events["rows"]
    assert all(named <= set(row) for row in events["rows"])


def test_a_joined_browser_that_is_forgotten_takes_what_it_brought_along(client, reader):
    from people.services.visitors import join_visitor
    from tests.factories.tracking import consenting_person
    from tracking.models import Interest, InterestTag, Reading, Signal

    person, other = consenting_person("Emma"), consenting_visitor()
    for visitor in (reader, other):
        assert join_visitor(visitor=visitor, person=person, actor="test")
    view_of(other, 2, at=NOON + timedelta(minutes=30))
    fold_everything()
    assert ask(client, reader, "delete", "/api/v1/me").status_code == 204
    assert [row.visitor for row in Reading.objects.all()] == [other]
    assert [row.item_key for row in Signal.objects.all()] == ["page:2"]
    assert (Interest.objects.get().signals, InterestTag.objects.count()) == (1, 0)
    assert check_interests().differences == []
