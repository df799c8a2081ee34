"""A code on a prospect's screen: staff scan it, say who it is, and that browser alone is let in."""

import re
import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outbox.models import AuditEntry
from people.models import ConsentEvent, Person, ScanRequest, User, Vouch
from people.roles import Role
from people.services import scans
from people.services.scans import BadScan, ask_for_scan, confirm_scan, redeem_scan, token_of
from people.services.verification import browser_secret
from tests.factories.people import (
    ContactPointFactory,
    PersonFactory,
    UserFactory,
    make_signed_in,
    make_staff,
)

pytestmark = pytest.mark.django_db
SHOW, STATE, GO, SCAN = (
    "/sign-in/here/",
    "/sign-in/here/state/",
    "/sign-in/here/go/",
    "/admin/scan/",
)


@pytest.fixture
def consultant():
    return make_staff(Role.CONSULTANT)


@pytest.fixture
def desk(consultant):
    """The browser of a consultant at the reception."""
    client = Client()
    client.force_login(consultant)
    return client


def show(client, **data) -> str:
    """Ask for a code, and return what the picture holds."""
    client.post(SHOW, data)
    scan = ScanRequest.objects.get(public_id=client.session["scan"]["id"])
    return token_of(scan, browser=browser_secret(client.session.session_key))


def confirm(desk, code: str, **data):
    return desk.post(SCAN, {"code": code, **({"name": "Mei"} | data)})


def state(client) -> str:
    return client.get(STATE).json()["state"]


def signed_in(client) -> Person | None:
    found = User.objects.filter(pk=client.session.get("_auth_user_id")).first()
    return found.person if found else None


def test_staff_scan_compare_confirm_and_the_browser_goes_on(client, desk, consultant):
    code = show(client, next="/classes/?x=1")
    figures = re.search(r"(\d{4})\n?</p>", client.get(SHOW).content.decode()).group(1)
    page = desk.get(SCAN, {"code": code}).content.decode()
    assert f'<p class="vouching-figures">{figures}</p>' in page
    assert state(client) == "waiting"
    assert confirm(desk, code, contact="+86 138 0013 8000")["Location"] == SCAN
    assert state(client) == "confirmed"
    assert signed_in(client) is None  # only its own press lets it in
    assert client.post(GO)["Location"] == "/classes/?x=1"
    person = signed_in(client)
    assert (person.display_name, person.contact_points.get().value) == ("Mei", "+8613800138000")
    vouch = Vouch.objects.get()
    assert (vouch.person, vouch.method, vouch.by) == (person, "scan", consultant)
    assert vouch.contact == person.contact_points.get(verified_at__isnull=False)
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"scan.confirmed", "person.vouched"} <= actions
    assert not ConsentEvent.objects.exists()


def test_somebody_known_is_chosen_and_stays_one_person(client, desk):
    person = ContactPointFactory().person
    code = show(client)
    page = desk.get(SCAN, {"code": code, "person": person.external_id}).content.decode()
    assert person.display_name in page
    confirm(desk, code, person=person.external_id)
    client.post(GO)
    assert signed_in(client) == person
    assert Person.objects.count() == 1


def test_nobody_is_let_in_before_staff_confirm(client):
    show(client)
    assert client.post(GO)["Location"] == SHOW
    assert signed_in(client) is None


def test_scanning_alone_changes_nothing(client, desk):
    code = show(client)
    before = list(ScanRequest.objects.values())
    desk.get(SCAN, {"code": code})
    desk.get(SCAN, {"code": code, "person": PersonFactory().external_id})
    assert list(ScanRequest.objects.values()) == before


def test_the_code_is_for_the_browser_that_asked(client, client_factory, desk):
    code = show(client)
    confirm(desk, code)
    thief = client_factory()
    show(thief)
    session = thief.session
    session["scan"] = client.session["scan"]
    session.save()
    assert thief.post(GO)["Location"] == SHOW
    assert state(thief) == "over"
    assert signed_in(thief) is None
    client.post(GO)
    assert signed_in(client).display_name == "Mei"


def test_the_code_of_a_session_that_ended_lets_nobody_in(client, desk):
    code = show(client)
    confirm(desk, code)
    kept = dict(client.session["scan"])
    client.session.flush()
    client.cookies.clear()
    assert client.post(GO)["Location"] == SHOW
    client.get(SHOW)
    session = client.session
    session["scan"] = kept
    session.save()
    client.cookies["sessionid"] = session.session_key
    assert client.post(GO)["Location"] == SHOW
    assert not Person.objects.exists()


def test_a_code_works_once(client, desk):
    code = show(client)
    confirm(desk, code)
    client.post(GO)
    assert confirm(desk, code).status_code == 404
    assert desk.get(SCAN, {"code": code}).status_code == 404
    assert client.get(STATE).status_code == 404


def test_only_the_first_to_confirm_says_who_it_is(client, desk):
    code = show(client)
    confirm(desk, code, name="Mei")
    other = Client()
    other.force_login(make_staff(Role.CONSULTANT))
    assert confirm(other, code, name="Lan").status_code == 404
    client.post(GO)
    assert signed_in(client).display_name == "Mei"


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_two_members_of_staff_at_once_one_confirms():
    scan = ask_for_scan(browser="b", address="10.0.0.1", language="en")
    staff = [make_staff(Role.CONSULTANT) for _ in range(2)]
    together, outcomes = threading.Barrier(2), []

    def say(by: User) -> None:
        together.wait()
        try:
            confirm_scan(token=token_of(scan, browser="b"), by=by, name=by.username)
            outcomes.append(by.username)
        except BadScan:
            outcomes.append(None)
        finally:
            connection.close()

    threads = [threading.Thread(target=say, args=[by]) for by in staff]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(None) == 1
    person = redeem_scan(public_id=str(scan.public_id), browser="b").person
    assert person.display_name in outcomes


