"""Classes in public, places, presence and calendars over HTTP."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from classroom.models import Attendance, PresenceBeat, Registration
from classroom.services.join_tokens import issue_join_token, revoke_join_tokens
from classroom.services.notices import move_class
from classroom.services.presence import SETTLE, settle_class
from classroom.services.registration import cancel_registration
from cms.models import PageTopic
from outbox.models import Effect
from outbox.services import run_due_effects
from people.roles import Role
from tests.factories.classroom import STARTS_AT, live_class, place
from tests.factories.content import clinician, topic
from tests.factories.people import PersonFactory, make_signed_in, make_staff

pytestmark = pytest.mark.django_db
NOW = STARTS_AT - timedelta(days=1)


def send(client, path: str, body: dict | None = None, **headers):
    return client.post(path, body or {}, content_type="application/json", headers=headers)


def presence(client, page, kind: str, tab: str = "t1", token: str = "", **body):
    headers = {"Authorization": f"Join {token}"} if token else {}
    body = {"kind": kind, "tab": tab, **body}
    return send(client, f"/api/v1/classes/{page.pk}/presence", body, **headers)


@time_machine.travel(NOW, tick=False)
def test_classes_come_in_order_with_public_fields_only(client):
    past = live_class(starts_at=NOW - timedelta(days=2), room_url="https://room.example/secret")
    late = live_class(starts_at=NOW + timedelta(days=9), capacity=2)
    soon = live_class(time_zone="Asia/Shanghai")
    undated = live_class(starts_at=None)
    live_class(live=False)
    soon.clinicians.set([clinician("Dr Heron")])
    soon.save()
    PageTopic.objects.create(content_object=soon, tag=topic("Gums"), weight=0.5)
    place(late, PersonFactory())
    answer = client.get("/api/v1/classes")
    assert answer.status_code == 200
    data = answer.json()
    assert [one["id"] for one in data["classes"]] == [soon.pk, late.pk, past.pk, undated.pk]
    assert data["total"] == 4
    first, second = data["classes"][:2]
    assert first["starts_at"] == "2026-03-06T02:00:00+08:00"
    assert first["clinicians"] == ["Dr Heron"]
    assert first["topics"] == [{"slug": "gums", "name": "Gums", "weight": 0.5}]
    assert (second["capacity"], second["places_left"]) == (2, 1)
    assert "secret" not in answer.content.decode()
    assert client.get(f"/api/v1/classes/{soon.pk}").json() == first


def test_the_list_takes_the_same_queries_for_one_class_and_for_many(client):
    def queries() -> int:
        client.get("/api/v1/classes")
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/api/v1/classes").status_code == 200
        return len(captured)

    def class_with_everything(number: int):
        page = live_class(capacity=3)
        page.clinicians.set([clinician(f"Dr {number}")])
        page.save()
        PageTopic.objects.create(content_object=page, tag=topic(f"Topic {number}"))

    class_with_everything(0)
    one = queries()
    for number in range(1, 5):
        class_with_everything(number)
    assert queries() == one


def test_a_draft_is_not_there(client):
    page = live_class(live=False)
    for path in ("", "/calendar.ics"):
        assert client.get(f"/api/v1/classes/{page.pk}{path}").status_code == 404


def test_language_and_paging(client):
    live_class()
    chinese = live_class(language="zh-hans")
    data = client.get("/api/v1/classes?language=zh-hans").json()
    assert [one["id"] for one in data["classes"]] == [chinese.pk]
    data = client.get("/api/v1/classes?limit=1&offset=1").json()
    assert (data["total"], len(data["classes"])) == (2, 1)
    assert client.get("/api/v1/classes?limit=1000").status_code == 422


@time_machine.travel(NOW)
def test_registering_needs_a_session_and_a_verified_contact(client):
    page = live_class(room_url="https://room.example/x")
    path = f"/api/v1/classes/{page.pk}/registrations"
    assert send(client, path).status_code == 401
    person = make_signed_in(client, display_name="")
    person.contact_points.update(verified_at=None)
    assert send(client, path).status_code == 403
    person.contact_points.update(verified_at=NOW)
    answer = send(client, path, {"name": " Ann  Lee "})
    assert answer.status_code == 201
    assert answer.json()["room_url"] == "https://room.example/x"
    person.refresh_from_db()
    assert person.display_name == "Ann Lee"
    assert send(client, path, {"name": "Somebody else"}).status_code == 200
    person.refresh_from_db()
    assert person.display_name == "Ann Lee"
    assert Registration.objects.count() == 1


@time_machine.travel(NOW)
def test_a_session_of_another_site_registers_nobody():
    client = Client(enforce_csrf_checks=True)
    make_signed_in(client)
    assert send(client, f"/api/v1/classes/{live_class().pk}/registrations").status_code == 401
    assert not Registration.objects.exists()


@time_machine.travel(NOW)
def test_a_full_or_past_class_gives_no_place(client):
    full = live_class(capacity=1)
    place(full, PersonFactory())
    past = live_class(starts_at=NOW - timedelta(days=1))
    undated = live_class(starts_at=None)
    make_signed_in(client)
    for page in (full, past, undated):
        assert send(client, f"/api/v1/classes/{page.pk}/registrations").status_code == 409


def test_presence_adds_up_on_the_servers_clock(client):
    with time_machine.travel(STARTS_AT - timedelta(minutes=5), tick=False) as clock:
        page = live_class()
        person = make_signed_in(client)
        place(page, person)
        assert presence(client, page, "join").json()["next_beat_s"] == 30
        for _ in range(20):
            clock.shift(30)
            assert presence(client, page, "beat").status_code == 200
        clock.shift(10)
        presence(client, page, "leave")
    found = Attendance.objects.get()
    assert (found.person, found.live_seconds) == (person, 310)
    assert PresenceBeat.objects.count() == 22


def test_a_phones_clock_is_never_asked(client):
    """A day behind, a day ahead, in the body and in the headers: the server's clock counts."""
    with time_machine.travel(STARTS_AT, tick=False) as clock:
        page = live_class()
        person = make_signed_in(client)
        place(page, person)
        for turn, days in enumerate((-1, 1, -3650)):
            wrong = STARTS_AT + timedelta(days=days)
            answer = presence(
                client, page, "leave" if turn == 2 else "beat",
                at=wrong.isoformat(), sent_at=wrong.isoformat(),
            )  # fmt: skip
            assert answer.status_code == 200
            assert answer.json()["at"].startswith(f"2026-03-05T18:0{turn}:00")
            clock.shift(60)
    assert Attendance.objects.get().live_seconds == 120


