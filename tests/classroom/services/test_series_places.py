"""Places in a whole series: each class once, turns where full, one mail, one calendar, all given back."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from icalendar import Calendar

from classroom.models import ClassSeries, Registration
from classroom.services.registration import register_person
from classroom.services.series_places import NoSeries, cancel_series, register_for_series
from outbox.models import Effect
from outbox.services import run_effect
from tests.factories.classroom import STARTS_AT, live_class, place
from tests.factories.people import ContactPointFactory, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(STARTS_AT - timedelta(days=2), tick=False) as travelling:
        yield travelling


@pytest.fixture
def series():
    """Four weeks of one class: the first is over, the third full, the fourth cancelled later."""
    together = ClassSeries.objects.create()
    return [
        live_class(
            title=f"Week {number}",
            series=together,
            starts_at=STARTS_AT + timedelta(days=7 * (number - 1)),
            capacity=1 if number == 3 else None,
        )
        for number in (0, 1, 2, 3)
    ]


@pytest.fixture
def person():
    someone = make_person()
    ContactPointFactory(person=someone, value="mei@a.example")
    return someone


def mails(template: str) -> list[Effect]:
    return list(Effect.objects.filter(payload__template=template).order_by("pk"))


def standing(person) -> dict[str, str]:
    rows = Registration.objects.filter(person=person, cancelled_at=None)
    return {
        row.live_class.title: "waits" if row.waits_since else "place"
        for row in rows.select_related("live_class")
    }


def test_every_coming_class_gives_a_place_or_a_turn(series, person):
    place(series[3], make_person())
    found = register_for_series(live_class=series[1], person=person, channel="wechat")
    assert [one.live_class_id for one in found] == [page.pk for page in series[1:]]
    assert standing(person) == {"Week 1": "place", "Week 2": "place", "Week 3": "waits"}
    assert {one.channel for one in found} == {"wechat"}


def test_one_mail_holds_one_calendar_with_the_places(series, person):
    place(series[3], make_person())
    register_for_series(live_class=series[1], person=person)
    assert (len(mails("series_places")), mails("class_place"), mails("class_turn")) == (1, [], [])
    run_effect(effect_id=mails("series_places")[0].pk)
    (letter,) = mail.outbox
    assert letter.to == ["mei@a.example"]
    assert letter.body.count("/join/?place=") == 2
    assert "waiting list" in letter.body
    ((name, content, kind),) = letter.attachments
    assert (name, kind) == ("classes.ics", "text/calendar")
    events = Calendar.from_ical(content).walk("VEVENT")
    assert [str(event["summary"]) for event in events] == ["Week 1", "Week 2"]
    assert all("/join/?place=" in str(event["url"]) for event in events)


def test_reminders_and_the_questionnaire_are_planned_for_each(series, person):
    register_for_series(live_class=series[1], person=person)
    assert len(mails("class_reminder")) == 6
    assert len(mails("class_questionnaire")) == 3


def test_a_second_time_changes_nothing_and_what_was_kept_before_is_not_told_again(series, person):
    register_person(live_class=series[2], person=person)
    register_for_series(live_class=series[1], person=person)
    (effect,) = mails("series_places")
    assert len(effect.payload["ids"]["registrations"]) == 2
    assert len(register_for_series(live_class=series[2], person=person)) == 3
    assert mails("series_places") == [effect]
    assert Registration.objects.count() == 3


def test_what_is_given_back_before_the_mail_goes_is_not_in_it(series, person):
    register_for_series(live_class=series[1], person=person)
    cancel_series(live_class=series[1], person=person)
    run_effect(effect_id=mails("series_places")[0].pk)
    assert mail.outbox == []


def test_all_are_given_back_and_who_waits_gets_the_place(series, person):
    register_for_series(live_class=series[1], person=person)
    other = make_person()
    register_person(live_class=series[3], person=other, may_wait=True)
    assert cancel_series(live_class=series[2], person=person) == 3
    assert standing(person) == {}
    assert standing(other) == {"Week 3": "place"}
    assert cancel_series(live_class=series[2], person=person) == 0


def test_a_class_alone_or_for_staff_or_over_is_no_series(series, person, clock):
    with pytest.raises(NoSeries):
        register_for_series(live_class=live_class(), person=person)
    series[2].access = "staff"
    series[2].save()
    register_for_series(live_class=series[1], person=person)
    assert standing(person) == {"Week 1": "place", "Week 3": "place"}
    clock.move_to(STARTS_AT + timedelta(days=40))
    with pytest.raises(NoSeries):
        register_for_series(live_class=series[1], person=person)


def test_translations_of_a_class_give_one_place(series, person):
    live_class(
        language="zh-hans",
        translation_key=series[1].translation_key,
        series=series[1].series,
        starts_at=series[1].starts_at,
    )
    assert len(register_for_series(live_class=series[1], person=person)) == 3
