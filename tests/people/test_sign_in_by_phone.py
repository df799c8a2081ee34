"""Signing in by phone: the same paths and answers as by mail, in the order of the page's language."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from outbox.services import run_due_effects
from outbox.texts import WRITTEN
from people.models import Clinic, ContactPoint, ContactVerification, Person
from people.services import verification
from tests.factories.people import ContactPointFactory

pytestmark = pytest.mark.django_db
ASK, ENTER = "/sign-in/", "/sign-in/code/"
CHINESE = "/zh-hans"
NUMBER = "+8613800138000"


@pytest.fixture(autouse=True)
def clinic(settings):
    """A clinic in China on a developer's machine, where mails and texts lie in one box."""
    settings.DEBUG, settings.BASE_URL = True, "http://127.0.0.1:8000"
    settings.SMS_ADAPTER = WRITTEN
    return Clinic.objects.create(pk=1, name="Heron", time_zone="Asia/Shanghai")


def fields(page: str) -> dict[str, str]:
    """The contact fields of a page: their names, with all their attributes."""
    found = re.findall(r'<input ([^>]*name="(email|phone)"[^>]*)>', page)
    return {name: attributes for attributes, name in found}


def texted_code(mailoutbox) -> str:
    run_due_effects()
    return mailoutbox[-1].body.rsplit("#", 1)[1]


def without_token(page: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page)


@pytest.mark.parametrize(
    ("prefix", "query", "shown", "other"),
    [
        ("", "", "email", "phone"),
        (CHINESE, "", "phone", "email"),
        ("", "?by=phone", "phone", "email"),
        (CHINESE, "?by=email", "email", "phone"),
        (CHINESE, "?by=pigeon", "phone", "email"),
    ],
)
def test_one_kind_is_asked_for_and_the_other_is_a_link_away(client, prefix, query, shown, other):
    page = client.get(f"{prefix}{ASK}{query}").content.decode()
    assert list(fields(page)) == [shown]
    assert f'href="?by={other}&amp;next="' in page


def test_the_fields_bring_the_right_keyboard_and_what_the_phone_knows(client):
    phone = fields(client.get(CHINESE + ASK).content.decode())["phone"]
    for attribute in ('type="tel"', 'inputmode="tel"', 'autocomplete="tel"'):
        assert attribute in phone
    email = fields(client.get(ASK).content.decode())["email"]
    for attribute in ('type="email"', 'inputmode="email"', 'autocomplete="email"'):
        assert attribute in email


@pytest.mark.parametrize(
    ("allowed", "query", "shown"),
    [({"offers_phone": False}, "?by=phone", "email"), ({"offers_email": False}, "", "phone")],
)
def test_a_kind_that_is_not_offered_is_nowhere_on_the_page(client, allowed, query, shown):
    Clinic.objects.update(**allowed)
    page = client.get(f"{CHINESE}{ASK}{query}").content.decode()
    assert list(fields(page)) == [shown]
    assert "?by=" not in page


@pytest.mark.parametrize(
    ("allowed", "data", "says"),
    [
        ({"offers_phone": False}, {"phone": NUMBER}, "Write your e-mail address, such as"),
        ({"offers_phone": False}, {"email": NUMBER}, "We send codes by e-mail alone"),
        ({"offers_email": False}, {"email": "a@b.example"}, "Write your mobile number, such as"),
        ({"offers_email": False}, {"phone": "a@b.example"}, "We send codes to mobile phones alone"),
        ({}, {"phone": "021 5555 0100"}, "No text reaches this number"),
        ({}, {"phone": "12345678"}, "one from abroad begins with +"),
        ({}, {"phone": ""}, "Write your mobile number, such as 131 2345 6789."),
        ({}, {"phone": "\x00" + NUMBER}, "Null characters are not allowed"),
        ({}, {"phone": "1" * 300}, "at most 254 characters"),
    ],
)
def test_what_cannot_be_reached_is_said_and_no_code_is_sent(client, allowed, data, says):
    Clinic.objects.update(**allowed)
    response = client.post(ASK, data)
    assert response.status_code == 422
    assert says in response.content.decode().replace("&#x27;", "'")
    assert not ContactVerification.objects.exists()


def test_a_mistake_keeps_what_was_typed_and_ticked(client):
    typed = {"phone": '138"><b>', "marketing": "on", "next": "/classes/?a=1&b=2"}
    page = client.post(CHINESE + ASK, typed).content.decode()
    assert 'value="138&quot;&gt;&lt;b&gt;"' in page
    assert 'name="marketing" checked' in page
    assert 'name="profiling" checked' not in page
    assert 'value="/classes/?a=1&amp;b=2"' in page
    assert "next=%2Fclasses%2F%3Fa%3D1%26b%3D2" in page


def test_a_number_signs_in_and_is_read_as_one_of_the_clinics_country(client, mailoutbox):
    assert client.post(CHINESE + ASK, {"phone": "138 0013 8000"}).status_code == 302
    page = client.get(CHINESE + ENTER).content.decode()
    assert "+86 138 0013 8000" in page
    assert "请查看手机短信" in page
    code = texted_code(mailoutbox)
    assert mailoutbox[-1].to == [NUMBER]
    assert client.post(CHINESE + ENTER, {"code": code}).status_code == 302
    point = ContactPoint.objects.get()
    assert (point.kind, point.value) == ("phone", NUMBER)
    assert (point.person.language, point.verified_at is None) == ("zh-hans", False)


