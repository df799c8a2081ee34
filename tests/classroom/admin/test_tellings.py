"""The list of who is told by hand: who sees it, what stands there, one click and its undoing."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from classroom.models import Telling
from classroom.services.notices import cancel_class
from classroom.services.questions import answer_question, ask_question
from classroom.services.registration import register_person
from outbox.services import run_due_effects
from people.models import ContactKind
from people.roles import Role
from tests.classroom.admin.conftest import plain
from tests.factories.classroom import STARTS_AT, live_class
from tests.factories.people import ContactPointFactory, UserFactory, make_person, make_staff

pytestmark = pytest.mark.django_db
NOW = STARTS_AT - timedelta(days=3)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as travelling:
        yield travelling


@pytest.fixture
def staff(client):
    user = make_staff(Role.CONSULTANT, first_name="Mina", last_name="Park")
    client.force_login(user)
    return user


def unreached(page, name: str = "Old Wang", **fields):
    person = make_person(display_name=name, **fields)
    register_person(live_class=page, person=person)
    run_due_effects()
    return person


def of(page) -> str:
    return f"/admin/classes/{page.pk}/tellings/"


def shown(client, path: str) -> str:
    return plain(client.get(path).content.decode())


def test_the_class_says_who_what_and_how_with_one_button(client, staff):
    page = live_class(title="Gums")
    person = unreached(page, language="zh-hans")
    ContactPointFactory(
        person=person, kind=ContactKind.PHONE, value="+8613800138000", verified_at=None
    )
    content = client.get(of(page)).content.decode()
    text = plain(content)
    assert "Old Wang" in text
    assert "+8613800138000 not confirmed" in text
    assert 'lang="zh-hans"' in content
    assert "您3月5日周四18:00" in text
    assert "/m/j" in text
    assert content.count('name="told"') == 1
    assert "To be told by hand 1" in text, "the tab counts"


def test_told_says_who_and_when_and_can_be_taken_back(client, staff):
    page = live_class()
    unreached(page)
    telling = Telling.objects.get()
    client.post(of(page), {"row": telling.pk, "told": "1"})
    text = shown(client, of(page))
    assert "Nobody waits" in text
    assert "Mina Park" in text
    telling.refresh_from_db()
    assert telling.told_by == staff
    client.post(of(page), {"row": telling.pk, "undo": "1"})
    assert "Nobody waits" not in shown(client, of(page))


def test_nobody_stands_there_twice_and_the_counts_are_the_rows(client, staff):
    first, second = live_class(title="Gums"), live_class(title="Teeth")
    person = unreached(first)
    register_person(live_class=second, person=person)
    unreached(second, "Young Li")
    content = client.get("/admin/tellings/").content.decode()
    assert content.count('name="told"') == 2
    text = plain(content)
    assert text.count("Old Wang") == 1
    assert "Gums" in text and "Teeth" in text
    home = shown(client, "/admin/")
    assert "To be told by hand 2" in home
    assert client.get(of(second)).content.decode().count('name="told"') == 2


def test_one_click_tells_what_stood_there_and_nothing_that_came_since(client, staff):
    page = live_class()
    unreached(page)
    seen = Telling.objects.get()
    cancel_class(live_class=page, by=UserFactory())
    run_due_effects()
    client.post(of(page), {"row": seen.pk, "told": "1"})
    assert Telling.objects.get().told_at is None
    assert "cancelled" in shown(client, of(page))


def test_empty_list_says_so(client, staff):
    for path in ("/admin/tellings/", of(live_class())):
        assert "Nobody waits: everybody was reached" in shown(client, path)
    assert "To be told by hand" not in shown(client, "/admin/")


def test_a_clinician_sees_their_own_classes_alone(client, clinician):
    mine, other = live_class(owner=clinician), live_class(title="Not mine")
    unreached(mine, "Mine")
    unreached(other, "Theirs")
    client.force_login(clinician)
    text = shown(client, "/admin/tellings/")
    assert "Mine" in text
    assert "Theirs" not in text
    assert client.get(of(other)).status_code == 404
    theirs = Telling.objects.get(live_class=other)
    client.post("/admin/tellings/", {"row": theirs.pk, "told": "1"})
    client.post(of(mine), {"row": theirs.pk, "told": "1"})
    theirs.refresh_from_db()
    assert theirs.told_at is None


def test_answers_are_for_those_who_may_read_the_question(client):
    question = ask_question(person=make_person(display_name="Asker"), text="?", language="en")
    answer_question(question=question, text="Yes.", by=UserFactory())
    run_due_effects()
    for role, sees in ((Role.CONSULTANT, True), (Role.CLINICIAN, False), (Role.MARKETING, False)):
        client.force_login(make_staff(role))
        assert ("Asker" in shown(client, "/admin/tellings/")) is sees
    client.force_login(make_staff(Role.EDITOR))
    assert client.get("/admin/tellings/").status_code == 404


def test_a_childs_guardian_is_named_where_the_child_has_no_contact(client, staff):
    parent = make_person(display_name="Mother Wang")
    ContactPointFactory(person=parent, value="mother@a.example")
    unreached(live_class(), "Little Wang", guardian=parent)
    text = shown(client, "/admin/tellings/")
    assert "through Mother Wang" in text
    assert "mother@a.example" in text


def test_the_list_takes_the_same_queries_for_one_and_for_three(client, staff):
    page = live_class()

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/admin/tellings/").status_code == 200
        return len(captured)

    def one_more(number: int) -> None:
        ContactPointFactory(person=unreached(page, f"Somebody {number}"), verified_at=None)

    one_more(0)
    queries()
    one = queries()
    for number in (1, 2):
        one_more(number)
    assert queries() == one


def test_a_number_that_is_none_of_ours_changes_nothing(client, staff):
    page = live_class()
    unreached(page)
    for row in ("", "x", "-1", "9" * 40, "²"):
        assert client.post(of(page), {"row": row, "told": "1"}).status_code == 302
    assert Telling.objects.get().told_at is None
