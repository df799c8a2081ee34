"""Addresses of the site's own pieces become cards, for everybody the same; nothing else does."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Page, PageViewRestriction

from classroom.models import RoomEvent
from classroom.own_addresses import paths_in
from classroom.piece_cards import cards_named_in
from classroom.replay_text import replay_text
from classroom.replay_timeline import timeline_of
from classroom.room_wire import events_after, wire_of
from classroom.services import room as services
from classroom.services.join_tokens import issue_join_token
from cms.models import Access
from tests.factories.classroom import STARTS_AT, live_class
from tests.factories.content import article, clinician, comic, course, picture
from tests.factories.rooms import guest_seat, host_seat, make_room, new_id

pytestmark = pytest.mark.django_db
OWN = "http://wellread.example"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(STARTS_AT + timedelta(minutes=10), tick=False) as travelling:
        yield travelling


@pytest.fixture(autouse=True)
def own_address(settings):
    settings.WAGTAILADMIN_BASE_URL = OWN


@pytest.fixture
def room():
    return make_room()


def say(seat, text: str) -> RoomEvent:
    return services.send_message(seat=seat, text=text, client_id=new_id())


def titles(text: str) -> list[str]:
    return [card["title"] for card in cards_named_in(text)]


def test_each_kind_has_a_card_in_its_own_language():
    heron = clinician("Dr Heron")
    pieces = [
        article(title="Why gums bleed", slug="gums", author=heron, cover=picture()),
        comic("zh-hans", title="牙龈", slug="yayin"),
        course(title="Brushing", slug="brushing"),
    ]
    cards = cards_named_in(f"{pieces[0].url} 看这个{OWN}{pieces[1].url}，很好 {pieces[2].url}")
    assert [(card["kind"], card["title"], card["line"]) for card in cards] == [
        ("article", "Why gums bleed", "Article · Dr Heron · 1 minute"),
        ("comic", "牙龈", "漫画 · 1 分钟"),
        ("course", "Brushing", "Course"),
    ]
    assert [card["url"] for card in cards] == [piece.url for piece in pieces]
    assert cards[0]["picture"].endswith(".webp") and cards[1]["picture"] == ""


def test_class_says_who_gives_it_and_when_on_its_own_clock():
    gums = live_class(title="Gums", slug="gums", time_zone="Asia/Shanghai")
    through = type(gums).clinicians.through
    for name in ("Dr Heron", "Dr Owl"):
        through.objects.create(liveclass=gums, clinicianpage=clinician(name))
    (card,) = cards_named_in(f"Come: {gums.url}")
    assert card["by"] == ["Dr Heron", "Dr Owl"]
    at = gums.starts_at.astimezone(gums.zone)
    assert card["line"] == f"Class · Dr Heron, Dr Owl · {at:%-d %B %Y, %H:%M} (Asia/Shanghai)"


@pytest.mark.parametrize(
    "around",
    ["{}", "See {}.", "（{}）", "https://wellread.example{}?from=mail#top", "wellread.example{}",
     "HTTP://WELLREAD.EXAMPLE{}", "看看http://wellread.example{}好吗", "\n{}\n"],
)  # fmt: skip
def test_address_is_found_in_words(around):
    gums = article(title="Gums", slug="gums")
    assert titles(around.format(gums.url)) == ["Gums"]
    assert titles(around.format(gums.url.rstrip("/"))) == ["Gums"]


@pytest.mark.parametrize(
    "around",
    ["https://elsewhere.example{}", "https://wellread.example.evil.example{}", "/evil{}",
     "mei@wellread.example.org{}", "//elsewhere.example{}", "javascript:{}",
     "https://wellread.example@evil.example{}", "https://wellreаd.example{}", "{}more/"],
)  # fmt: skip
def test_address_of_another_site_gives_no_card(around):
    gums = article(title="Gums", slug="gums")
    assert titles(around.format(gums.url)) == []


def test_pieces_that_not_everybody_may_find_have_no_card(room):
    draft = article(title="Draft", slug="draft", live=False)
    private = article(title="Private", slug="private")
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    imported = article(title="Imported", slug="imported", reviewed_here=False)
    for_staff = live_class(title="Staff", slug="staff", access=Access.STAFF)
    called_off = live_class(title="Off", slug="off", cancelled_at=STARTS_AT)
    in_course = course(title="Staff course", slug="staff-course", access=Access.STAFF)
    hidden = [draft, private, imported, for_staff, called_off, in_course, clinician("Dr Owl")]
    for page in hidden:
        event = say(host_seat(room), f"{OWN}{page.get_url() or '/articles/draft/'}")
        assert wire_of(event)["more"] is None, page.title


def test_at_most_three_cards_each_once_and_as_many_queries(django_assert_num_queries):
    pieces = [article(title=f"Piece {n}", slug=f"p{n}", cover=picture()) for n in range(5)]
    cards_named_in(pieces[0].url)  # fills the cache of sites
    with django_assert_num_queries(0):
        assert cards_named_in("Yes/no, https://elsewhere.example/x and http://") == []
    counts = []
    for text in (pieces[0].url, " ".join(f"{one.url} {one.url}" for one in pieces)):
        cards_named_in(text)  # makes the pictures' sizes
        with CaptureQueriesContext(connection) as queries:
            cards = cards_named_in(text)
        counts.append(len(queries))
    assert [card["title"] for card in cards] == ["Piece 0", "Piece 1", "Piece 2"]
    # Which courses and classes are guarded, which pages are private; the pieces; their pictures.
    assert counts == [4, 4]


def test_card_goes_when_its_piece_does_and_changes_with_it(room):
    gums = article(title="Gums", slug="gums")
    event = say(guest_seat(room), f"Read {gums.url}")
    assert wire_of(event)["more"]["cards"][0]["title"] == "Gums"
    Page.objects.filter(pk=gums.pk).update(title="All about gums")
    (again,) = events_after(room_id=room.pk, number=0)
    assert wire_of(again)["more"]["cards"][0]["title"] == "All about gums"
    gums.unpublish()
    (again,) = events_after(room_id=room.pk, number=0)
    assert wire_of(again)["more"] is None
    assert not timeline_of(room.live_class).items[0].event.cards


def test_same_sending_again_gives_the_cards_of_what_was_said(room):
    gums, teeth = article(title="Gums", slug="gums"), article(title="Teeth", slug="teeth")
    seat, client_id = guest_seat(room), new_id()
    for text in (gums.url, teeth.url):
        event = services.ask_in_room(seat=seat, text=text, client_id=client_id)
        assert [card["title"] for card in wire_of(event)["more"]["cards"]] == ["Gums"]


def test_removed_words_take_their_cards_along(room):
    event = say(guest_seat(room), article(slug="gums").url)
    services.remove_words(seat=host_seat(room), number=event.number, client_id=new_id())
    event.refresh_from_db()
    assert event.more is None
    first, _ = events_after(room_id=room.pk, number=0)
    assert (wire_of(first)["more"], wire_of(first)["removed"]) == (None, True)


def test_reading_costs_nothing_more_without_cards(room, django_assert_num_queries):
    seat = host_seat(room)
    say(seat, "Hello/there")
    with django_assert_num_queries(1):
        events_after(room_id=room.pk, number=0)
    for number in range(3):
        say(seat, article(title=f"Piece {number}", slug=f"p{number}").url)
    with CaptureQueriesContext(connection) as queries:
        events = events_after(room_id=room.pk, number=0)
    assert [len(event.cards) for event in events] == [0, 1, 1, 1]
    assert len(queries) == 4


def test_replay_and_its_transcript_name_the_piece(room):
    host, gums = host_seat(room), article(title="Gums", slug="gums")
    services.open_room(seat=host, client_id=new_id())
    say(host, f"Read {gums.url}")
    words = timeline_of(room.live_class).items[1]
    assert words.wire()["more"]["cards"][0]["page"] == gums.pk
    assert f"Read {gums.url} [Gums – Article · 1 minute]" in replay_text(room.live_class, title="")


def test_hosts_are_offered_live_pieces_and_nobody_else_is(client, room):
    article(title="牙龈出血", slug="zh", language="zh-hans")
    article(title="Why gums bleed", slug="gums")
    article(title="Gums, a draft", slug="draft", live=False)
    url = reverse("api:list_offered_pieces", args=[room.pk])
    guest = {"Authorization": f"Join {issue_join_token(guest_seat(room).place)}"}
    assert client.get(url, headers=guest).status_code == 403
    assert client.get(url).status_code == 401
    client.force_login(host_seat(room).user)
    found = client.get(url, {"q": "GUMS bleed"}).json()["pieces"]
    assert [piece["title"] for piece in found] == ["Why gums bleed"]
    everything = client.get(url).json()["pieces"]
    assert [piece["language"] for piece in everything][-1] == "zh-hans"
    assert client.get(url, {"q": "x" * 101}).status_code == 422


def test_message_of_100_kb_is_refused_before_it_is_looked_through(client, room, monkeypatch):
    monkeypatch.setattr("classroom.services.room.cards_named_in", lambda text: 1 / 0)
    answer = client.post(
        reverse("api:create_message", args=[room.pk]),
        {"client": str(new_id()), "text": "/articles/ " * 9100},
        content_type="application/json",
        headers={"Authorization": f"Join {issue_join_token(guest_seat(room).place)}"},
    )
    assert answer.status_code == 422
    with pytest.raises(services.NoWords):
        say(host_seat(room), "/articles/ " * 9100)


def test_long_and_hostile_texts_are_looked_through_quickly():
    for text in (
        "a." * 50_000,
        "/" * 100_000,
        "http://" * 15_000,
        "/%E4" * 25_000,
        "http:/x" * 9000,
    ):
        assert len(paths_in(text)) <= 20