def test_an_address_typed_for_a_number_is_taken_and_named(client, mailoutbox):
    client.post(CHINESE + ASK, {"phone": "New@Example.org"})
    page = client.get(CHINESE + ENTER).content.decode()
    assert "new@example.org" in page
    assert "请查看邮箱" in page


@pytest.mark.parametrize("form", ["{code}", " {a} {b} ", "{a}-{b}", "{wide}", "{text}"])
def test_a_code_is_taken_as_it_is_pasted(client, mailoutbox, form):
    client.post(ASK, {"phone": NUMBER})
    code = texted_code(mailoutbox)
    wide = "".join(chr(ord(figure) + 0xFEE0) for figure in code)
    pasted = form.format(code=code, a=code[:3], b=code[3:], wide=wide, text=mailoutbox[-1].body)
    assert client.post(ENTER, {"code": pasted}).status_code == 302


def test_the_code_fills_itself_in(client):
    client.post(ASK, {"phone": NUMBER})
    page = client.get(ENTER).content.decode()
    assert 'autocomplete="one-time-code"' in page
    assert 'inputmode="numeric"' in page
    assert "mail" not in re.search(r"<main.*<form", page, re.S).group().lower()


def test_known_and_unknown_numbers_get_the_same_answer(
    client, mailoutbox, django_assert_num_queries
):
    """The same status, page and work: the only difference is the number this browser typed."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    unknown = "+8613900139000"
    ContactPointFactory(kind="phone", value=NUMBER)
    client.get(ASK)
    client.post(ASK, {"phone": "+8613700137000"})  # makes the session
    answers = []
    for number, shown in ((NUMBER, "+86 138 0013 8000"), (unknown, "+86 139 0013 9000")):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = client.post(ASK, {"phone": number})
        page = without_token(client.get(ENTER).content.decode())
        assert shown in page
        work = [re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in queries]
        answers.append((response.status_code, response["Location"], page.replace(shown, ""), work))
    assert answers[0] == answers[1]
    run_due_effects()
    assert [mail.to for mail in mailoutbox[-2:]] == [[NUMBER], [unknown]]


def test_a_number_that_somebody_only_claimed_opens_no_account(client, mailoutbox):
    claimed = ContactPointFactory(kind="phone", value=NUMBER, verified_at=None).person
    client.post(ASK, {"phone": NUMBER})
    client.post(ENTER, {"code": texted_code(mailoutbox)})
    assert Person.objects.get(user__isnull=False) != claimed


def test_texts_are_limited_by_number_over_a_day(client_factory):
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        for number in range(verification.A_NUMBER_A_DAY):
            asking = client_factory(REMOTE_ADDR=f"10.0.0.{number}")
            assert asking.post(ASK, {"phone": NUMBER}).status_code == 302
            clock.shift(timedelta(minutes=20))
        response = client_factory().post(ASK, {"phone": NUMBER})
        assert response.status_code == 429
        assert int(response["Retry-After"]) == 24 * 3600 - 20 * 60 * 10 + 1
        assert "Try again in 21 hours" in response.content.decode()
        assert client_factory().post(ASK, {"phone": "+8613900139000"}).status_code == 302
        clock.move_to(start + timedelta(hours=24, seconds=1))
        assert client_factory().post(ASK, {"phone": NUMBER}).status_code == 302


def test_texts_are_limited_for_the_whole_clinic_and_mail_still_goes(client_factory):
    Clinic.objects.update(code_texts_a_day=2)
    statuses = [
        client_factory(REMOTE_ADDR=f"10.0.0.{n}").post(ASK, {"phone": f"+861380013800{n}"})
        for n in range(3)
    ]
    assert [one.status_code for one in statuses] == [302, 302, 429]
    page = statuses[-1].content.decode()
    assert 'value="+8613800138002"' in page
    assert "?by=email" in page
    assert client_factory().post(ASK, {"email": "new@example.org"}).status_code == 302


def test_texts_are_limited_by_address_as_mails_are(client, monkeypatch):
    monkeypatch.setattr(verification, "AN_ADDRESS", 1)
    assert client.post(ASK, {"email": "new@example.org"}).status_code == 302
    assert client.post(ASK, {"phone": NUMBER}).status_code == 429


@pytest.mark.parametrize("prefix", ["", CHINESE])
def test_where_nothing_is_reached_the_page_says_how_to_get_in(client, settings, prefix):
    settings.DEBUG = False
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    response = client.get(prefix + ASK)
    page = response.content.decode()
    assert (response.status_code, fields(page)) == (200, {})
    assert ("前台" if prefix else "The reception lets you in") in page
    assert "?by=" not in page
    assert client.post(prefix + ASK, {"email": "new@example.org"}).status_code == 409
    assert not ContactVerification.objects.exists()


def test_asking_for_a_new_code_keeps_the_kind_and_the_way_on(client):
    client.post(ASK, {"phone": NUMBER, "next": "/classes/"})
    page = client.get(ENTER).content.decode()
    assert f'href="{ASK}?by=phone&amp;next=%2Fclasses%2F"' in page