def test_a_code_expires_after_ten_minutes(client, desk):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        code = show(client)
        confirm(desk, code)
        clock.shift(timedelta(minutes=10))
        assert state(client) == "over"
        client.post(GO)
        assert signed_in(client) is None
        late = show(client)
        clock.shift(timedelta(minutes=10))
        assert confirm(desk, late).status_code == 404


def test_a_new_code_ends_the_one_before(client, desk):
    first, second = show(client), show(client)
    assert confirm(desk, first).status_code == 404
    assert confirm(desk, second).status_code == 302


def test_used_old_and_invented_codes_look_alike(client, client_factory, desk):
    used, old = show(client), show(client_factory())
    confirm(desk, used)
    desk.get(SCAN)  # takes the word that it was done away
    ScanRequest.objects.filter(confirmed_at=None).update(expires_at=timezone.now())

    def body(code: str) -> str:
        response = desk.get(SCAN, {"code": code})
        assert response.status_code == 404
        return re.search(r"<main.*</main>", response.content.decode(), re.S).group()

    assert body(used) == body(old) == body("invented")


def test_neither_code_nor_figures_are_stored(client):
    code = show(client)
    stored = str(list(ScanRequest.objects.values())) + str(client.session.items())
    assert code not in stored
    assert client.session.session_key not in str(list(ScanRequest.objects.values()))


def test_confirming_is_for_who_may_vouch_and_needs_a_csrf_token(client, consultant):
    code = show(client)
    for role in (Role.CLINICIAN, Role.EDITOR, Role.MARKETING, Role.REVIEWER):
        other = Client()
        other.force_login(make_staff(role))
        assert confirm(other, code).status_code == 302
    assert confirm(client, code)["Location"].startswith("/admin/login/")
    elsewhere = Client(enforce_csrf_checks=True)
    elsewhere.force_login(consultant)
    assert confirm(elsewhere, code).status_code == 403
    assert state(client) == "waiting"


def test_going_on_needs_a_csrf_token(client, desk):
    confirm(desk, show(client))
    forged = Client(enforce_csrf_checks=True)
    forged.cookies = client.cookies
    assert forged.post(GO).status_code == 403
    assert not Person.objects.exists()


def test_staff_are_let_in_by_no_code(client, desk, consultant):
    code = show(client)
    for user in (consultant, make_staff(Role.CLINICIAN)):
        person = PersonFactory(user=user)
        assert confirm(desk, code, person=person.external_id).status_code == 422
    assert state(client) == "waiting"
    assert desk.get(SHOW).status_code == desk.post(SHOW).status_code == 403


def test_a_browser_that_signs_in_for_work_meanwhile_loses_its_code(client, desk):
    code = show(client)
    client.force_login(make_staff(Role.CONSULTANT))
    confirm(desk, code)
    client.post(GO)
    assert not Person.objects.exists()


def test_a_person_who_became_staff_meanwhile_is_not_let_in(client, desk):
    person = PersonFactory(user=UserFactory())
    confirm(desk, show(client), person=person.external_id)
    User.objects.filter(pk=person.user_id).update(is_staff=True)
    client.post(GO)
    assert "_auth_user_id" not in client.session


def test_a_confirmation_ends_with_the_rights_of_who_gave_it(client, desk, consultant):
    confirm(desk, show(client))
    User.objects.filter(pk=consultant.pk).update(is_active=False)
    client.post(GO)
    assert signed_in(client) is None


def test_a_contact_of_somebody_else_is_refused(client, desk):
    ContactPointFactory(value="mei@example.org")
    assert confirm(desk, show(client), contact="mei@example.org").status_code == 422
    assert state(client) == "waiting"


def test_going_on_rotates_the_session(client, desk):
    confirm(desk, show(client))
    before = client.session.session_key
    client.post(GO)
    assert client.session.session_key != before
    assert "scan" not in client.session


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:x()"])
def test_going_on_stays_on_the_site(client, desk, target):
    confirm(desk, show(client, next=target))
    assert client.post(GO)["Location"] == reverse("me")


def test_codes_are_limited_by_address_and_in_all(client_factory, monkeypatch):
    monkeypatch.setattr(scans, "AN_ADDRESS", 2)
    monkeypatch.setattr(scans, "IN_ALL", 3)
    answers = [
        client_factory(REMOTE_ADDR=address).post(SHOW).status_code
        for address in ("10.0.0.1", "10.0.0.1", "10.0.0.1", "10.0.0.2", "10.0.0.3")
    ]
    assert answers == [302, 302, 429, 302, 429]


def test_one_member_of_staff_confirms_sixty_an_hour(client_factory, desk, monkeypatch):
    monkeypatch.setattr(scans, "A_MEMBER_OF_STAFF", 2)
    answers = [confirm(desk, show(client_factory())).status_code for _ in range(3)]
    assert answers == [302, 302, 422]


def test_who_is_signed_in_already_becomes_who_staff_say(client, desk):
    before = make_signed_in(client)
    confirm(desk, show(client))
    client.post(GO)
    assert signed_in(client).display_name == "Mei"
    assert Person.objects.filter(pk=before.pk, merged_into=None).exists()


def test_the_sign_in_page_leads_here_with_its_next(client):
    page = client.get("/sign-in/", {"next": "/classes/"}).content.decode()
    assert f'action="{SHOW}"' in page
    assert '<input type="hidden" name="next" value="/classes/">' in page
