"""Tells the world, by the outbox, which pages went live and which were taken down; no person is named."""

from collections.abc import Collection
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from wagtail.models import Page

from cms.models import PageTopic
from cms.read_api.frame import Frame, current_frame
from cms.selectors import resolved_topic_ids
from outbox.registry import declare_news
from outbox.services import enqueue_effects

PUBLISHED, UNPUBLISHED = "page.published", "page.unpublished"

# A later package may handle them (webhooks); until then they are kept as a journal.
declare_news(PUBLISHED, UNPUBLISHED)


def tell_published(*, page_ids: Collection[int]) -> None:
    """Note that these pages are live with new content; part of the caller's transaction."""
    _tell(PUBLISHED, page_ids=page_ids)


def tell_unpublished(*, page_ids: Collection[int]) -> None:
    """Note that these pages are no longer live; to be called while their rows still stand."""
    _tell(UNPUBLISHED, page_ids=page_ids)


def _tell(kind: str, *, page_ids: Collection[int]) -> None:
    frame = current_frame()
    topics = _topic_slugs(page_ids)
    at = timezone.now().isoformat()
    payloads = {}
    rows = Page.objects.filter(pk__in=page_ids).select_related("locale")
    for page in rows.only("url_path", "content_type_id", "translation_key", "locale"):
        payload = _payload(page, frame=frame, topics=topics.get(page.pk, []))
        # Two publications of a page are two pieces of news, so the moment belongs to the key.
        payloads[f"{kind}:{page.pk}:{at}"] = {**payload, "at": at}
    enqueue_effects(kind=kind, payloads=payloads)


def _payload(page: Page, *, frame: Frame, topics: list[str]) -> dict[str, Any]:
    model = ContentType.objects.get_for_id(page.content_type_id).model_class() or Page
    return {
        "page": page.pk,
        "type": f"{model._meta.app_label}.{model.__name__}",
        "language": page.locale.language_code,
        "translation_key": str(page.translation_key),
        "html_url": frame.html_url(page.url_path),
        "detail_url": frame.detail_url(page.pk),
        "topics": topics,
    }


def _topic_slugs(page_ids: Collection[int]) -> dict[int, list[str]]:
    """The slugs of each page's topics, merges resolved, by name."""
    slugs: dict[int, set[str]] = {}
    standing = resolved_topic_ids()
    rows = PageTopic.objects.filter(content_object_id__in=page_ids)
    merged = dict(
        PageTopic.tag.field.related_model.objects.filter(pk__in=set(standing.values())).values_list(
            "pk", "slug"
        )
    )
    for page_id, tag_id, slug in rows.values_list("content_object_id", "tag_id", "tag__slug"):
        slugs.setdefault(page_id, set()).add(merged.get(standing.get(tag_id), slug))
    return {page_id: sorted(found) for page_id, found in slugs.items()}
