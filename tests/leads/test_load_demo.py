"""The demo clinic: loaded once, renewed without loss, removed without trace; its lists are alive."""

import io
from datetime import UTC, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from classroom.models import (
    Attendance,
    LiveClass,
    Registration,
    Room,
    RoomEvent,
    RoomGuest,
    RoomSlide,
)
from classroom.piece_cards import cards_by_page
from classroom.replay_access import may_see_replay
from classroom.room_access import Seat
from classroom.services.demo_people import MARK
from classroom.services.room import send_message
from cms.models import ArticlePage, ClinicImage, ComicPage, Topic
from cms.services.demo_content import load_demo_content
from leads.models import LeadList, Membership
from leads.services.demo_lists import DEMO_PASSWORD, load_demo, remove_demo, renew_demo
from people.models import Clinic, ConsentEvent, Person, User, Visitor
from people.roles import Role
from tests.factories.leads import staff
from tests.factories.reviews import change
from tracking.models import CoInterest, Event, InterestTag, PageCounter, Reading, StatisticSpool
from tracking.services.co_interest import refresh_co_interest
from tracking.services.demo_visits import load_demo_visits
from tracking.services.folding import fold_everything

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """The demo, loaded once for this module; each test works in a transaction above it."""
    atomic = transaction.atomic()
    atomic._from_testcase = True  # as TestCase does: durable blocks may open inside
    with django_db_blocker.unblock(), atomic:
        load_demo()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demo(loaded, db):
    """The loaded demo; what the test changes is rolled back."""


def names_on(slug: str) -> set[str]:
    return {
        row.person.imported_key.removeprefix(MARK)
        for row in Membership.objects.filter(lead_list__slug=slug).select_related("person")
    }


def rows() -> dict[str, int]:
    models = (ArticlePage, ComicPage, ClinicImage, Topic, Person, Visitor, Event, Reading, LeadList)
    models += (User, Attendance, Room, RoomSlide, RoomEvent, RoomGuest)
    return {model.__name__: model.objects.count() for model in models}


# These two need a database without the demo, so they stand before the tests that load it.


def test_tour_says_nothing_without_a_demo():
    output = io.StringIO()
    call_command("show_tour", stdout=output)
    assert output.getvalue() == ""


def test_a_real_clinic_is_never_given_a_demo():
    Clinic.objects.create(name="Real")
    assert load_demo() is False
    assert not Person.objects.exists()


def test_demo_loads_once(demo):
    before = rows()
    assert load_demo() is False
    assert rows() == before
    assert before["Person"] == 14 and before["ArticlePage"] == 17


def test_demo_readings_make_lists_with_reasons(demo):
    # One more is warm on wisdom teeth, but did not agree to messages.
    assert names_on("warm-on-wisdom-teeth") == {"wang-fang", "emma-larsen"}
    assert "li-wei" in names_on("implant-class-call-back")
    assert all(row.reason for row in Membership.objects.all())
    assert InterestTag.objects.filter(lapses_at__gt=timezone.now()).exists()


def test_the_demo_has_topics_that_go_together(demo):
    assert refresh_co_interest() == 0
    assert CoInterest.objects.exists()


def test_people_without_consent_have_no_profile_row(demo):
    for key in ("zhou-peng", "hannah-weiss"):
        person = Person.objects.get(imported_key=MARK + key)
        assert not person.visitors.exists()
        assert not hasattr(person, "profile")
        assert not person.memberships.exists()


def test_folding_again_changes_nothing(demo):
    tags = list(InterestTag.objects.order_by("pk").values_list("profile", "topic", "entered_at"))
    fold_everything()
    assert (
        list(InterestTag.objects.order_by("pk").values_list("profile", "topic", "entered_at"))
        == tags
    )


def openings_on_desktops() -> dict:
    """By page and day; the demo's prospects read on telephones, so these are strangers'."""
    counters = PageCounter.objects.filter(dimension="device", value="desktop")
    return {(row.page_id, row.day): row.count for row in counters}


def test_strangers_read_the_demo_and_no_day_is_sent_twice(demo):
    before = openings_on_desktops()
    assert len(before) > 20
    assert not StatisticSpool.objects.exists()
    pages = load_demo_content(now=timezone.now())
    assert load_demo_visits(pages=pages, now=timezone.now(), after=timezone.now()) == 0
    with time_machine.travel(timezone.now() + timedelta(days=10)):
        renew_demo()
        after = openings_on_desktops()
    today = timezone.now().astimezone(UTC).date()
    assert {key: count for key, count in after.items() if key[1] < today} == before
    assert {day for _, day in after if day >= today} <= {
        today + timedelta(days=n) for n in range(10)
    }
    assert len(after) > len(before)


