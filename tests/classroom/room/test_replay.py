"""The replay of a room: order and moments, chapters, who sees it and when, page, text file and API."""

from datetime import timedelta

import pytest
import time_machine

from classroom.models import LiveClass, Replay, ReplayChapter, RoomEvent
from classroom.replay_text import replay_text
from classroom.replay_timeline import chapters_of, timeline_of
from classroom.services import room as services
from classroom.services.join_tokens import issue_join_token
from classroom.services.played import issue_opening
from classroom.services.room_pictures import send_picture
from classroom.services.room_voices import put_into_words, send_voice
from classroom.services.room_votes import close_poll, open_poll
from people.roles import Role
from people.services.erasure import erase_person
from tests.factories.classroom import STARTS_AT, live_class
from tests.factories.content import media
from tests.factories.people import make_staff
from tests.factories.recordings import recording_file
from tests.factories.rooms import (
    guest_seat,
    host_seat,
    make_room,
    make_slide,
    new_id,
    picture_file,
)

pytestmark = pytest.mark.django_db
ENDS_AT = STARTS_AT + timedelta(minutes=60)


def at(seconds: float, act, **given):
    with time_machine.travel(STARTS_AT + timedelta(seconds=seconds), tick=False):
        return act(client_id=new_id(), **given)


class Talk:
    """A class that is over: two slides, a question that was answered, one that was not."""

    def __init__(self) -> None:
        self.room = make_room(live_class(replay_days=3, title="Gums"))
        self.host = host_seat(self.room, first_name="Ada", last_name="Keeper")
        self.mei = guest_seat(self.room, "Mei")
        self.slides = [make_slide(self.room, self.host.user, color) for color in ("navy", "green")]
        for slide, words in zip(self.slides, ("Why gums bleed", "How to brush"), strict=True):
            slide.description = words
            slide.save()
        at(-60, services.send_message, seat=self.mei, text="Early")
        at(10, services.open_room, seat=self.host)
        at(20, self.turn, to=0)
        self.asked = at(30, services.ask_in_room, seat=self.mei, text="Floss?")
        at(45.5, services.mark_answered, seat=self.host, number=self.asked.number)
        at(50, self.turn, to=1)
        at(60, services.send_message, seat=self.host, text="Good night")
        at(70, services.close_room, seat=self.host)

    def turn(self, *, to: int, client_id) -> RoomEvent:
        return services.turn_slide(seat=self.host, slide_id=self.slides[to].pk, client_id=client_id)

    @property
    def live_class(self) -> LiveClass:
        return LiveClass.objects.get(pk=self.room.pk)

    @property
    def token(self) -> str:
        return issue_join_token(self.mei.place)

    @property
    def address(self) -> str:
        return f"/rooms/{self.room.pk}/replay/"

    @property
    def api(self) -> str:
        return f"/api/v1/classes/{self.room.pk}"


@pytest.fixture
def talk():
    return Talk()


@pytest.fixture
def clock(talk):
    with time_machine.travel(ENDS_AT + timedelta(hours=1), tick=False) as clock:
        yield clock


def lines_of(live_class) -> list[tuple]:
    return [(item.at_s, item.event.kind, item.event.text) for item in timeline_of(live_class).items]


def chapters(live_class) -> list[tuple]:
    return [(chapter.at_s, chapter.title) for chapter in timeline_of(live_class).chapters]


def test_everything_stands_in_order_from_the_opening_on(talk):
    timeline = timeline_of(talk.live_class)
    assert lines_of(talk.live_class) == [
        (0.0, "message", "Early"),
        (0.0, "opened", ""),
        (10.0, "slide", ""),
        (20.0, "question", "Floss?"),
        (40.0, "slide", ""),
        (50.0, "message", "Good night"),
        (60.0, "closed", ""),
    ]
    assert timeline.span.length_ms == 65_000
    assert [item.answered_ms for item in timeline.items if item.answered_ms] == [35_500]


def test_a_kind_nobody_knows_is_left_out(talk):
    number = talk.room.events.count() + 1
    RoomEvent.objects.create(room=talk.room, number=number, kind="later", at=ENDS_AT)
    assert len(lines_of(talk.live_class)) == 7
    assert timeline_of(talk.live_class).span.length_ms == 65_000


def test_a_picture_is_shown_with_its_words(talk, client, clock):
    services.open_room(seat=talk.host, client_id=new_id())
    shown = at(80, send_picture, seat=talk.mei, file=picture_file(), alt="My gums")
    content = client.get(talk.address, {"place": talk.token}).content.decode()
    assert f'src="{shown.more["src"]}"' in content
    assert 'alt="My gums"' in content
    assert "1:10 Mei: [Picture: My gums]" in replay_text(talk.live_class, title="")


