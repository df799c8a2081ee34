"""A series on the page of one of its classes: what is to come, a place in all, all given back."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from classroom.models import ClassSeries, Registration
from tests.factories.classroom import STARTS_AT, live_class, place
from tests.factories.people import make_person, make_signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(STARTS_AT - timedelta(days=2), tick=False) as travelling:
        yield travelling


def series_of(number: int, **fields) -> list:
    together = ClassSeries.objects.create()
    return [
        live_class(
            title=f"Week {week}",
            series=together,
            starts_at=STARTS_AT + timedelta(days=7 * week),
            **fields,
        )
        for week in range(number)
    ]


def test_a_reader_sees_the_series_and_registers_after_signing_in(client):
    first, second = series_of(2)
    page = client.get(first.url).content.decode()
    assert "2 classes of this series are to come" in page
    assert second.url in page
    keep = reverse("register_for_series", args=[first.pk])
    assert keep not in page
    answer = client.post(keep)
    assert answer.status_code == 302 and "/sign-in/" in answer.url
    assert not Registration.objects.exists()


def test_keeping_all_and_giving_all_back(client):
    first, second, full = series_of(3, capacity=1)
    place(full, make_person())
    person = make_signed_in(client)
    page = client.get(first.url).content.decode()
    assert "Keep a place in all of them" in page
    assert "Give all of them back" not in page
    client.post(reverse("register_for_series", args=[second.pk]), {"channel": "wechat"})
    page = client.get(first.url).content.decode()
    assert page.count("your place is kept") == 2
    assert page.count("you are on the waiting list") == 1
    assert "Keep a place in" not in page
    assert {one.channel for one in Registration.objects.filter(person=person)} == {"wechat"}
    client.post(reverse("leave_series", args=[first.pk]))
    assert not Registration.objects.filter(person=person, cancelled_at=None).exists()
    client.post(reverse("leave_class", args=[first.pk]))


def test_one_given_back_leaves_the_others(client):
    first, second = series_of(2)
    person = make_signed_in(client)
    client.post(reverse("register_for_series", args=[first.pk]))
    client.post(reverse("leave_class", args=[first.pk]))
    kept = Registration.objects.filter(person=person, cancelled_at=None)
    assert [one.live_class_id for one in kept] == [second.pk]
    assert "Keep a place in the others too" in client.get(first.url).content.decode()


def test_a_class_alone_shows_no_series_and_one_for_staff_is_not_named(client):
    assert "of this series" not in client.get(live_class().url).content.decode()
    first, _second = series_of(2)
    hidden = live_class(title="Hidden", series=first.series, starts_at=STARTS_AT, access="staff")
    make_signed_in(client)
    assert "Hidden" not in client.get(first.url).content.decode()
    assert client.post(reverse("register_for_series", args=[hidden.pk])).status_code == 404


def test_the_page_takes_the_same_queries_for_two_and_for_six(client):
    def queries(page) -> int:
        client.get(page.url)
        with CaptureQueriesContext(
            connection,
        ) as found:
            client.get(page.url)
        return len(found)

    make_signed_in(client)
    assert queries(series_of(2)[0]) == queries(series_of(6)[0])
