"""The rule of names, merges and their undoing."""

import pytest
from django.utils.text import slugify
from hypothesis import given, settings
from hypothesis import strategies as st

from cms.models import PageTopic, Topic, TopicAlias
from cms.selectors import topic_weights
from cms.services.topics import MergeRefused, TopicBook, merge_topics, tidy_name, undo_merge
from outbox.models import AuditEntry
from tests.factories.imports import article, topic

pytestmark = pytest.mark.django_db


def test_equal_ascii_slugs_are_one_topic_and_the_other_names_aliases():
    book = TopicBook()
    found = book.ensure(["Dry Skin", "dry skin", "Dry-skin!"])
    assert len(set(found.values())) == 1
    only = Topic.objects.get()
    assert (only.name, only.slug, only.waits_for_editor) == ("Dry Skin", "dry-skin", True)
    aliases = TopicAlias.objects.order_by("name").values_list("name", flat=True)
    assert list(aliases) == ["Dry-skin!", "dry skin"]


def test_accents_do_not_make_another_topic():
    found = TopicBook().ensure(["Sjögren syndrome", "Sjogren syndrome"])
    assert len(set(found.values())) == 1


def test_other_scripts_that_collide_get_a_number():
    book = TopicBook()
    found = book.ensure(["pi fu", "皮肤", "皮 肤", "皮膚"])
    slugs = {name: Topic.objects.get(pk=pk).slug for name, pk in found.items()}
    assert slugs["pi fu"] == "pi-fu"
    assert slugs["皮肤"] == "pifu"
    assert len(set(found.values())) == 4
    assert slugs["皮膚"] == "pifu-2"
    assert TopicBook().find("皮肤") == found["皮肤"]


def test_latin_name_after_a_chinese_one_of_the_same_slug_is_a_topic_of_its_own():
    found = TopicBook().ensure(["皮肤", "pifu"])
    assert Topic.objects.get(pk=found["pifu"]).slug == "pifu-2"
    assert TopicBook().find("PIFU") == found["pifu"]


names = st.text(alphabet=st.sampled_from("aAbé -'皮肤膚β!"), min_size=1, max_size=4).filter(
    lambda name: tidy_name(name) != ""
)


@settings(max_examples=60, deadline=None)
@given(st.lists(names, min_size=1, max_size=8))
def test_a_name_finds_the_same_topic_whoever_asks_and_ascii_slugs_are_one_topic(batch):
    Topic.objects.all().delete()
    first = TopicBook().ensure(batch)
    assert TopicBook().ensure(batch) == first
    ascii_names = [name for name in batch if name.isascii() and slugify(name)]
    by_slug: dict[str, set[int]] = {}
    for name in ascii_names:
        by_slug.setdefault(slugify(name), set()).add(first[name])
    assert all(len(ids) == 1 for ids in by_slug.values())
    assert len({frozenset(ids) for ids in by_slug.values()}) == len(by_slug)
    assert Topic.objects.values("slug").distinct().count() == Topic.objects.count()


def test_merge_is_resolved_on_read_and_undone_by_one_field():
    dry, wet = topic("Dry mouth"), topic("Xerostomia")
    page = article(topics=[dry, wet])
    PageTopic.objects.filter(tag=dry).update(weight=0.25)
    merge_topics(topic=dry, into=wet, actor="system")
    assert topic_weights([page.pk]) == {page.pk: {wet.pk: 1.0}}
    assert PageTopic.objects.filter(tag=dry).count() == 1
    undo_merge(topic=dry, actor="system")
    assert topic_weights([page.pk]) == {page.pk: {dry.pk: 0.25, wet.pk: 1.0}}
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["topic.merge", "topic.undo_merge"]


def test_merge_into_itself_or_in_a_circle_is_refused():
    one, two = topic("One"), topic("Two")
    with pytest.raises(MergeRefused):
        merge_topics(topic=one, into=one, actor="system")
    merge_topics(topic=one, into=two, actor="system")
    with pytest.raises(MergeRefused):
        merge_topics(topic=two, into=one, actor="system")
    with pytest.raises(MergeRefused):
        merge_topics(topic=one, into=two, actor="system")


def test_topic_saved_by_hand_gets_its_slug_by_the_same_rule():
    assert Topic.objects.create(name="皮肤").slug == "pifu"
    assert Topic.objects.create(name="皮膚").slug == "pifu-2"
