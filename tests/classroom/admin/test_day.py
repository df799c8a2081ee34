"""One click tells everybody; who may press it; the figures typed are on the class's clock."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from classroom.models import ClassNotice, LiveClass
from classroom.services.questions import ask_question
from cms.content_version import content_version
from people.roles import Role
from tests.factories.classroom import STARTS_AT, live_class, place
from tests.factories.people import make_person, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def three_days_before():
    with time_machine.travel(STARTS_AT - timedelta(days=3), tick=False) as clock:
        yield clock


@pytest.fixture
def planned():
    page = live_class(time_zone="Asia/Shanghai", told_starts_at=STARTS_AT)
    place(page, make_person())
    return page


def day_of(page) -> str:
    return f"/admin/classes/{page.pk}/day/"


def kinds() -> list[str]:
    return list(ClassNotice.objects.values_list("kind", flat=True))


@pytest.fixture
def staff(client):
    user = make_staff(Role.CONSULTANT)
    client.force_login(user)
    return user


def test_screen_says_how_many_are_told(client, staff, planned):
    page = client.get(day_of(planned))
    assert page.status_code == 200
    assert "1 person is told" in page.content.decode()


def test_date_typed_is_read_on_the_clock_of_the_class(client, staff, planned):
    client.post(day_of(planned), {"move": "1", "starts_at": "2026-03-10T09:30"})
    planned.refresh_from_db()
    local = planned.starts_at.astimezone(ZoneInfo("Asia/Shanghai"))
    assert (local.day, local.hour, local.minute) == (10, 9, 30)
    assert kinds() == ["moved"]


def test_late_cancelled_and_held_after_all(client, staff, planned):
    client.post(day_of(planned), {"late": "10"})
    client.post(day_of(planned), {"cancel": "1", "note": "The boiler broke"})
    client.post(day_of(planned), {"hold": "1"})
    assert kinds() == ["late", "cancelled", "held"]
    assert "The boiler broke" in client.get(day_of(planned)).content.decode()


@pytest.mark.parametrize("sent", [{}, {"late": "x"}, {"late": "-5"}, {"unknown": "1"}])
def test_a_press_on_nothing_changes_nothing(client, staff, planned, sent):
    assert client.post(day_of(planned), sent).status_code == 302
    assert kinds() == []


@pytest.mark.parametrize("typed", ["", "tomorrow", "2020-01-01T10:00"])
def test_bad_dates_are_answered_and_change_nothing(client, staff, planned, typed):
    answer = client.post(day_of(planned), {"move": "1", "starts_at": typed}, follow=True)
    assert answer.status_code == 200
    assert kinds() == []


def test_repetitions_become_drafts(client, staff, planned):
    client.post(day_of(planned), {"repeat": "1", "days": "7", "times": "3"})
    assert LiveClass.objects.filter(live=False, series__isnull=False).count() == 3


def test_other_clinicians_cannot_call_a_class_off(client, planned):
    client.force_login(make_staff(Role.CLINICIAN))
    assert client.post(day_of(planned), {"cancel": "1"}).status_code == 404
    assert kinds() == []


def test_marketing_sees_guests_and_not_their_questions(client, planned):
    registration = planned.registrations.get()
    ask_question(
        person=registration.person,
        text="Does it hurt?",
        language="en",
        page=planned,
        registration=registration,
    )
    coming = f"/admin/classes/{planned.pk}/"
    for role, shown in ((Role.CONSULTANT, True), (Role.MARKETING, False)):
        client.force_login(make_staff(role))
        assert ("Does it hurt?" in client.get(coming).content.decode()) is shown


def test_a_dates_slip_of_the_finger_is_answered(client, staff, planned):
    for typed in ("9999-12-31T23:59", "2126-03-10T09:30"):
        answer = client.post(day_of(planned), {"move": "1", "starts_at": typed})
        assert answer.status_code == 200
    client.post(day_of(planned), {"late": "9" * 30})
    assert kinds() == []


def test_what_was_kept_of_the_old_date_is_shown_no_more(client, staff, planned):
    before = content_version()
    client.post(day_of(planned), {"move": "1", "starts_at": "2026-03-10T09:30"})
    moved = content_version()
    client.post(day_of(planned), {"cancel": "1"})
    assert len({before, moved, content_version()}) == 3