def test_twins_are_translations(demo):
    page = ArticlePage.objects.get(slug="what-an-implant-is", locale__language_code="en")
    twin = ArticlePage.objects.get(slug="what-an-implant-is", locale__language_code="zh-hans")
    assert twin.translation_key == page.translation_key
    assert twin.author.locale_id == twin.locale_id


def test_renewing_brings_a_cold_demo_back_and_keeps_what_users_did(demo):
    now = timezone.now()
    article = ArticlePage.objects.get(slug="what-an-implant-is", locale__language_code="en")
    change(article, title="Changed by an editor")
    mine = LeadList.objects.create(name="Mine", slug="mine")
    with time_machine.travel(now + timedelta(days=90)):
        renew_demo()
        assert "emma-larsen" in names_on("warm-on-wisdom-teeth")
        article.refresh_from_db()
        assert article.title == "Changed by an editor"
        assert LeadList.objects.filter(pk=mine.pk).exists()
        assert LiveClass.objects.filter(starts_at__gt=timezone.now()).exists()
        age = timezone.now() - article.first_published_at
        assert timedelta(days=139) <= age <= timedelta(days=142)


def test_the_demo_has_a_room_to_hold_and_one_that_was_held(demo, client):
    coming, held = Room.objects.order_by("-live_class__starts_at")
    assert coming.slides.count() == 3
    assert not coming.events.exists()
    assert coming.last_number == 0
    said = list(held.events.all())
    assert [one.number for one in said] == list(range(1, held.last_number + 1))
    questions = {one.number for one in said if one.kind == RoomEvent.Kind.QUESTION}
    assert {one.about for one in said if one.kind == RoomEvent.Kind.ANSWERED} == questions
    assert cards_by_page([pk for one in said for pk in (one.more or {}).get("pages", [])])
    client.force_login(staff(Role.ADMINISTRATOR))
    page = client.get(f"/rooms/{held.pk}/replay/")
    assert "Which little brush do I buy?" in page.content.decode()
    attended = Person.objects.get(imported_key=f"{MARK}zhang-min")
    place = Registration.objects.get(live_class=held.live_class, person=attended)
    assert may_see_replay(Seat(room=held, place=place))


def test_renewing_moves_what_was_said_with_its_class_and_keeps_what_users_said(demo):
    coming, held = Room.objects.order_by("-live_class__starts_at")
    seat = Seat(room=coming, user=coming.live_class.author.user, is_host=True)
    mine = send_message(seat=seat, text="Tried by a user", client_id=uuid4())
    before = list(held.events.values_list("number", "at"))
    with time_machine.travel(timezone.now() + timedelta(days=90)):
        renew_demo()
    after = list(held.events.values_list("number", "at"))
    moved = {then - at for (_, at), (_, then) in zip(before, after, strict=True)}
    assert moved == {timedelta(days=90)}
    assert list(coming.events.all()) == [mine]


def test_renewing_twice_adds_nothing(demo):
    before = rows()
    renew_demo()
    assert rows() == before
    renew_demo()
    assert rows() == before


def test_a_withdrawal_outlives_a_renewal(demo):
    from people.services.consent import withdraw_consent

    person = Person.objects.get(imported_key=f"{MARK}emma-larsen")
    withdraw_consent(person=person)
    renew_demo()
    assert not person.memberships.exists()
    assert not Reading.objects.filter(visitor__person=person).exists()


def test_removing_leaves_no_trace_and_no_word_of_the_demo(demo, client):
    kept = User.objects.create_user("real")
    assert remove_demo() > 0
    assert list(User.objects.all()) == [kept]
    assert not any(
        model.objects.exists() for model in (Person, Visitor, ArticlePage, ComicPage, LiveClass)
    )
    assert not any(
        model.objects.exists() for model in (ClinicImage, Topic, LeadList, ConsentEvent, Reading)
    )
    assert client.get("/").status_code == 200


def test_demo_logins_sign_in_where_allowed(demo, client, settings):
    settings.DEBUG, settings.BASE_URL = True, "http://127.0.0.1:8000"
    assert client.login(username="marketing", password=DEMO_PASSWORD)
    settings.DEBUG = False
    assert not client.login(username="marketing", password=DEMO_PASSWORD)


def test_tour_names_every_login_and_only_screens_that_exist(demo, client, settings):
    settings.BASE_URL = "http://127.0.0.1:8000"
    output = io.StringIO()
    call_command("show_tour", stdout=output)
    tour = output.getvalue()
    for user in User.objects.filter(is_demo=True):
        assert user.username in tour
    addresses = {
        word.removeprefix(settings.BASE_URL)
        for word in tour.replace(",", " ").split()
        if word.startswith(settings.BASE_URL)
    }
    assert len(addresses) >= 9
    client.force_login(staff(Role.ADMINISTRATOR))
    for address in addresses:
        if not address.startswith("/development/"):
            assert client.get(address).status_code in (200, 302), address
