"""Where a topic is used: on pages with its weight, in sections and comic panels; reads only."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from wagtail.models import Page, ReferenceIndex
from wagtail.permission_policies.pages import PagePermissionPolicy

from cms.models import PageTopic, Topic
from cms.page_rows import known_to
from people.models import User

SHOWN_AT_MOST = 500


@dataclass(frozen=True)
class Use:
    """A page that carries the topic; `weight` is None where only parts of it do.

    `places` are the content paths of the sections and panels, which the editor opens at.
    """

    page: Page
    weight: float | None
    places: tuple[str, ...]
    may_edit: bool


def uses_of(topic: Topic, *, user: User) -> list[Use]:
    """The pages that carry the topic or one merged into it, live ones first, then by title.

    Authors see their own and live ones. A fixed number of queries; the pages that may be edited are
    those the login's roles reach.
    """
    ids = [topic.pk, *topic.merged_from.values_list("pk", flat=True)]
    weights = dict(
        PageTopic.objects.filter(tag__in=ids)
        .order_by("weight")
        .values_list("content_object_id", "weight")
    )
    places = part_uses(ids)
    wanted = list({*weights, *places})[:SHOWN_AT_MOST]
    pages = known_to(user, Page.objects.filter(pk__in=wanted))
    editable = set(
        PagePermissionPolicy()
        .instances_user_has_any_permission_for(user, {"change"})
        .filter(pk__in=wanted)
        .values_list("pk", flat=True)
    )
    uses = [
        Use(page, weights.get(page.pk), tuple(places.get(page.pk, ())), page.pk in editable)
        for page in pages.select_related("locale", "content_type")
    ]
    return sorted(uses, key=lambda use: (not use.page.live, use.page.title))


def part_uses(topic_ids: Iterable[int]) -> dict[int, list[str]]:
    """Page id to the content paths at which sections or panels carry one of the topics."""
    rows = ReferenceIndex.objects.filter(
        Q(base_content_type=ContentType.objects.get_for_model(Page)),
        to_content_type=ContentType.objects.get_for_model(Topic),
        to_object_id__in=[str(pk) for pk in topic_ids],
    ).exclude(model_path__startswith="page_topics")
    places: dict[int, list[str]] = {}
    for object_id, path in rows.order_by("content_path").values_list("object_id", "content_path"):
        places.setdefault(int(object_id), []).append(path)
    return places