def test_two_classes_at_once_each_count_their_own_time(client):
    with time_machine.travel(STARTS_AT, tick=False) as clock:
        pages = [live_class(), live_class(starts_at=STARTS_AT + timedelta(minutes=1))]
        person = make_signed_in(client)
        for page in pages:
            place(page, person)
        for _ in range(5):
            for page in pages:
                presence(client, page, "beat")
            clock.shift(30)
        for page in pages:
            presence(client, page, "leave")
    found = Attendance.objects.order_by("live_class_id").values_list("live_class", "live_seconds")
    assert list(found) == [(pages[0].pk, 150), (pages[1].pk, 90)]


def test_a_class_moved_while_people_wait_counts_from_its_new_start(client):
    """They were early for the old date; what they waited before the new one counts no more."""
    with time_machine.travel(STARTS_AT, tick=False) as clock:
        page = live_class()
        place(page, make_signed_in(client))
        for _ in range(20):
            presence(client, page, "beat")
            clock.shift(60)
        presence(client, page, "leave")
        assert Attendance.objects.get().live_seconds == 1200
        move_class(
            live_class=page,
            starts_at=STARTS_AT + timedelta(minutes=15),
            by=make_staff(Role.CLINICIAN),
            late=True,
        )
        run_due_effects()
        assert Attendance.objects.get().live_seconds == 300


