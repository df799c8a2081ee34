"""After a class: the next one, the recording, the questions, on its page and on the personal one."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from classroom.after_class import next_class, questionnaire_url, replay_until
from classroom.models import ClassSeries, LiveClass
from classroom.services.join_tokens import issue_join_token
from cms.models import PageTopic
from tests.factories import content
from tests.factories.classroom import STARTS_AT, live_class, place
from tests.factories.people import make_person, make_signed_in
from tests.factories.questionnaires import attended, guest

pytestmark = pytest.mark.django_db
RECORDING = "https://room.example/recording"
END = STARTS_AT + timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(END + timedelta(minutes=40), tick=False) as travelling:
        yield travelling


def coming(days: int, **fields):
    return live_class(starts_at=STARTS_AT + timedelta(days=days), **fields)


def about(page, *subjects) -> None:
    for subject in subjects:
        PageTopic.objects.create(content_object=page, tag=subject)


def test_the_next_class_is_of_the_series_else_of_a_topic_else_none():
    subject = content.topic("Gums")
    held = live_class()
    assert next_class(held) is None
    coming(1, title="About something else")
    same = coming(9, title="Same topic")
    about(held, subject)
    about(same, subject)
    assert next_class(held).title == "Same topic"
    series = ClassSeries.objects.create()
    LiveClass.objects.filter(pk=held.pk).update(series=series)
    held.refresh_from_db()
    assert next_class(held).title == "Same topic", "nothing of the series is to come"
    coming(30, title="Third", series=series)
    coming(20, title="Second", series=series)
    assert next_class(held).title == "Second"


@pytest.mark.parametrize(
    "fields",
    [{"access": "staff"}, {"live": False}, {"cancelled_at": STARTS_AT}, {"language": "zh-hans"}],
)
def test_a_class_nobody_can_come_to_is_not_the_next(fields):
    held = live_class(series=ClassSeries.objects.create())
    coming(7, series=held.series, **fields)
    assert next_class(held) is None


def test_the_recording_lasts_as_long_as_the_class_says(clock):
    held = live_class(replay_url=RECORDING, replay_days=3)
    assert replay_until(held) == END + timedelta(days=3)
    for fields in ({"replay_days": None}, {"replay_url": ""}, {"cancelled_at": STARTS_AT}):
        other = live_class(**{"replay_url": RECORDING, "replay_days": 3, **fields})
        assert replay_until(other) is None, fields
    for moment in (END, END + timedelta(days=3)):
        clock.move_to(moment)
        assert replay_until(held) is None


def test_the_page_of_a_class_that_is_over_leads_on(client):
    held = live_class(series=ClassSeries.objects.create())
    following = coming(7, title="Part two", series=held.series)
    page = client.get(held.url).content.decode()
    assert following.url in page and "The next class" in page
    assert f"{reverse('ask_question')}?about={held.pk}" in page
    assert "The next class" not in client.get(following.url).content.decode()


def test_only_guests_see_recording_and_questions_on_the_page(client, clock):
    held = live_class(replay_url=RECORDING, replay_days=3)
    person = make_signed_in(client)
    page = client.get(held.url).content.decode()
    assert "Watch the recording" not in page and "Tell us how it was" not in page
    place(held, person)
    attended(held, person)
    page = client.get(held.url).content.decode()
    assert "Watch the recording" in page and "Tell us how it was" in page
    assert RECORDING not in page, "the recording is behind the personal link"
    assert "Give the place back" not in page
    clock.move_to(END + timedelta(days=4))
    page = client.get(held.url).content.decode()
    assert "Watch the recording" not in page and "Tell us how it was" in page


def test_the_recording_of_a_class_for_everybody_is_there_for_everybody(client):
    held = live_class(replay_url=RECORDING, replay_days=3, access="open")
    assert RECORDING in client.get(held.url).content.decode()


def test_the_personal_page_leads_on(client):
    held = live_class(replay_url=RECORDING, replay_days=3, series=ClassSeries.objects.create())
    following = coming(7, title="Part two", series=held.series)
    subject = content.topic("Gums")
    piece = content.article(title="Read about gums")
    about(held, subject)
    about(piece, subject)
    page = client.get(reverse("join_class"), {"place": issue_join_token(guest(held))})
    text = page.content.decode()
    for told in (RECORDING, following.url, piece.url, "Tell us how it was", "Ask a question"):
        assert told in text, told


def test_before_the_end_nothing_of_it_is_there(client, clock):
    clock.move_to(STARTS_AT)
    held = live_class(replay_url=RECORDING, replay_days=3, series=ClassSeries.objects.create())
    following = coming(7, series=held.series)
    page = client.get(reverse("join_class"), {"place": issue_join_token(guest(held))})
    text = page.content.decode()
    assert [RECORDING in text, following.url in text, "Tell us" in text] == [False] * 3


def test_the_questions_are_for_guests_who_are_asked():
    held = live_class()
    assert questionnaire_url(guest(held)).startswith("/after-class/?place=")
    assert questionnaire_url(guest(held, came=False)) == ""
    silent = live_class(asks_afterwards=False)
    assert questionnaire_url(place(silent, make_person())) == ""
