"""A list that asks for a merged topic goes on with the one that stands for it, and says so everywhere."""

import pytest
from django.urls import reverse

from cms.models import Topic
from cms.services.topics import merge_topics, undo_merge
from leads.selectors import members_of
from leads.services.membership import refresh_lists
from people.roles import Role
from tests.factories.leads import heat, list_of, prospect, staff, topic_named, warm

pytestmark = pytest.mark.django_db
NOTE = "Dry mouth was merged: the list asks for Xerostomia."


@pytest.fixture
def merged(client):
    """A list that asks for a topic that was merged, with somebody warm for what stands for it."""
    client.force_login(staff(Role.MARKETING))
    dry, stands = topic_named("Dry mouth"), topic_named("Xerostomia")
    lead_list = list_of("Dry", heat(dry, 1.0), heat(dry, 0.5))
    list_of("Other", heat(stands, 90.0))
    merge_topics(topic=dry, into=stands, actor="x")
    warm(prospect("Ann"), stands, heat=2.0)
    refresh_lists()
    return lead_list


def test_members_lists_and_builder_say_which_topic_stands_for_which(client, merged):
    assert members_of(merged).count() == 1
    for name, args in (("members", [merged.pk]), ("index", [])):
        html = client.get(reverse(f"lead-lists:{name}", args=args)).content.decode()
        assert html.count(NOTE) == 1
    shown = client.get(reverse("lead-lists:edit", args=[merged.pk])).context["form"]
    sent = {"rules": shown.initial["rules"], "list": merged.pk}
    notes = client.post(reverse("lead-lists:count"), sent).json()["notes"]
    assert [note["message"] for note in notes] == [NOTE, NOTE]
    undo_merge(topic=Topic.objects.get(name="Dry mouth"), actor="x")
    assert NOTE not in client.get(reverse("lead-lists:index")).content.decode()


def test_a_topic_that_a_list_asks_for_is_not_deleted(client, merged):
    client.force_login(staff(Role.EDITOR))
    dry = Topic.objects.get(name="Dry mouth")
    url = reverse("topics:delete", args=[dry.pk])
    html = client.get(url).content.decode()
    assert "Yes, delete" not in html
    assert client.post(url).status_code in (302, 403)
    assert Topic.objects.filter(pk=dry.pk).exists()


def test_what_is_wrong_with_a_list_stands_among_the_lists(client, merged):
    other = list_of("Asked", heat(topic_named("T"), 1.0))
    list_of("Asks", {"kind": "list", "other_list": other})
    other.delete()
    html = client.get(reverse("lead-lists:index")).content.decode()
    assert "The list of this condition is missing" in html
