"""One's own page of a class, by the personal link: what it shows, what it takes, what it keeps shut."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from classroom.services.feeds import end_feed, feed_token_of
from classroom.services.join_tokens import issue_join_token, revoke_join_tokens
from classroom.services.registration import register_person
from tests.factories.classroom import STARTS_AT, live_class
from tests.factories.people import ContactPointFactory, make_person, make_signed_in

pytestmark = pytest.mark.django_db
ROOM = "https://room.example/abc"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(STARTS_AT - timedelta(hours=3), tick=False) as travelling:
        yield travelling


@pytest.fixture
def place():
    person = make_person(display_name="Mei")
    ContactPointFactory(person=person)
    return register_person(live_class=live_class(title="Gums", room_url=ROOM), person=person)


def page_of(client, token: str):
    return client.get(reverse("join_class"), {"place": token})


def test_room_opens_half_an_hour_before_and_shuts_after(client, place, clock):
    token = issue_join_token(place)
    assert ROOM not in page_of(client, token).content.decode()
    for minutes in (-29, 20, 80):
        clock.move_to(STARTS_AT + timedelta(minutes=minutes))
        assert ROOM in page_of(client, token).content.decode(), minutes
    clock.move_to(STARTS_AT + timedelta(minutes=110))
    page = page_of(client, token)
    assert (page.status_code, ROOM in page.content.decode()) == (200, False)


def test_page_goes_to_no_other_site_and_no_search_engine(client, place):
    page = page_of(client, issue_join_token(place))
    assert page["Referrer-Policy"] == "same-origin"
    assert "noindex" in page["X-Robots-Tag"]
    assert "no-store" in page["Cache-Control"]


def test_revoked_cut_off_and_foreign_links_open_nothing(client, place):
    token = issue_join_token(place)
    revoke_join_tokens(registration=place)
    for bad in (token, token[:-2], "", "a:b:c"):
        assert page_of(client, bad).status_code == 404


def test_link_ends_an_hour_after_the_class_or_with_its_recording(client, place, clock):
    token, ends_at = issue_join_token(place), place.live_class.ends_at
    clock.move_to(ends_at + timedelta(minutes=59))
    assert page_of(client, token).status_code == 200
    clock.move_to(ends_at + timedelta(minutes=61))
    assert page_of(client, token).status_code == 404
    type(place.live_class).objects.filter(pk=place.live_class.pk).update(replay_days=7)
    clock.move_to(ends_at + timedelta(days=7) - timedelta(minutes=1))
    assert page_of(client, token).status_code == 200
    clock.move_to(ends_at + timedelta(days=7, minutes=1))
    assert page_of(client, token).status_code == 404


def test_link_opens_the_class_and_nothing_of_the_person(client, place):
    """A leaked link: no session, no profile, and nothing that names the person."""
    page = page_of(client, issue_join_token(place))
    assert "Mei" not in page.content.decode()
    assert client.get("/api/v1/me").status_code == 401
    assert client.get(reverse("me")).status_code == 302


def test_question_and_child_are_taken_by_the_link(client, place):
    token = issue_join_token(place)
    sent = {"place": token, "question": "Does it hurt?", "nickname": "Bao", "birth_year": "2019"}
    client.post(reverse("ask_beforehand"), sent)
    place.refresh_from_db()
    assert place.question.text == "Does it hurt?"
    assert [child.nickname for child in place.children.all()] == ["Bao"]


def test_giving_back_needs_a_press_and_ends_the_link(client, place):
    token = issue_join_token(place)
    assert client.get(reverse("give_back"), {"place": token}).status_code == 405
    assert client.post(reverse("give_back"), {"place": token}).status_code == 200
    place.refresh_from_db()
    assert place.cancelled_at is not None
    assert page_of(client, token).status_code == 404


def test_forms_want_a_token_against_forgery(place):
    strict = Client(enforce_csrf_checks=True)
    for name in ("give_back", "ask_beforehand"):
        answer = strict.post(reverse(name), {"place": issue_join_token(place)})
        assert answer.status_code == 403


def test_page_is_in_the_language_of_the_address(client, place):
    live_class("zh-hans", title="牙龈", translation_key=place.live_class.translation_key)
    page = client.get("/zh-hans/join/", {"place": issue_join_token(place)})
    assert "牙龈" in page.content.decode()


def test_page_asks_once_how_somebody_wants_to_be_called(client):
    page, person = live_class(), make_signed_in(client)
    person.display_name = ""
    person.save()
    assert 'name="name"' in client.get(page.url).content.decode()
    for name in (" Tess  Wei ", "Another"):
        client.post(reverse("register_for_class", args=[page.pk]), {"name": name})
        person.refresh_from_db()
        assert person.display_name == "Tess Wei"
    client.post(reverse("leave_class", args=[page.pk]))
    assert 'name="name"' not in client.get(page.url).content.decode()


def test_full_class_offers_the_waiting_list_on_its_page(client):
    page = live_class(capacity=0)
    make_signed_in(client)
    assert "waiting list" in client.get(page.url).content.decode()
    client.post(reverse("register_for_class", args=[page.pk]), {"wait": ""})
    assert "You are number 1" in client.get(page.url).content.decode()
    client.post(reverse("leave_class", args=[page.pk]))
    assert "You are number" not in client.get(page.url).content.decode()


def test_api_gives_a_turn_to_who_asks_for_one(client):
    page = live_class(capacity=0)
    make_signed_in(client)
    address = f"/api/v1/classes/{page.pk}/registrations"
    assert client.post(address, {}, content_type="application/json").status_code == 409
    answer = client.post(address, {"wait": True}, content_type="application/json")
    assert answer.status_code == 201
    body = answer.json()
    assert (body["turn"], body["join"], body["room_url"]) == (1, "", "")


def test_own_calendar_by_session_and_by_its_secret_address(client, place):
    person = make_signed_in(client)
    register_person(live_class=place.live_class, person=person)
    (event,) = Calendar.from_ical(client.get("/api/v1/me/calendar.ics").content).walk("VEVENT")
    assert str(event["summary"]) == "Gums"
    address = reverse("calendar_feed", args=[feed_token_of(person)])
    anybody = Client()
    assert anybody.get(address).content == client.get("/api/v1/me/calendar.ics").content
    assert anybody.get("/api/v1/me/calendar.ics").status_code == 401
    end_feed(person=person)
    assert anybody.get(address).status_code == 404
