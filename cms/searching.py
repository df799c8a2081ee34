"""Which pages and topics answer a query or belong to a topic; reads only."""

import re
from collections.abc import Collection

from django.db.models import Q, QuerySet
from django.http import Http404
from wagtail.models import Locale, Page

from cms.models import (
    ArticlePage,
    ClinicianPage,
    ComicPage,
    CoursePage,
    ModulePage,
    PageTopic,
    Topic,
    TopicAlias,
)

SEARCHED_TYPES = (ArticlePage, ComicPage, CoursePage, ModulePage, ClinicianPage)
TOPICS_IN_AN_ANSWER = 8
HITS_AT_MOST = 480
WORD = re.compile(r"\w+")


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
        Page.objects.live()
        .filter(locale=locale, pk__in=items.values("content_object"))
        .order_by("-first_published_at", "-pk")
        .specific()
    )


def found_pages(query: str, locale: Locale) -> QuerySet | list[Page]:
    """Live pages of the language that match the query.

    The index splits text at spaces, which Chinese does not have, so a Chinese query looks into
    titles and standfirsts as they stand.
    """
    pages = Page.objects.live().filter(locale=locale).type(*SEARCHED_TYPES)
    if locale.language_code.startswith("zh"):
        matches = Q(title__icontains=query) | Q(pk__in=_pages_of_topics(query))
        for model in (ArticlePage, ComicPage, CoursePage, ModulePage):
            matches |= Q(pk__in=model.objects.filter(standfirst__icontains=query).values("pk"))
        return pages.filter(matches).order_by("-first_published_at").specific()
    # The index's own signs (quotes, stars, brackets) mean nothing to a reader.
    words = " ".join(WORD.findall(query))
    if not words:
        return []
    hits = [page.pk for page in pages.search(words, operator="and")[:HITS_AT_MOST]]
    order = {pk: place for place, pk in enumerate(hits)}
    found = Page.objects.filter(pk__in=hits).specific()
    return sorted(found, key=lambda page: order[page.pk])


def _pages_of_topics(query: str) -> QuerySet:
    return PageTopic.objects.filter(tag__in=_matching_topics(query)).values("content_object")


def _matching_topics(query: str) -> QuerySet:
    aliases = TopicAlias.objects.filter(name__icontains=query)
    return Topic.objects.filter(
        Q(name__icontains=query) | Q(name_zh__icontains=query) | Q(pk__in=aliases.values("topic"))
    )


def found_topics(query: str) -> list[Topic]:
    """Topics whose name or alias holds the query, merges resolved, each once."""
    matches = _matching_topics(query).select_related("merged_into").order_by("name")
    found = dict.fromkeys(topic.resolved for topic in matches[: 2 * TOPICS_IN_AN_ANSWER])
    return list(found)[:TOPICS_IN_AN_ANSWER]