def test_a_voice_clip_plays_at_its_place_with_the_words_that_stand_beside_it(talk, client, clock):
    services.open_room(seat=talk.host, client_id=new_id())
    said = at(80, send_voice, seat=talk.host, file=recording_file(), words="")
    page = client.get(talk.address, {"place": talk.token}).content.decode()
    assert f'<audio controls preload="none" src="{said.more["src"]}"' in page
    assert "no text yet" in page
    assert "1:10 Ada Keeper: [Voice clip, 0:01: no text yet]" in replay_text(
        talk.live_class, title=""
    )
    at(90, put_into_words, seat=talk.host, number=said.number, text="Brush softly")
    page = client.get(talk.address, {"place": talk.token}).content.decode()
    assert "Brush softly" in page and "no text yet" not in page
    assert "1:10 Ada Keeper: [Voice clip, 0:01: Brush softly]" in (
        replay_text(talk.live_class, title="")
    )
    assert timeline_of(talk.live_class).items[-1].wire()["text"] == "Brush softly"


def test_a_poll_shows_its_options_and_what_came_out(talk):
    services.open_room(seat=talk.host, client_id=new_id())
    poll = at(80, open_poll, seat=talk.host, text="How often?", options=["Once", "Twice"])
    at(90, close_poll, seat=talk.host, number=poll.number)
    assert "1:10 Ada Keeper asks: How often? (Once / Twice)\n1:20 [The poll is over: –]" in (
        replay_text(talk.live_class, title="")
    )
    RoomEvent.objects.filter(kind="poll_closed").update(more={"counts": [2, 7]})
    item = timeline_of(talk.live_class).items[-1]
    assert item.votes == [("Once", 2), ("Twice", 7)]
    services.remove_words(seat=talk.host, number=poll.number, client_id=new_id())
    assert "poll_closed" not in [kind for _at, kind, _text in lines_of(talk.live_class)]


def test_removed_words_and_words_of_the_erased_are_gone(talk, client, clock):
    services.remove_words(seat=talk.host, number=talk.asked.number, client_id=new_id())
    assert "question" not in [kind for _at, kind, _text in lines_of(talk.live_class)]
    assert chapters(talk.live_class) == [(10.0, "Why gums bleed"), (40.0, "How to brush")]
    erase_person(person=talk.mei.place.person, actor="test")
    client.force_login(make_staff(Role.ADMINISTRATOR))
    for address in (talk.address, f"{talk.address}words.txt", f"{talk.api}/replay"):
        content = client.get(address).content.decode()
        assert "Good night" in content
        assert not any(words in content for words in ("Early", "Floss", "Mei"))


def test_queries_are_the_same_for_a_long_talk(talk, django_assert_num_queries):
    itself = talk.live_class
    for _ in range(2):
        with django_assert_num_queries(3):
            timeline_of(itself)
        for second in range(5):
            at(100 + second, services.send_message, seat=talk.host, text="More")


def test_chapters_are_described_slides_and_questions(talk):
    assert chapters(talk.live_class) == [
        (10.0, "Why gums bleed"),
        (20.0, "Floss?"),
        (40.0, "How to brush"),
    ]


def test_slides_turned_past_turned_back_or_without_words_are_no_chapter(talk):
    bare = make_slide(talk.room, talk.host.user, "red")
    talk.slides.append(bare)
    for second, to in ((80, 0), (82, 1), (90, 1), (100, 2)):
        at(second, talk.turn, to=to)
    assert [title for _at, title in chapters(talk.live_class)] == [
        "Why gums bleed",
        "Floss?",
        "How to brush",
    ]


def test_a_host_names_leaves_out_and_adds_chapters(talk):
    def write(**fields):
        ReplayChapter.objects.create(live_class=talk.live_class, **fields)

    write(about=talk.asked.number, title="Flossing")
    write(about=talk.asked.number - 1, title="")
    write(at_ms=45_000, title="The evening")
    assert chapters(talk.live_class) == [
        (20.0, "Flossing"),
        (40.0, "How to brush"),
        (45.0, "The evening"),
    ]
    services.remove_words(seat=talk.host, number=talk.asked.number, client_id=new_id())
    assert "Flossing" not in [title for _at, title in chapters(talk.live_class)]
    erase_person(person=talk.mei.place.person, actor="test")
    assert not ReplayChapter.objects.filter(title="Flossing").exists()


