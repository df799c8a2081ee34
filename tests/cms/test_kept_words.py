"""What the script that keeps words is told, and to whom."""

import json
import re

import pytest
from django.urls import reverse

from people.roles import Role
from people.services.roles import ensure_roles
from tests.factories.content import article
from tests.factories.people import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    ensure_roles()
    user = make_staff(Role.EDITOR)
    client.force_login(user)
    return user


def ask(client, page=""):
    address = reverse("kept_words_session") + f"?page={page}"
    return client.get(address, headers={"X-Requested-With": "XMLHttpRequest"})


def test_it_tells_the_login_and_how_far_a_page_is_saved(client, editor):
    page = article()
    revision = page.save_revision(user=editor)
    answer = ask(client, page.pk)
    told = answer.json()
    assert told["user"] == editor.pk
    assert told["revision"] == {
        "id": str(revision.pk),
        "created_at": revision.created_at.isoformat(),
    }
    assert "no-store" in answer["Cache-Control"]
    assert ask(client, "x").json()["revision"] is None


def test_it_tells_nothing_of_a_page_one_may_not_edit(client, editor):
    page = article()
    page.save_revision(user=editor)
    client.force_login(make_staff(Role.CLINICIAN))
    assert ask(client, page.pk).json()["revision"] is None
    client.logout()
    assert ask(client, page.pk).status_code == 403


def test_its_words_come_in_the_language_of_the_admin(client, editor):
    page = client.get(reverse("wagtailadmin_home")).content.decode()
    texts = json.loads(re.search(r'id="kept-words-texts">(.*?)</script>', page)[1])
    assert texts["session"] == reverse("kept_words_session")
    assert "kept in this browser" in texts["offline"]
