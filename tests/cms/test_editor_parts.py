"""What the editor of a piece loads is really served: a part that is missing leaves its fields empty."""

import re

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse

from people.roles import Role
from people.services.roles import ensure_roles
from tests.factories.content import article
from tests.factories.people import make_staff

pytestmark = pytest.mark.django_db


def test_every_script_and_style_of_the_editor_exists(client):
    ensure_roles()
    client.force_login(make_staff(Role.EDITOR))
    page = client.get(reverse("wagtailadmin_pages:edit", args=[article().pk])).content.decode()
    named = set(re.findall(r'(?:src|href)="/static/([^"?]+\.(?:js|css))', page))
    assert len(named) > 20
    assert {name for name in named if not finders.find(name)} == set()
