"""Topic pages, search and the page about tracking; they read and never write."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from wagtail.models import Locale

from cms.presentation import leaf
from cms.searching import found_pages, found_topics, pages_about, topic_by_slug


def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything live about a topic in the language of the moment; a merged one leads on."""
    found = topic_by_slug(slug)
    if found.resolved != found:
        return redirect("topic", slug=found.resolved.slug, permanent=False)
    locale = Locale.objects.get_for_language(get_language())
    children = found.children.filter(merged_into=None).order_by("name")
    pages = pages_about([found, *children], locale)
    context = {"topic": found, "children": children, "leaf": leaf(request, pages)}
    return render(request, "cms/topic.html", context)


def search(request: HttpRequest) -> HttpResponse:
    """Pieces and topics that match `q`, in the language of the moment."""
    query = " ".join(request.GET.get("q", "").replace("\0", "").split())[:100]
    context: dict = {"query": query}
    if query:
        locale = Locale.objects.get_for_language(get_language())
        context["topics"] = found_topics(query)
        context["leaf"] = leaf(request, found_pages(query, locale))
    return render(request, "cms/search.html", context)


def about_tracking(request: HttpRequest) -> HttpResponse:
    """What the site measures, and the reader's choices."""
    return render(request, "cms/about_tracking.html")
