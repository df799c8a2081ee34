"""One-time links: shown once, for one press within ten minutes, for nobody who works here."""

import re
import threading
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outbox.models import AuditEntry
from people.models import (
    ConsentEvent,
    ContactPoint,
    Person,
    SignInLink,
    User,
    Visitor,
    Vouch,
)
from people.roles import Role
from people.services.sign_in_links import BadLink, make_sign_in_link, use_sign_in_link
from people.services.visitors import issue_token, join_visitor, visitor_for_person
from tests.factories.people import (
    ContactPointFactory,
    PersonFactory,
    UserFactory,
    make_person,
    make_signed_in,
    make_staff,
    make_visitor,
)

pytestmark = pytest.mark.django_db
MAKE, OPEN = "/admin/sign-in-links/", "/sign-in/link/"


@pytest.fixture(autouse=True)
def no_request_counted():
    cache.clear()


@pytest.fixture
def consultant():
    return make_staff(Role.CONSULTANT)


def make(client, consultant, **data):
    client.force_login(consultant)
    return client.post(MAKE, {"language": "en", **data})


def token_in(response) -> str:
    return re.search(r"/sign-in/link/\?link=([\w-]+)", response.content.decode()).group(1)


def link_for(consultant, **who) -> str:
    return make_sign_in_link(by=consultant, **({"name": "Mei"} | who))[1]


def press(client, token: str, **data):
    return client.post(OPEN, {"link": token, **data})


def signed_in(client) -> Person | None:
    found = User.objects.filter(pk=client.session.get("_auth_user_id")).first()
    return found.person if found else None


def test_who_presses_is_somebody_new_with_a_contact_that_staff_vouched_for(client, consultant):
    page = make(
        Client(), consultant, name="Mei", contact="+86 138 0013 8000", known_as="Heron Lane group"
    )
    assert "no-store" in page["Cache-Control"]
    token = token_in(page)
    shown = client.get(OPEN, {"link": token})
    assert "Are you Mei?" in shown.content.decode()
    assert "••• 8000" in shown.content.decode()
    assert "138001" not in shown.content.decode()
    assert press(client, token)["Location"] == reverse("me")
    person = signed_in(client)
    assert (person.display_name, person.source) == ("Mei", "staff")
    point = person.contact_points.get()
    assert (point.value, point.verified_at is not None) == ("+8613800138000", True)
    vouch = Vouch.objects.get()
    assert (vouch.person, vouch.method, vouch.by) == (person, "link", consultant)
    assert (vouch.contact, vouch.known_as) == (point, "Heron Lane group")
    entry = AuditEntry.objects.get(action="person.vouched")
    assert (entry.actor, entry.subject) == (
        f"user:{consultant.pk}",
        f"person:{person.external_id}",
    )
    assert not ConsentEvent.objects.exists()


def test_a_link_for_somebody_known_finds_them_and_confirms_a_contact_they_gave(client, consultant):
    person = PersonFactory()
    point = ContactPointFactory(person=person, value="mei@example.org", verified_at=None)
    press(client, link_for(consultant, person=person, kind="email", value="mei@example.org"))
    assert signed_in(client) == person
    point.refresh_from_db()
    assert point.verified_at is not None
    assert Person.objects.count() == 1


def test_opening_changes_nothing_however_often(client, client_factory, consultant):
    token = link_for(consultant)
    before = list(SignInLink.objects.values())
    for agent in ("WeChat preview", "Mozilla/5.0", "curl"):
        for method in ("get", "head"):
            response = getattr(client_factory(), method)(
                OPEN, {"link": token}, headers={"User-Agent": agent}
            )
            assert response.status_code == 200
            assert not response.cookies.get("sessionid")
    assert list(SignInLink.objects.values()) == before
    assert not Person.objects.exists()
    assert press(client, token).status_code == 302


