"""Signing in by code: nothing tells known from unknown, a code works once, in one browser, briefly."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from outbox.models import Effect, EffectState
from outbox.services import run_due_effects
from people.models import ConsentEvent, ContactPoint, ContactVerification, Person, User, Visitor
from people.roles import Role
from people.selectors import has_consent
from people.services import verification
from people.services.consent import withdraw_consent
from people.services.verification import BadCode, redeem_code, request_code
from people.services.visitors import issue_token, join_visitor, visitor_of_token
from tests.factories.people import (
    ContactPointFactory,
    PersonFactory,
    make_person,
    make_staff,
    make_visitor,
)

pytestmark = pytest.mark.django_db
ASK, ENTER = "/sign-in/", "/sign-in/code/"


def ask(client, email="new@example.org", **data):
    return client.post(ASK, {"email": email, **data})


def mailed_code() -> str:
    run_due_effects()
    return re.search(r"^\d{6}$", mail.outbox[-1].body, re.M).group()


def sign_in(client, email="new@example.org", **data):
    ask(client, email, **data)
    return client.post(ENTER, {"code": mailed_code()})


def test_sign_in_makes_a_person_with_a_verified_contact_and_no_consent(client):
    response = sign_in(client, " New@Example.org ")
    assert response["Location"] == reverse("me")
    person = Person.objects.get()
    point = ContactPoint.objects.get()
    assert (point.person, point.value) == (person, "new@example.org")
    assert point.verified_at is not None
    assert not person.user.has_usable_password()
    assert not ConsentEvent.objects.exists()
    assert not Visitor.objects.exists()
    assert client.get(reverse("me")).status_code == 200


def test_sign_in_finds_the_person_of_a_verified_contact_alone(client):
    known = ContactPointFactory(value="new@example.org").person
    ContactPointFactory(value="other@example.org", verified_at=None)
    sign_in(client)
    assert Person.objects.get(user__isnull=False) == known
    client.logout()
    sign_in(client, "other@example.org")
    assert Person.objects.filter(user__isnull=False).count() == 2
    assert Person.objects.count() == 3  # who was only said to have the address is nobody's login


def test_known_and_unknown_addresses_get_the_same_answer(client):
    ContactPointFactory(value="known@example.org")
    answers = []
    for email in ("known@example.org", "unknown@example.org"):
        response = ask(client, email)
        page = client.get(ENTER).content.decode()
        page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page)
        assert email in page  # where the code went, as this browser wrote it
        page = page.replace(email, "")
        answers.append((response.status_code, response["Location"], page))
        run_due_effects()
    assert answers[0] == answers[1]
    assert len(mail.outbox) == 2


def test_a_code_is_stored_only_as_a_keyed_hash(client):
    ask(client)
    assert ContactVerification.objects.get().code_hash == ""  # nothing to steal before it is sent
    code = mailed_code()
    row = ContactVerification.objects.values().get()
    assert code not in str({**row, "public_id": "", "browser_hash": "", "code_hash": ""})
    assert len(row["code_hash"]) == 64


def test_a_mail_that_is_sent_twice_holds_the_same_code(client):
    ask(client)
    first = mailed_code()
    Effect.objects.update(state=EffectState.PENDING)  # killed after sending
    assert mailed_code() == first
    assert len(mail.outbox) == 2
    assert client.post(ENTER, {"code": first}).status_code == 302


def test_a_code_works_once():
    asked = request_code(value="new@example.org", language="en", browser="b", address="10.0.0.1")
    redeeming = {"public_id": str(asked.public_id), "code": mailed_code(), "browser": "b"}
    assert redeem_code(**redeeming) == asked
    with pytest.raises(BadCode):
        redeem_code(**redeeming)


def test_a_code_redeemed_twice_at_once_works_for_one(monkeypatch):
    asked = request_code(value="new@example.org", language="en", browser="b", address="10.0.0.1")
    redeeming = {"public_id": str(asked.public_id), "code": mailed_code(), "browser": "b"}
    compare, faster = verification.constant_time_compare, []

    def overtaken(*codes):
        """Between the look and the use of the first, the second is through."""
        monkeypatch.setattr(verification, "constant_time_compare", compare)
        faster.append(redeem_code(**redeeming))
        return compare(*codes)

    monkeypatch.setattr(verification, "constant_time_compare", overtaken)
    with pytest.raises(BadCode):
        redeem_code(**redeeming)
    assert faster == [asked]


def test_a_code_can_be_pasted_with_spaces(client):
    ask(client)
    code = mailed_code()
    assert client.post(ENTER, {"code": f" {code[:3]} {code[3:]} "}).status_code == 302


def test_a_code_works_only_in_the_browser_that_asked(client, client_factory):
    ask(client)
    code, thief = mailed_code(), client_factory()
    ask(thief, "thief@example.org")
    session = thief.session
    session["sign_in"] = {**session["sign_in"], **client.session["sign_in"]}
    session.save()
    assert thief.post(ENTER, {"code": code}).status_code == 422
    assert client.post(ENTER, {"code": code}).status_code == 302


def test_a_code_expires_after_ten_minutes(client):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        ask(client)
        code = mailed_code()
        clock.shift(timedelta(minutes=10))
        assert client.post(ENTER, {"code": code}).status_code == 422


def test_a_code_dies_after_five_wrong_tries(client):
    ask(client)
    code = mailed_code()
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(5):
        assert client.post(ENTER, {"code": wrong}).status_code == 422
    assert client.post(ENTER, {"code": code}).status_code == 422


def test_codes_are_limited_by_target(client, client_factory):
    for number in range(5):
        assert ask(client_factory(REMOTE_ADDR=f"10.0.0.{number}")).status_code == 302
    response = ask(client_factory(REMOTE_ADDR="10.0.0.9"))
    assert response.status_code == 429
    assert 3500 < int(response["Retry-After"]) <= 3601
    assert ask(client, "somebody.else@example.org").status_code == 302


def test_codes_are_limited_by_address(client):
    for number in range(20):
        assert ask(client, f"reader{number}@example.org").status_code == 302
    assert ask(client, "reader20@example.org").status_code == 429
    assert ask(client, "reader20@example.org").status_code == 429


def test_codes_are_limited_in_all(client_factory, monkeypatch):
    monkeypatch.setattr("people.services.verification.IN_ALL", 2)
    for number, status in enumerate((302, 302, 429)):
        asking = client_factory(REMOTE_ADDR=f"10.0.0.{number}")
        assert ask(asking, f"r{number}@example.org").status_code == status


@pytest.mark.parametrize("email", ["", "nobody", "a@b@c", "x" * 300 + "@example.org"])
def test_an_impossible_address_is_said_to_be_one(client, email):
    assert ask(client, email).status_code == 422
    assert not ContactVerification.objects.exists()


def test_sign_in_rotates_the_session(client):
    ask(client)
    before = client.session.session_key
    client.post(ENTER, {"code": mailed_code()})
    assert client.session.session_key != before
    assert "sign_in" not in client.session


def test_ticked_boxes_are_recorded_and_empty_ones_take_nothing_back(client):
    sign_in(client, profiling="on")
    person = Person.objects.get()
    assert has_consent(person=person, purpose="profiling")
    assert not has_consent(person=person, purpose="marketing")
    client.post(reverse("sign_out"))
    sign_in(client, marketing="on")
    assert has_consent(person=person, purpose="profiling")
    assert has_consent(person=person, purpose="marketing")


def test_boxes_start_empty(client):
    page = client.get(ASK).content.decode()
    assert page.count('type="checkbox"') >= 2
    assert "checked" not in page
    assert '<input type="hidden" name="visitor" data-visitor>' in page


def test_the_browsers_own_objection_goes_before_a_ticked_box(client):
    client.post(ASK, {"email": "new@example.org", "profiling": "on"}, headers={"Sec-GPC": "1"})
    client.post(ENTER, {"code": mailed_code()})
    assert not has_consent(person=Person.objects.get(), purpose="profiling")


def test_the_browsers_history_joins_the_person(client):
    visitor = make_visitor(marketing=True)
    response = sign_in(client, visitor=issue_token(visitor), next="/sign-in/?ok")
    visitor.refresh_from_db()
    person = Person.objects.get()
    assert visitor.person == person
    assert has_consent(person=person, purpose="marketing")
    assert response["Location"] == "/sign-in/?ok"


def test_a_second_login_in_the_same_browser_starts_a_new_history(client):
    visitor, first = make_visitor(), make_person(profiling=True)
    join_visitor(visitor=visitor, person=first, actor="system")
    sign_in(client, visitor=issue_token(visitor), profiling="on")
    visitor.refresh_from_db()
    assert visitor.person == first
    second = Person.objects.get(user__isnull=False)
    page = client.get(reverse("me")).content.decode()
    token = re.search(r'data-visitor-token="([^"]+)"', page).group(1)
    fresh = visitor_of_token(token)
    assert (fresh.person, fresh != visitor) == (second, True)
    assert "data-visitor-token" not in client.get(reverse("me")).content.decode()


@pytest.mark.parametrize(
    ("target", "shown"), [("/classes/?from=site", True), ("https://evil.example/", False)]
)
def test_who_agreed_on_the_way_is_led_on_after_the_token_is_handed_over(client, target, shown):
    assert sign_in(client, profiling="on", next=target)["Location"] == reverse("me")
    page = client.get(reverse("me")).content.decode()
    assert "data-visitor-token" in page
    assert (f'data-goes-on-to="{target}"' in page) is shown
    assert "data-goes-on-to" not in client.get(reverse("me")).content.decode()


def test_a_forged_visitor_token_is_ignored(client):
    assert sign_in(client, visitor="00:forged").status_code == 302
    assert not Visitor.objects.exists()


def test_a_withdrawn_browser_is_not_joined(client):
    visitor = make_visitor()
    withdraw_consent(visitor=visitor)
    sign_in(client, visitor=issue_token(visitor))
    visitor.refresh_from_db()
    assert visitor.person is None


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"]
)
def test_sign_in_stays_on_the_site(client, target):
    assert sign_in(client, next=target)["Location"] == reverse("me")


def test_staff_do_not_sign_in_by_code(client):
    user = make_staff(Role.MARKETING)
    ContactPointFactory(value="staff@example.org", person=PersonFactory(user=user))
    assert sign_in(client, "staff@example.org").status_code == 403
    assert "_auth_user_id" not in client.session


def test_a_disabled_login_does_not_come_back_by_code(client):
    user = User.objects.create(username="gone", is_active=False)
    ContactPointFactory(value="gone@example.org", person=PersonFactory(user=user))
    assert sign_in(client, "gone@example.org").status_code == 403


def test_signing_out_needs_a_post(client):
    sign_in(client)
    assert client.get(reverse("sign_out")).status_code == 405
    assert "_auth_user_id" in client.session
    client.post(reverse("sign_out"))
    assert "_auth_user_id" not in client.session


def test_a_code_for_a_phone_goes_out_as_a_text_and_works_once(settings, mailoutbox):
    """The written texts of development lie in the mails' folder, as these do here."""
    settings.DEBUG, settings.BASE_URL = True, "http://127.0.0.1:8000"
    settings.SMS_ADAPTER = "outbox.texts.written.WrittenTexts"
    verification = request_code(
        kind="phone", value="+86 138 0013 8000", language="zh-hans", browser="b", address="a"
    )
    run_due_effects()
    (text,) = mailoutbox
    assert text.to == ["+8613800138000"]
    code = text.body.rsplit("#", 1)[1]
    assert text.body.endswith(f"@127.0.0.1 #{code}") and len(code) == 6
    used = redeem_code(public_id=str(verification.public_id), code=code, browser="b")
    assert (used.kind, used.value) == ("phone", "+8613800138000")
    with pytest.raises(BadCode):
        redeem_code(public_id=str(verification.public_id), code=code, browser="b")
