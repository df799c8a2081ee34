"""The secret address of one's calendar on "my learning": asked for, shown, replaced."""

import re
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from classroom.models import CalendarFeed
from people.roles import Role
from people.services.roles import ensure_roles
from tests.factories.classroom import live_class, place
from tests.factories.people import make_signed_in, make_staff

pytestmark = pytest.mark.django_db
PAGE = reverse("my_learning")
NEW = reverse("renew_calendar")


def address_on(client) -> str:
    """The path of the address the page shows, empty for none."""
    found = re.search(r'id="feed-url" value="([^"]+)"', client.get(PAGE).content.decode())
    return urlsplit(found[1]).path if found else ""


def test_looking_makes_no_address_and_a_press_does(client):
    person = make_signed_in(client)
    place(live_class(title="Gums"), person)
    assert address_on(client) == ""
    assert not CalendarFeed.objects.exists()
    assert client.get(NEW).status_code == 405
    assert client.post(NEW).url == f"{PAGE}#calendar"
    page = client.get(PAGE).content.decode()
    assert "webcal://" in page
    assert "SUMMARY:Gums" in Client().get(address_on(client)).content.decode()


def test_a_new_address_ends_the_old_and_nobody_elses(client):
    make_signed_in(client)
    client.post(NEW)
    old = address_on(client)
    other = Client()
    make_signed_in(other)
    other.post(NEW)
    theirs = address_on(other)
    page = client.post(NEW, follow=True).content.decode()
    assert "The old one opens nothing any more" in page
    new = address_on(client)
    assert len({old, new, theirs}) == 3
    assert [Client().get(one).status_code for one in (old, new, theirs)] == [404, 200, 200]


def test_it_needs_a_csrf_token_and_a_reader():
    strict = Client(enforce_csrf_checks=True)
    make_signed_in(strict)
    assert strict.post(NEW).status_code == 403
    assert Client().post(NEW).status_code == 302
    ensure_roles()
    staff = Client()
    staff.force_login(make_staff(Role.EDITOR))
    assert staff.post(NEW).url == reverse("me")
    assert not CalendarFeed.objects.exists()
