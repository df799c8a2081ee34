"""Which topics a text names, in both languages, and that authors choose and do not invent."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cms.models import ArticlePage, PageTopic, Topic, TopicAlias
from cms.services.topics import merge_topics
from cms.suggestions import suggested_topics
from people.models import User
from people.roles import Role
from people.services.roles import ensure_roles
from tests.factories import content

pytestmark = pytest.mark.django_db


def staff(client, role: Role) -> User:
    ensure_roles()
    user = User.objects.create_user(role.value, password="x", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return user


def names(piece) -> list[str]:
    return [item.topic.name for item in suggested_topics(piece)]


@pytest.fixture
def vocabulary():
    gums = content.topic("Gum disease", name_zh="牙周病")
    TopicAlias.objects.create(topic=gums, name="Periodontitis")
    TopicAlias.objects.create(topic=gums, name="牙周炎")
    content.topic("Gum")
    leukemia = content.topic("Acute lymphoblastic leukemia")
    TopicAlias.objects.create(topic=leukemia, name="ALL")
    content.topic("Fluoride", name_zh="氟")
    content.topic("Fluoride varnish", name_zh="涂氟")
    return gums


def test_longest_name_at_a_place_counts_and_place_decides_the_order(vocabulary):
    piece = content.article(
        title="Gum disease and you",
        standfirst="",
        body=[
            ("heading", "Fluoride varnish"),
            ("paragraph", "<p>Fluoride. Fluoride varnish. All of them. GUM DISEASE.</p>"),
        ],
    )
    found = [(s.topic.name, s.mentions, s.weight) for s in suggested_topics(piece)]
    assert found == [
        ("Gum disease", 2, 1.0), ("Fluoride varnish", 2, 0.5), ("Fluoride", 1, 0.5),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("periodontitis", ["Gum disease"]),
        ("Periodontitis-like", ["Gum disease"]),
        ("chewing gums", ["Gum"]),
        ("begum gumption", []),
        ("All patients; all", []),
        ("ALL is a cancer", ["Acute lymphoblastic leukemia"]),
        ("得了牙周炎怎么办", ["Gum disease"]),
        ("给孩子涂氟", ["Fluoride varnish"]),
        ("", []),
    ],
)
def test_names_and_aliases_are_found_by_words_and_in_chinese_anywhere(vocabulary, text, found):
    assert names(content.article(title="X", body=[("key_fact", text)])) == found


def test_what_the_piece_carries_is_not_suggested_and_merges_are_resolved(vocabulary):
    pimples, acne = content.topic("Pimples"), content.topic("Acne")
    merge_topics(topic=pimples, into=acne, actor="system")
    assert names(content.article(title="Pimples")) == ["Acne"]
    assert names(content.article(title="Pimples", topics=[acne])) == []
    assert names(content.article(title="Pimples", topics=[pimples])) == []


def test_references_are_not_read():
    content.topic("Molars")
    assert names(content.article(title="X", references=[("Molars", "https://example.org")])) == []


def test_queries_do_not_grow_with_text_or_topics():
    counts = []
    for number in (1, 3):
        for _ in range(number):
            content.topic(f"Term {Topic.objects.count()}")
        piece = content.article(title=" and ".join(Topic.objects.values_list("name", flat=True)))
        with CaptureQueriesContext(connection) as queries:
            assert suggested_topics(piece)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_editor_offers_suggestions_as_buttons(client, vocabulary):
    staff(client, Role.EDITOR)
    piece = content.article(title="Periodontitis <b>")
    html = client.get(reverse("wagtailadmin_pages:edit", args=[piece.pk])).content.decode()
    assert f'data-topic="{vocabulary.pk}" data-topic-name="Gum disease"' in html
    piece.title = "Fluoride"
    piece.save_revision()
    fragment = client.get(reverse("topic_suggestions", args=[piece.pk])).content.decode()
    assert 'data-topic-name="Fluoride"' in fragment and "Gum disease" not in fragment


def test_suggestions_are_for_those_who_may_edit(client):
    piece = content.article()
    staff(client, Role.CONSULTANT)
    assert client.get(reverse("topic_suggestions", args=[piece.pk])).status_code == 302


def test_chooser_finds_by_any_name_shows_no_merged_topic_and_makes_none(client, vocabulary):
    merge_topics(topic=Topic.objects.get(name="Gum"), into=vocabulary, actor="system")
    staff(client, Role.CLINICIAN)
    window = client.get(reverse("topic_chooser:choose")).json()["html"]
    assert 'name="name"' not in window and "tab-create" not in window
    for query, found in (("periodon", True), ("牙周炎", True), ("gum dis", True), ("zzz", False)):
        html = client.get(reverse("topic_chooser:choose_results"), {"q": query}).content.decode()
        assert ("Gum disease" in html) is found, query
    html = client.get(reverse("topic_chooser:choose_results"), {"q": "gum"}).content.decode()
    assert html.count("data-chooser-modal-choice") == 1
    client.post(reverse("topic_chooser:create"), {"name": "Invented"})
    assert not Topic.objects.filter(name="Invented").exists()


def form_of(piece, tag: str, item: str = "") -> dict:
    page_topics = {
        "page_topics-TOTAL_FORMS": "1", "page_topics-INITIAL_FORMS": "1" if item else "0",
        "page_topics-MIN_NUM_FORMS": "0", "page_topics-MAX_NUM_FORMS": "1000",
        "page_topics-0-tag": tag, "page_topics-0-weight": "0.5", "page_topics-0-id": item,
    }  # fmt: skip
    return page_topics


def bound_form(piece, data: dict):
    handler = ArticlePage.get_edit_handler()
    form_class = handler.get_form_class()
    user = User.objects.create_superuser(f"root-{User.objects.count()}", password="x")
    return form_class(data, instance=piece, for_user=user)


def test_form_takes_no_term_that_is_not_in_the_vocabulary(vocabulary):
    piece = content.article()
    for tag in ("Invented", "999999", ""):
        formset = bound_form(piece, form_of(piece, tag)).formsets["page_topics"]
        formset.is_valid()
        assert formset.errors[0].get("tag") or not formset.forms[0].has_changed(), tag
    formset = bound_form(piece, form_of(piece, str(vocabulary.pk))).formsets["page_topics"]
    assert formset.is_valid(), formset.errors
    assert not Topic.objects.filter(name="Invented").exists()


def test_merged_topic_is_not_given_anew_and_stays_where_it_was():
    old, new = content.topic("Old"), content.topic("New")
    piece = content.article(topics=[old])
    merge_topics(topic=old, into=new, actor="system")
    kept = PageTopic.objects.get(content_object=piece)
    formset = bound_form(piece, form_of(piece, str(old.pk), str(kept.pk))).formsets["page_topics"]
    assert formset.is_valid(), formset.errors
    other = content.article()
    formset = bound_form(other, form_of(other, str(old.pk))).formsets["page_topics"]
    assert not formset.is_valid()
    assert "New stands for this topic" in str(formset.errors)
