"""Terms that wait, where a topic is used, and topics of sections and panels."""

import json

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Locale, Page

from cms.models import Topic
from cms.searching import answer_to
from cms.services.topics import merge_topics
from people.models import User
from people.roles import Role
from people.services.roles import ensure_roles
from tests.factories import content

pytestmark = pytest.mark.django_db


@pytest.fixture
def login(client):
    def as_role(role: Role):
        ensure_roles()
        user = User.objects.create_user(role.value, password="x", is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        return client

    return as_role


def section_topics(topic: Topic) -> tuple:
    return ("section_topics", [topic.pk])


def sectioned(topic: Topic, **fields):
    words = ("paragraph", "<p>Words.</p>")
    return content.article(body=[("heading", "A part"), section_topics(topic), words], **fields)


def test_home_and_report_show_the_terms_that_wait_and_one_is_taken_in(login):
    editor = login(Role.EDITOR)
    content.topic("Known")
    waiting = content.topic("Xerosis", waits_for_editor=True)
    content.article(topics=[waiting])
    home = editor.get(reverse("wagtailadmin_home")).content.decode()
    assert "1 term waits for you" in home and reverse("topics_waiting") in home
    html = editor.get(reverse("topics_waiting")).content.decode()
    assert "Xerosis" in html and "Known" not in html
    assert reverse("topics:merge", args=[waiting.pk]) in html
    address = reverse("approve_topic", args=[waiting.pk])
    assert editor.get(address).status_code == 405
    assert editor.post(address).status_code == 302
    assert not Topic.objects.get(pk=waiting.pk).waits_for_editor
    assert "term waits for you" not in editor.get(reverse("wagtailadmin_home")).content.decode()


def test_clinician_neither_sees_nor_decides(login):
    waiting = content.topic("Xerosis", waits_for_editor=True)
    clinician = login(Role.CLINICIAN)
    assert clinician.get(reverse("topics_waiting")).status_code == 302
    clinician.post(reverse("approve_topic", args=[waiting.pk]))
    assert Topic.objects.get(pk=waiting.pk).waits_for_editor
    assert "term waits for you" not in clinician.get(reverse("wagtailadmin_home")).content.decode()


def test_report_takes_as_many_queries_for_three_terms_as_for_one(login):
    editor = login(Role.EDITOR)
    counts = []
    for number in (1, 2):
        for _ in range(number):
            content.topic(f"Term {Topic.objects.count()}", waits_for_editor=True)
        editor.get(reverse("topics_waiting"))
        with CaptureQueriesContext(connection) as queries:
            editor.get(reverse("topics_waiting"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_where_used_names_pages_sections_panels_and_what_was_merged(login):
    kept, merged = content.topic("Gum disease"), content.topic("Gingivitis")
    merge_topics(topic=merged, into=kept, actor="system")
    content.article(title="Whole page", topics=[kept])
    content.article(title="Carries the merged one", topics=[merged], live=False)
    section = sectioned(kept, title="One section")
    comic = content.comic(title="One panel", panels=2, about_health=False)
    panels = list(comic.panels_in_order.raw_data)
    panels[1]["value"]["topics"] = [kept.pk]
    comic.panels_in_order = json.dumps(panels)
    comic.save()
    html = login(Role.EDITOR).get(reverse("topic_uses", args=[kept.pk])).content.decode()
    for words in ("Whole page", "Carries the merged one", "One section", "One panel", "not live"):
        assert words in html, words
    assert f"{reverse('wagtailadmin_pages:edit', args=[section.pk])}#:w:contentpath=body." in html
    assert reverse("topics:merge", args=[merged.pk]) in html


def test_topics_of_a_section_are_shown_found_and_in_the_api(client):
    topic = content.topic("Gum disease", name_zh="牙周病")
    page = sectioned(topic, title="Plain")
    assert '<a href="/topics/gum-disease/">Gum disease</a>' in client.get(page.url).content.decode()
    found = answer_to("gum disease", Locale.get_default()).page_ids
    assert list(found) == [page.pk]
    body = client.get(f"/api/v2/pages/{page.pk}/").json()["body"]
    (value,) = [block["value"] for block in body if block["type"] == "section_topics"]
    assert [item["slug"] for item in value] == ["gum-disease"]


def test_topics_of_sections_take_one_query_whatever_their_number(client):
    counts = []
    for number in (1, 3):
        topics = [content.topic(f"T {number} {n}") for n in range(number)]
        page = content.article(title="Plain", body=[section_topics(topic) for topic in topics])
        client.get(page.url)
        with CaptureQueriesContext(connection) as queries:
            client.get(page.url)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_deleted_topic_leaves_its_sections_readable(client):
    topic = content.topic("Gone")
    page = sectioned(topic, title="Plain")
    topic.delete()
    assert client.get(page.url).status_code == 200
    assert Page.objects.get(pk=page.pk).live
