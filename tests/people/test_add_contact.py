"""Adding a contact to one's own page: a code to it first, and never one that is somebody else's."""

import pytest
from django.urls import reverse

from outbox.services import run_due_effects
from outbox.texts import WRITTEN
from people.models import Clinic, ContactPoint
from people.services.contacts import BelongsToOther, add_contact
from people.services.verification import redeem_code, request_code
from tests.factories.people import ContactPointFactory, make_person, make_signed_in

pytestmark = pytest.mark.django_db
NUMBER = "+8613800138000"


@pytest.fixture(autouse=True)
def clinic(settings):
    """A clinic in China on a developer's machine, where mails and texts lie in one box."""
    settings.DEBUG, settings.BASE_URL = True, "http://127.0.0.1:8000"
    settings.SMS_ADAPTER = WRITTEN
    return Clinic.objects.create(pk=1, name="Heron", time_zone="Asia/Shanghai")


def confirm(client, mailoutbox, number="138 0013 8000"):
    assert client.post(reverse("add_contact"), {"phone": number}).status_code == 302
    run_due_effects()
    code = mailoutbox[-1].body.rsplit("#", 1)[1]
    return client.post(reverse("confirm_contact"), {"code": code}, follow=True)


def test_the_page_offers_the_kind_that_is_missing(client):
    make_signed_in(client)
    page = client.get(reverse("me")).content.decode()
    assert "Add a mobile number" in page and "Add an e-mail address" not in page
    Clinic.objects.update(offers_phone=False)
    assert "Add a" not in client.get(reverse("me")).content.decode()


def test_a_number_is_added_once_its_code_came_back(client, mailoutbox):
    person = make_signed_in(client)
    page = confirm(client, mailoutbox).content.decode()
    assert "The contact is confirmed, and yours." in page
    assert "+86 138 0013 8000" in page
    point = ContactPoint.objects.get(kind="phone")
    assert (point.person, point.value, point.verified_at is None) == (person, NUMBER, False)


def test_without_the_code_nothing_is_added(client):
    make_signed_in(client)
    client.post(reverse("add_contact"), {"phone": NUMBER})
    assert client.post(reverse("confirm_contact"), {"code": "000000"}).status_code == 422
    assert not ContactPoint.objects.filter(kind="phone").exists()


def test_a_number_somebody_claimed_before_becomes_verified(client, mailoutbox):
    person = make_signed_in(client)
    ContactPointFactory(person=person, kind="phone", value=NUMBER, verified_at=None)
    confirm(client, mailoutbox)
    assert ContactPoint.objects.get(person=person, kind="phone").verified_at is not None


def test_a_contact_of_another_person_stays_theirs_and_only_the_code_tells(client, mailoutbox):
    other = ContactPointFactory(kind="phone", value=NUMBER).person
    make_signed_in(client)
    page = confirm(client, mailoutbox).content.decode()
    assert "belongs to another account" in page
    assert ContactPoint.objects.get(kind="phone").person == other


def test_adding_twice_changes_nothing(mailoutbox):
    person = make_person()
    asked = request_code(kind="phone", value=NUMBER, language="en", browser="b", address="a")
    with pytest.raises(ValueError, match="not verified"):
        add_contact(person=person, verification=asked)
    run_due_effects()
    code = mailoutbox[-1].body.rsplit("#", 1)[1]
    used = redeem_code(public_id=str(asked.public_id), code=code, browser="b")
    first = add_contact(person=person, verification=used)
    assert add_contact(person=person, verification=used) == first
    with pytest.raises(BelongsToOther):
        add_contact(person=make_person(), verification=used)


@pytest.mark.parametrize("data", [{"phone": "12"}, {"email": "nobody"}, {}])
def test_what_is_no_contact_is_said_and_kept(client, data):
    make_signed_in(client)
    response = client.post(reverse("add_contact"), data)
    assert response.status_code == 422
    for typed in data.values():
        assert f'value="{typed}"' in response.content.decode()


def test_nobody_adds_a_contact_without_being_signed_in(client):
    for name in ("add_contact", "confirm_contact"):
        assert "/sign-in/" in client.post(reverse(name), {"phone": NUMBER})["Location"]