def test_long_questions_are_cut_for_their_chapter(talk):
    at(75, services.open_room, seat=talk.host)
    at(80, services.ask_in_room, seat=talk.mei, text="word " * 100)
    title = chapters_of(talk.live_class, timeline_of(talk.live_class).items)[-1].title
    assert (len(title) <= 120, title[-5:]) == (True, "word…")


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        (ENDS_AT - timedelta(minutes=1), 404),
        (ENDS_AT + timedelta(minutes=1), 200),
        (ENDS_AT + timedelta(days=3), 200),
        (ENDS_AT + timedelta(days=3, seconds=1), 404),
    ],
)
def test_guests_see_it_after_the_class_for_its_days(talk, client, clock, moment, status):
    clock.move_to(moment)
    place = {"place": talk.token}
    assert client.get(talk.address, place).status_code == status
    assert client.get(f"{talk.address}words.txt", place).status_code == status
    api = client.get(f"{talk.api}/replay", place).status_code
    assert api == status or (status, api) == (404, 401)  # the link is over as well


def test_page_holds_every_word_without_scripts_and_says_no_name_of_the_person(talk, client, clock):
    answer = client.get(talk.address, {"place": talk.token})
    content = answer.content.decode()
    for words in ("Early", "Floss?", "Good night", "Why gums bleed", 'data-at="20000"'):
        assert words in content
    assert talk.mei.place.person.external_id not in content
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"


def test_markup_in_words_is_text(talk, client, clock):
    text = "<script>alert(1)</script>"
    at(65, services.send_message, seat=talk.host, text=text)
    content = client.get(talk.address, {"place": talk.token}).content.decode()
    assert text not in content
    assert "&lt;script&gt;alert(1)" in content


def test_words_as_a_file(talk, client, clock):
    answer = client.get(f"{talk.address}words.txt", {"place": talk.token})
    assert answer.content.decode() == (
        "Gums\n\n0:00 Mei: Early\n0:00 [The class begins.]\n0:10 [Slide: Why gums bleed]\n"
        "0:20 Mei asks: Floss?\n0:40 [Slide: How to brush]\n0:50 Ada Keeper: Good night\n"
        "1:00 [The class is over.]\n"
    )
    assert "attachment" in answer["Content-Disposition"]


def test_api_gives_what_the_page_shows(talk, client, clock):
    told = client.get(f"{talk.api}/replay", {"place": talk.token}).json()
    assert [item["at_s"] for item in told["items"]] == [0.0, 0.0, 10.0, 20.0, 40.0, 50.0, 60.0]
    assert [item["answered_s"] for item in told["items"]][3] == 35.5
    assert (told["length_s"], told["recording"], len(told["chapters"])) == (65.0, None, 3)
    sent = {"opening": told["opening"], "played": [[0, 0.5]], "over": True}
    answer = tell(client, talk, sent)
    assert answer.json() == {"seconds": 0.5, "next_s": 15}


def tell(client, talk, sent):
    return client.post(
        f"{talk.api}/played",
        sent,
        content_type="application/json",
        headers={"Authorization": f"Join {talk.token}"},
    )


def test_api_says_why_something_played_is_not_taken(talk, client, clock):
    opening = issue_opening(live_class=talk.live_class, person=talk.mei.place.person)
    for sent, status in (
        ({"opening": opening, "played": [[0, 60]]}, 409),
        ({"opening": "x", "played": [[0, 1]]}, 422),
        ({"opening": opening, "played": [[0, 1e300]]}, 422),
        ({"opening": opening, "played": [[0]]}, 422),
        ({"opening": opening, "played": [[0, 1]] * 1001}, 422),
    ):
        assert tell(client, talk, sent).status_code == status, sent
    assert not talk.live_class.played_parts.exists()


def test_staff_see_it_at_any_time_and_are_not_counted(talk, client, clock):
    clock.shift(timedelta(days=400))
    client.force_login(make_staff(Role.ADMINISTRATOR))
    told = client.get(f"{talk.api}/replay").json()
    assert (len(told["items"]), told["opening"]) == (7, None)
    assert "data-opening" not in client.get(talk.address).content.decode()


def test_recording_is_shown_with_its_words_or_not_at_all(talk, client, clock):
    film = media(duration=90)
    Replay.objects.create(live_class=talk.live_class, recording=film, offset_ms=4000)
    told = client.get(f"{talk.api}/replay", {"place": talk.token}).json()
    assert (told["recording"]["offset_s"], told["length_s"]) == (4.0, 90.0)
    content = client.get(talk.address, {"place": talk.token}).content.decode()
    assert '<track kind="captions"' in content
    assert film.transcript in content
    film.captions = ""
    film.save()
    assert client.get(f"{talk.api}/replay", {"place": talk.token}).json()["recording"] is None
    assert "<video" not in client.get(talk.address, {"place": talk.token}).content.decode()


def test_own_page_leads_to_the_replay(talk, client, clock):
    content = client.get("/join/", {"place": talk.token}).content.decode()
    assert f"{talk.address}?place=" in content
    LiveClass.objects.filter(pk=talk.room.pk).update(replay_days=None)
    clock.move_to(ENDS_AT + timedelta(minutes=50))
    assert talk.address not in client.get("/join/", {"place": talk.token}).content.decode()