def test_a_sign_by_join_link_takes_few_queries(client):
    with time_machine.travel(STARTS_AT, tick=False):
        page = live_class()
        token = issue_join_token(place(page, PersonFactory()))
        presence(client, page, "beat", token=token)
        with CaptureQueriesContext(connection) as queries:
            assert presence(client, page, "beat", token=token).status_code == 200
    statements = [query["sql"].split()[0] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert statements == ["SELECT", "INSERT"]


def test_a_tab_that_vanishes_is_counted_when_the_class_is_over(client):
    with time_machine.travel(STARTS_AT, tick=False) as clock:
        page = live_class()
        place(page, make_signed_in(client))
        presence(client, page, "join")
        presence(client, page, "join", tab="t2")
        clock.shift(60)
        presence(client, page, "beat")
        assert not Attendance.objects.exists()
        assert Effect.objects.filter(kind=SETTLE).count() == 1
        clock.shift(3700)
        run_due_effects()
    assert Attendance.objects.get().live_seconds == 60


def test_a_class_that_was_prolonged_is_counted_again_at_its_end(client):
    with time_machine.travel(STARTS_AT, tick=False) as clock:
        page = live_class()
        place(page, make_signed_in(client))
        presence(client, page, "join")
        page.minutes = 90
        page.save()
        clock.shift(3700)
        settle_class(class_id=page.pk)
        assert Effect.objects.filter(kind=SETTLE).count() == 2


def test_presence_needs_a_place_and_the_class_to_be_on(client):
    page = live_class()
    with time_machine.travel(STARTS_AT, tick=False) as clock:
        assert presence(client, page, "join").status_code == 401
        person = make_signed_in(client)
        assert presence(client, page, "join").status_code == 403
        place(page, person)
        assert presence(client, page, "join", tab="a b").status_code == 422
        assert presence(client, page, "nap").status_code == 422
        assert presence(client, page, "join", replay=True).status_code == 409
        clock.shift(timedelta(hours=2))
        assert presence(client, page, "beat").status_code == 409
        clock.shift(timedelta(days=-9))
        assert presence(client, page, "beat").status_code == 409
    assert not PresenceBeat.objects.exists()


def test_a_join_token_opens_one_class_and_no_profile(client):
    page, other = live_class(), live_class()
    person = PersonFactory()
    registration = place(page, person)
    place(other, person)
    token = issue_join_token(registration)
    with time_machine.travel(STARTS_AT, tick=False) as clock:
        assert presence(client, page, "join", token=token).status_code == 200
        assert presence(client, other, "join", token=token).status_code == 403
        assert presence(client, page, "join", token=token[:-1]).status_code == 401
        header = {"Authorization": f"Join {token}"}
        for path in ("/api/v1/me", "/api/v1/me/data", "/api/v1/me/interests"):
            assert client.get(path, headers=header).status_code == 401
        assert client.delete("/api/v1/me", headers=header).status_code == 401
        path = f"/api/v1/classes/{page.pk}/registrations"
        assert send(client, path, {}, **header).status_code == 401
        clock.shift(timedelta(hours=3))
        assert presence(client, page, "join", token=token).status_code == 401
    assert PresenceBeat.objects.get().person == person
    assert person.external_id not in token


def test_a_join_token_is_revoked_and_ends_with_the_place(client):
    page = live_class()
    registration = place(page, PersonFactory())
    token = issue_join_token(registration)
    revoke_join_tokens(registration=registration)
    registration.refresh_from_db()
    fresh = issue_join_token(registration)
    with time_machine.travel(STARTS_AT):
        assert presence(client, page, "join", token=token).status_code == 401
        assert presence(client, page, "join", token=fresh).status_code == 200
        cancel_registration(live_class=page, person=registration.person)
        assert presence(client, page, "beat", token=fresh).status_code == 401


def test_a_join_token_used_by_two_counts_the_person_once(client):
    page = live_class()
    token = issue_join_token(place(page, PersonFactory()))
    with time_machine.travel(STARTS_AT, tick=False) as clock:
        for tab in ("mine", "theirs"):
            presence(client, page, "join", tab=tab, token=token)
        clock.shift(60)
        for tab in ("mine", "theirs"):
            presence(Client(), page, "leave", tab=tab, token=token)
    assert Attendance.objects.get().live_seconds == 60


@pytest.mark.parametrize(
    ("zone", "start"),
    [("Europe/Berlin", "20261025T013000"), ("Asia/Shanghai", "20261025T073000")],
)
def test_the_calendar_knows_the_zone(client, zone, start):
    page = live_class(
        title="Gums, gently",
        starts_at=STARTS_AT.replace(month=10, day=24, hour=23, minute=30),
        minutes=180,
        time_zone=zone,
        room_url="https://room.example/secret",
    )
    answer = client.get(f"/api/v1/classes/{page.pk}/calendar.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(answer.content)
    (event,) = calendar.walk("VEVENT")
    assert event["dtstart"].to_ical().decode() == start
    assert event["dtstart"].params["TZID"] == zone
    assert event["dtend"].dt - event["dtstart"].dt >= timedelta(0)
    assert event["dtend"].dt.timestamp() - event["dtstart"].dt.timestamp() == 180 * 60
    assert event["status"] == "CONFIRMED"
    (rules,) = calendar.walk("VTIMEZONE")
    assert rules["tzid"] == zone
    assert b"secret" not in answer.content
    page.cancelled_at = NOW
    page.save()
    again = Calendar.from_ical(client.get(f"/api/v1/classes/{page.pk}/calendar.ics").content)
    (cancelled,) = again.walk("VEVENT")
    assert (cancelled["uid"], cancelled["status"]) == (event["uid"], "CANCELLED")


def test_the_calendar_in_utc_and_of_no_date(client):
    page = live_class()
    content = client.get(f"/api/v1/classes/{page.pk}/calendar.ics").content
    assert b"DTSTART:20260305T180000Z" in content
    assert b"VTIMEZONE" not in content
    undated = live_class(starts_at=None)
    assert client.get(f"/api/v1/classes/{undated.pk}/calendar.ics").status_code == 404