def test_a_link_works_once(client, client_factory, consultant):
    token = link_for(consultant)
    press(client, token)
    second = client_factory()
    assert press(second, token).status_code == 404
    assert second.get(OPEN, {"link": token}).status_code == 404
    assert signed_in(second) is None
    assert Person.objects.count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_two_browsers_at_once_one_is_let_in():
    token = link_for(make_staff(Role.CONSULTANT))
    together, outcomes = threading.Barrier(2), []

    def use() -> None:
        together.wait()
        try:
            outcomes.append(use_sign_in_link(token=token).person.pk)
        except BadLink:
            outcomes.append(None)
        finally:
            connection.close()

    threads = [threading.Thread(target=use) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(None) == 1
    assert Person.objects.count() == Vouch.objects.count() == 1


def test_a_link_expires_after_ten_minutes(client, consultant):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        token = link_for(consultant)
        clock.shift(timedelta(minutes=10, seconds=-1))
        assert client.get(OPEN, {"link": token}).status_code == 200
        clock.shift(timedelta(seconds=1))
        assert press(client, token).status_code == 404


def test_used_old_revoked_and_invented_links_look_alike(client_factory, consultant):
    used, revoked, old = (link_for(consultant, name=name) for name in "abc")
    press(client_factory(), used)
    SignInLink.objects.filter(name="b").update(revoked_at=timezone.now())
    SignInLink.objects.filter(name="c").update(expires_at=timezone.now())
    cache.clear()
    answers = {
        (answer.status_code, re.search(r"<main.*</main>", answer.content.decode(), re.S).group())
        for token in (used, revoked, old, "invented", "")
        for answer in (client_factory().get(OPEN, {"link": token}), press(client_factory(), token))
    }
    assert len(answers) == 1


def test_only_a_keyed_hash_of_the_token_is_stored(consultant):
    token = link_for(consultant)
    assert token not in str(list(SignInLink.objects.values()))
    assert token not in str(list(AuditEntry.objects.values()))


def test_a_press_needs_a_csrf_token(consultant):
    token = link_for(consultant)
    client = Client(enforce_csrf_checks=True)
    assert press(client, token).status_code == 403
    assert SignInLink.objects.get().used_at is None


def test_a_press_rotates_the_session(client, consultant):
    make_signed_in(client)
    before = client.session.session_key
    press(client, link_for(consultant))
    assert client.session.session_key != before
    assert signed_in(client).display_name == "Mei"


@pytest.mark.usefixtures("one_moment")
def test_guesses_are_slowed_down_by_address(client):
    answers = [press(client, f"guess-{number}").status_code for number in range(31)]
    assert answers == [404] * 30 + [429]


def test_making_a_link_is_for_who_may_vouch(client):
    for role in (Role.CLINICIAN, Role.EDITOR, Role.MARKETING, Role.REVIEWER):
        assert make(client, make_staff(role), name="Mei", known_as="chat").status_code == 302
    assert not SignInLink.objects.exists()
    for role in (Role.CONSULTANT, Role.ADMINISTRATOR):
        assert make(client, make_staff(role), name="Mei", known_as="chat").status_code == 200


def test_a_link_is_not_made_for_a_login_of_staff(client, consultant):
    colleague = PersonFactory(user=make_staff(Role.CLINICIAN))
    myself = PersonFactory(user=consultant)
    off = PersonFactory(user=UserFactory(is_active=False))
    for person in (colleague, myself):
        answer = make(client, consultant, person=person.external_id, known_as="chat")
        assert answer.status_code == 422
    assert not SignInLink.objects.exists()
    assert press(Client(), link_for(consultant, person=off)).status_code == 404


def test_a_link_for_who_became_staff_meanwhile_opens_nothing(client, consultant):
    person = PersonFactory(user=UserFactory())
    token = link_for(consultant, person=person)
    person.user.is_staff = True
    person.user.save()
    assert press(client, token).status_code == 404
    assert SignInLink.objects.get().used_at is None


def test_who_made_it_cannot_use_it_in_the_same_browser(client, consultant):
    token = token_in(make(client, consultant, name="Mei", known_as="chat"))
    assert client.get(OPEN, {"link": token}).status_code == 403
    assert press(client, token).status_code == 403
    assert signed_in(Client()) is None
    assert press(Client(), token).status_code == 302


@pytest.mark.parametrize("what", ["switched off", "role taken away", "deleted"])
def test_links_end_with_the_rights_of_who_made_them(client, consultant, what):
    token = link_for(consultant)
    if what == "switched off":
        User.objects.filter(pk=consultant.pk).update(is_active=False)
    elif what == "role taken away":
        consultant.groups.clear()
    else:
        consultant.delete()
    assert press(client, token).status_code == 404


def test_a_contact_of_somebody_else_is_never_taken_and_nobody_is_merged(client, consultant):
    holder = ContactPointFactory(value="mei@example.org").person
    other = ContactPointFactory().person
    for who in ({"name": "Mei"}, {"person": other.external_id}):
        answer = make(client, consultant, contact="mei@example.org", **who)
        assert answer.status_code == 422
        assert holder.display_name in answer.content.decode()
    assert not SignInLink.objects.exists()
    assert Person.objects.filter(merged_into=None).count() == 2


def test_a_contact_proved_by_somebody_else_meanwhile_makes_the_link_worthless(client, consultant):
    token = link_for(consultant, kind="email", value="mei@example.org")
    ContactPointFactory(value="mei@example.org")
    assert press(client, token).status_code == 404
    assert Person.objects.count() == 1
    assert ContactPoint.objects.count() == 1
    assert SignInLink.objects.get().used_at is None


def test_a_new_link_ends_the_one_before_for_the_same_person(client, consultant):
    person = PersonFactory()
    first, second = (link_for(consultant, person=person) for _ in range(2))
    assert press(client, first).status_code == 404
    assert press(client, second).status_code == 302


def test_a_link_can_be_ended_by_who_made_it_alone(client, consultant):
    token = link_for(consultant)
    address = reverse("sign_in_link_revoke", args=[SignInLink.objects.get().public_id])
    client.force_login(make_staff(Role.CONSULTANT))
    client.post(address)
    assert SignInLink.objects.get().revoked_at is None
    client.force_login(consultant)
    assert client.get(address).status_code == 405
    client.post(address)
    assert press(Client(), token).status_code == 404
    assert AuditEntry.objects.filter(action="sign_in_link.revoked").count() == 1


def test_one_member_of_staff_makes_thirty_an_hour(client, consultant):
    for number in range(30):
        link_for(consultant, name=str(number))
    assert make(client, consultant, name="Mei", known_as="chat").status_code == 422
    assert make(client, make_staff(Role.CONSULTANT), name="M", known_as="c").status_code == 200
    assert SignInLink.objects.count() == 31


def test_links_of_yesterday_are_gone_with_the_next_one(consultant):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        link_for(consultant)
        clock.shift(timedelta(days=1, seconds=1))
        link_for(consultant)
    assert SignInLink.objects.count() == 1


def test_no_history_joins_and_no_consent_is_carried_over(client, consultant):
    visitor = make_visitor(marketing=True)
    press(client, link_for(consultant), visitor=issue_token(visitor))
    visitor.refresh_from_db()
    assert visitor.person is None
    assert not ConsentEvent.objects.filter(subject__startswith="person:").exists()


def test_a_consenting_persons_own_browser_stays_theirs_and_a_new_one_gets_a_visitor(
    client, client_factory, consultant
):
    person = make_person(profiling=True)
    own = visitor_for_person(person=person, actor="system")
    press(client, link_for(consultant, person=person), visitor=issue_token(own))
    assert Visitor.objects.count() == 1
    elsewhere = client_factory()
    stranger = make_visitor()
    join_visitor(visitor=stranger, person=make_person(profiling=True), actor="system")
    press(elsewhere, link_for(consultant, person=person), visitor=issue_token(stranger))
    page = elsewhere.get(reverse("me")).content.decode()
    assert "data-visitor-token" in page
    assert person.visitors.count() == 2


def test_a_merged_person_is_let_in_as_who_they_are_now(client, consultant):
    now = PersonFactory()
    before = PersonFactory(merged_into=now)
    press(client, link_for(consultant, person=before))
    assert signed_in(client) == now


def test_people_are_found_by_name_and_contact_and_each_search_is_noted(client, consultant):
    person = ContactPointFactory(value="+8613800138000", kind="phone").person
    PersonFactory(display_name="Heron Egret")
    client.force_login(consultant)
    for text in (person.display_name, "+86 138 0013 8000", person.external_id):
        page = client.get(MAKE, {"q": text}).content.decode()
        assert person.display_name in page
        assert "Heron Egret" not in page
    assert AuditEntry.objects.filter(action="people.searched", detail={"shown": 1}).count() == 3


def test_what_is_missing_is_said(client, consultant):
    for data in ({}, {"name": "Mei"}, {"name": "Mei", "contact": "12"}, {"person": "nobody"}):
        assert make(client, consultant, **data).status_code == 422
    assert not SignInLink.objects.exists()
