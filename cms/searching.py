"""Which pages answer a query or belong to a topic, and in what order; reads only."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from django.http import Http404
from wagtail.models import Locale, Page

from cms.access import listed
from cms.fulltext import ranked_page_ids
from cms.models import (
    ArticlePage,
    ClinicianPage,
    ComicPage,
    CoursePage,
    ModulePage,
    PageTopic,
    PiecePage,
    Topic,
)
from cms.search_text import folded, query_words
from cms.topic_names import NamedTopics, topics_holding, topics_named

#: The types a reader searches; packages above add theirs at start.
searched_types: list[type[Page]] = [ArticlePage, ComicPage, CoursePage, ModulePage, ClinicianPage]

HITS_AT_MOST = 480
HEAVY = 0.5


@dataclass(frozen=True)
class Answer:
    """Ids of pages, best first; the topics the query names; whether there are more than were counted.

    `topics` are those a reader may want to go to, `names` other names of what was looked for.
    """

    page_ids: Sequence[int] = ()
    topics: Sequence[Topic] = ()
    names: Sequence[str] = ()
    is_cut: bool = False


def topic_by_slug(slug: str) -> Topic:
    """The topic, with what stands for it and its parent; raises Http404."""
    found = Topic.objects.select_related("merged_into", "parent").filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def pages_about(topics: Collection[Topic], locale: Locale) -> QuerySet:
    """Live pages of the language that carry any of the topics or one merged into them, newest first."""
    items = PageTopic.objects.filter(Q(tag__in=topics) | Q(tag__merged_into__in=topics))
    return (
        listed(Page.objects.live())
        .public()
        .not_type(ClinicianPage)
        .filter(locale=locale, pk__in=items.values("content_object"))
        .order_by("-first_published_at", "-pk")
        .specific()
    )


def answer_to(query: str, locale: Locale) -> Answer:
    """Live public pages of the language that hold every word of the query, or carry its topic.

    A page whose title holds all the words comes first, then one that is about the topic the query
    names, then one that holds the words anywhere; of those that are equally good the reviewed ones
    come first, then those the index ranks higher. Where a part of the query is another name of a
    topic, pages of that topic that hold the rest answer too. A fixed number of queries.
    """
    words = query_words(query)
    if not words:
        return Answer()
    pages = listed(Page.objects.live().public()).filter(locale=locale).type(*searched_types)
    named = topics_named(query)
    ranked = ranked_page_ids(pages, any_of=[words], limit=HITS_AT_MOST)
    is_cut = len(ranked) == HITS_AT_MOST
    weights = _weights_of_pages(pages, named)
    if named.rest and weights:
        about = pages.filter(pk__in=list(weights))
        holding = set(ranked_page_ids(about, any_of=[named.rest], limit=HITS_AT_MOST))
        weights = {pk: weight for pk, weight in weights.items() if pk in holding}
    place = {pk: number for number, pk in enumerate(dict.fromkeys([*ranked, *weights]))}
    rows = Page.objects.filter(pk__in=list(place)).values_list("pk", "title", "content_type_id")
    titles: dict[int, str] = {}
    types: dict[int, list[int]] = {}
    for pk, title, type_id in rows:
        titles[pk] = title
        types.setdefault(type_id, []).append(pk)
    unreviewed = _not_reviewed_here(types)

    asked = folded(query)

    def worth(pk: int) -> tuple:
        title = titles[pk]
        if asked == folded(title):
            tier = 0
        elif set(words).issubset(query_words(title)):
            tier = 1
        elif not named.rest and weights.get(pk, 0.0) >= HEAVY:
            tier = 2
        else:
            tier = 3
        return (tier, pk in unreviewed, place[pk])

    return Answer(
        page_ids=sorted(place, key=worth),
        topics=topics_holding(query, first=named.topics),
        names=named.names,
        is_cut=is_cut,
    )


def pages_in_order(page_ids: Sequence[int]) -> list[Page]:
    """The pages of these ids in their order, each of its own type."""
    order = {pk: place for place, pk in enumerate(page_ids)}
    found = Page.objects.filter(pk__in=page_ids).specific()
    return sorted(found, key=lambda page: order[page.pk])


def _weights_of_pages(pages: QuerySet, named: NamedTopics) -> dict[int, float]:
    """Page id to the greatest weight among the named topics on it."""
    if not named.topics:
        return {}
    rows = (
        PageTopic.objects.filter(Q(tag__in=named.topics) | Q(tag__merged_into__in=named.topics))
        .filter(content_object__in=pages.order_by().values("pk"))
        .order_by("-weight", "-content_object_id")
        .values_list("content_object_id", "weight")[:HITS_AT_MOST]
    )
    weights: dict[int, float] = {}
    for page_id, weight in rows:
        weights[page_id] = max(weights.get(page_id, 0.0), weight)
    return weights


def _not_reviewed_here(ids_by_type: Mapping[int, Sequence[int]]) -> set[int]:
    """Those of the pages, given by content type, that nobody here has reviewed; one query."""
    models = {
        ContentType.objects.get_for_model(model).pk: model
        for model in searched_types
        if issubclass(model, PiecePage)
    }
    unreviewed = [
        models[type_id]
        .objects.order_by()
        .filter(pk__in=page_ids, reviewed_here=False)
        .values_list("pk", flat=True)
        for type_id, page_ids in ids_by_type.items()
        if type_id in models
    ]
    if not unreviewed:
        return set()
    first, *others = unreviewed
    return set(first.union(*others, all=True) if others else first)
