"""The vocabulary in the admin: who may see it, merge and undo."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from cms.models import Topic
from people.models import User
from people.roles import Role
from people.services.roles import ensure_roles
from tests.factories.imports import article, topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    ensure_roles()
    user = User.objects.create_user("editor", password="x", is_staff=True)
    user.groups.add(Group.objects.get(name=Role.EDITOR))
    client.force_login(user)
    return client


def test_editor_sees_topics_and_where_they_are_used(editor):
    acne = topic("Acne")
    article("One", topics=[acne])
    article("Two", topics=[acne])
    response = editor.get(reverse("topics:index") + "?waits_for_editor=true")
    assert response.status_code == 200
    assert [(found.name, found.pages) for found in response.context["object_list"]] == [("Acne", 2)]
    assert editor.get(reverse("topics:edit", args=[acne.pk])).status_code == 200


def test_editor_merges_and_undoes(editor):
    dry, wet = topic("Dry mouth"), topic("Xerostomia")
    address = reverse("topics:merge", args=[dry.pk])
    assert editor.get(address).status_code == 200
    assert editor.post(address, {"merged_into": wet.pk}).status_code == 302
    assert Topic.objects.get(pk=dry.pk).resolved == wet
    assert "Undo the merge" in editor.get(address).content.decode()
    assert editor.post(address, {"undo": "1"}).status_code == 302
    assert Topic.objects.get(pk=dry.pk).resolved == dry


def test_merge_into_itself_is_refused_on_the_screen(editor):
    dry = topic("Dry mouth")
    response = editor.post(reverse("topics:merge", args=[dry.pk]), {"merged_into": dry.pk})
    assert response.status_code == 200
    assert "into itself" in response.content.decode()


def test_clinician_may_not_merge(client):
    ensure_roles()
    user = User.objects.create_user("doctor", password="x", is_staff=True)
    user.groups.add(Group.objects.get(name=Role.CLINICIAN))
    client.force_login(user)
    dry, wet = topic("Dry mouth"), topic("Xerostomia")
    client.post(reverse("topics:merge", args=[dry.pk]), {"merged_into": wet.pk})
    assert Topic.objects.get(pk=dry.pk).merged_into is None
