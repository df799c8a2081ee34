"""An invitation to a class says how it stands today, and leads on when it is too late."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cms.models import PageTopic
from people.models import Person
from tests.factories import classroom, content

pytestmark = pytest.mark.django_db


def in_days(days: int):
    return timezone.now() + timedelta(days=days)


def call_to(*classes) -> object:
    body = [
        ("class_call", {"live_class": one.pk, "why": "Bring your questions."}) for one in classes
    ]
    return content.article(body=body)


def shown(client, *classes) -> str:
    text = client.get(call_to(*classes).url).text
    return text[text.index("A class about this") : text.index("piece-end")]


def test_open_class_names_its_time_by_its_own_clock_and_its_places(client):
    live_class = classroom.live_class(
        starts_at=in_days(3).replace(hour=18, minute=30), time_zone="Asia/Shanghai", capacity=2
    )
    classroom.place(live_class, Person.objects.create())
    text = shown(client, live_class)
    assert "02:30" in text
    assert "(Asia/Shanghai)" in text
    assert "1 place left" in text
    assert "Bring your questions." in text
    assert f'class="button" href="{live_class.url}"' in text


def test_class_that_is_too_late_leads_to_the_next_on_its_topic(client):
    topic = content.topic("Implants")
    over = classroom.live_class(starts_at=in_days(-2))
    following = classroom.live_class(starts_at=in_days(5), title="Implants again")
    classroom.live_class(starts_at=in_days(2), title="Something else")
    for page in (over, following):
        PageTopic.objects.create(content_object=page, tag=topic)
    text = shown(client, over)
    assert "This class is over." in text
    assert "Bring your questions." not in text
    assert "Next: Implants again" in text
    assert f'class="button" href="{following.url}"' in text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"cancelled_at": timezone.now()}, "This class is cancelled."),
        ({"live": False}, "This class is no longer offered."),
        ({"capacity": 0}, "All places are taken."),
    ],
)
def test_closed_class_says_why_and_leads_to_the_shelf(client, fields, words):
    live_class = classroom.live_class(starts_at=in_days(3), **fields)
    text = shown(client, live_class)
    assert words in text
    assert "See all classes" in text
    assert ("href" in text[: text.index(words)]) is ("live" not in fields)


def test_class_without_a_day_invites_all_the_same(client):
    text = shown(client, classroom.live_class(starts_at=None))
    assert "Its day is not fixed yet." in text
    assert "Look at the class" in text


def test_page_asks_no_more_for_more_calls(client, django_assert_max_num_queries):
    def queries(number: int) -> int:
        classes = [
            classroom.live_class(starts_at=in_days(-1), capacity=5) for _ in range(number)
        ] + [classroom.live_class(starts_at=in_days(4)) for _ in range(number)]
        page = call_to(*classes)
        client.get(page.url)
        with django_assert_max_num_queries(200) as counted:
            assert client.get(page.url).status_code == 200
        return len(counted)

    assert queries(1) == queries(3)
