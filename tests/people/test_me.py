"""One's own page: withdrawing, downloading and being forgotten, none of it by a GET."""

import json

import pytest
from django.urls import reverse

from people import registry
from people.models import ConsentEvent, Person
from people.selectors import has_consent
from people.services.visitors import visitor_for_person
from tests.factories.people import make_signed_in, make_staff

pytestmark = pytest.mark.django_db


def test_me_needs_a_session(client):
    for name in ("me", "my_data", "forget_me"):
        response = client.get(reverse(name))
        assert response.status_code == 302
        assert response["Location"].startswith("/sign-in/?next=")


@pytest.mark.parametrize("language", ["", "/zh-hans"])
def test_me_shows_contacts_and_decisions_of_the_one_who_asks(client, language):
    person = make_signed_in(client, profiling=True)
    page = client.get(f"{language}/me/")
    assert page.status_code == 200
    assert person.contact_points.get().value in page.content.decode()
    assert page.content.decode().count('name="purpose"') == 1
    assert "no-store" in page["Cache-Control"]


def test_me_shows_the_sections_of_upper_packages(client):
    asked = []
    person = make_signed_in(client)

    def section(request, person, visitor):
        asked.append(person)
        return "emails/sign_in_code.txt", {"code": "section-of-a-test"}

    registry.me_sections.append(section)
    try:
        page = client.get(reverse("me")).content.decode()
    finally:
        registry.me_sections.remove(section)
    assert asked == [person]
    assert "section-of-a-test" in page


def test_me_shows_each_decision_once(client):
    person = make_signed_in(client, profiling=True)
    visitor_for_person(person=person, actor="system")
    page = client.get(reverse("me")).content.decode()
    receipts = page[page.index("receipt-title") :]
    assert receipts.count("<time datetime") == 1


def test_withdraw_takes_one_purpose_back_by_post_alone(client):
    person = make_signed_in(client, profiling=True, marketing=True)
    assert client.get(reverse("withdraw"), {"purpose": "profiling"}).status_code == 405
    assert has_consent(person=person, purpose="profiling")
    client.post(reverse("withdraw"), {"purpose": "profiling"})
    assert not has_consent(person=person, purpose="profiling")
    assert has_consent(person=person, purpose="marketing")


def test_download_holds_everything_of_the_one_who_asks_and_nobody_else(client):
    other = make_signed_in(client, profiling=True)
    person = make_signed_in(client, profiling=True)
    response = client.get(reverse("my_data"))
    assert "attachment" in response["Content-Disposition"]
    report = json.loads(response.content)
    assert report["person"] == person.external_id
    assert person.contact_points.get().value in response.content.decode()
    assert other.contact_points.get().value not in response.content.decode()


def test_forget_me_asks_by_get_and_erases_by_post(client):
    person = make_signed_in(client, profiling=True)
    assert client.get(reverse("forget_me")).status_code == 200
    assert Person.objects.filter(pk=person.pk).exists()
    response = client.post(reverse("forget_me"), follow=True)
    assert response.status_code == 200
    assert not Person.objects.filter(pk=person.pk).exists()
    assert "_auth_user_id" not in client.session
    assert ConsentEvent.objects.filter(subject=f"person:{person.external_id}").exists()


def test_forms_of_ones_own_page_need_a_csrf_token(client_factory):
    client = client_factory(enforce_csrf_checks=True)
    person = make_signed_in(client, profiling=True)
    for name in ("withdraw", "forget_me", "sign_out"):
        assert client.post(reverse(name), {"purpose": "profiling"}).status_code == 403
    assert has_consent(person=person, purpose="profiling")


def test_staff_without_a_person_see_a_plain_note(client):
    client.force_login(make_staff())
    assert client.get(reverse("me")).status_code == 200
    assert client.post(reverse("forget_me")).status_code == 302
