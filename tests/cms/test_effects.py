"""What is told of pages that go live or are taken down: once each, in the transaction, naming nobody."""

import pytest
from django.db import transaction
from wagtail.models import Page

from cms.services.topics import merge_topics
from cms.signals import pages_published
from outbox.models import Effect, EffectState
from outbox.services import run_due_effects
from tests.factories import content

pytestmark = pytest.mark.django_db


def told(kind: str) -> list[dict]:
    return [effect.payload for effect in Effect.objects.filter(kind=kind).order_by("pk")]


@pytest.fixture
def article():
    page = content.article(topics=[content.topic("Gums")], slug="gums", title="Gums")
    Effect.objects.all().delete()
    return page


def test_publishing_tells_what_and_where_and_not_who(article):
    article.save_revision().publish()
    [payload] = told("page.published")
    assert payload.pop("at")
    assert payload == {
        "page": article.pk,
        "type": "cms.ArticlePage",
        "language": "en",
        "translation_key": str(article.translation_key),
        "html_url": article.full_url,
        "detail_url": f"http://127.0.0.1:8000/api/v2/pages/{article.pk}/",
        "topics": ["gums"],
    }


def test_publishing_again_is_told_again_and_a_draft_is_not(article):
    article.save_revision().publish()
    article.save_revision()
    article.save_revision().publish()
    assert len(told("page.published")) == 2


def test_taking_down_and_deleting_are_told(article):
    other = content.article()
    Effect.objects.all().delete()
    article.unpublish()
    other.delete()
    assert [payload["page"] for payload in told("page.unpublished")] == [article.pk, other.pk]


def test_deleting_a_draft_is_no_news(article):
    article.unpublish()
    Effect.objects.all().delete()
    Page.objects.get(pk=article.pk).delete()
    assert told("page.unpublished") == []


def test_moved_shelf_tells_of_every_live_page_under_it(article):
    draft = content.article(live=False)
    Effect.objects.all().delete()
    shelf = article.get_parent()
    shelf.move(content.comic().get_parent(), pos="last-child")
    pages = {payload["page"]: payload["html_url"] for payload in told("page.published")}
    assert article.pk in pages and shelf.pk in pages and draft.pk not in pages
    assert pages[article.pk] == Page.objects.get(pk=article.pk).full_url


def test_merged_topic_is_told_as_the_one_that_stands_for_it(article):
    merge_topics(
        topic=article.page_topics.first().tag, into=content.topic("Gum disease"), actor="test"
    )
    article.save_revision().publish()
    assert told("page.published")[-1]["topics"] == ["gum-disease"]


@pytest.mark.parametrize("count", [1, 3, 20])
def test_telling_of_many_pages_takes_as_many_queries_as_of_one(
    count, article, django_assert_max_num_queries
):
    ids = [content.article(topics=[content.topic(f"T{n}")]).pk for n in range(count)]
    Effect.objects.all().delete()
    from cms.effects import tell_published

    with django_assert_max_num_queries(10):
        tell_published(page_ids=ids)
    assert len(told("page.published")) == count


def test_news_of_a_rolled_back_publication_is_none(article):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        pages_published.send(sender=Page, page_ids=[article.pk])
        raise ZeroDivisionError
    assert told("page.published") == []


def test_news_for_nobody_is_kept_as_done_and_never_run(article):
    article.save_revision().publish()
    [effect] = Effect.objects.filter(kind="page.published")
    assert (effect.state, effect.attempts) == (EffectState.DONE, 0)
    assert effect.done_at
    run_due_effects()
    assert not effect.deliveries.exists()
