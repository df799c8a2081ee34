"""Topic pages, search, the page about tracking, and what is not there; they read and never write."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, get_language_from_path, override
from django.utils.translation import gettext as _
from wagtail.models import Locale

from cms.access import doors_of, empty_lessons
from cms.excerpts import show_hits
from cms.kept_answers import keeps_answers
from cms.languages import preferred_language
from cms.presentation import leaf, topics_in_use
from cms.searching import answer_to, pages_about, pages_in_order, topic_by_slug
from cms.topic_names import topics_spelt_nearly

TOPICS_TO_LOOK_THROUGH = 24
TOPICS_ON_AN_ERROR = 12


@keeps_answers
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
    """Pieces and topics that answer `q`, in the language of the moment, with the words marked."""
    query = " ".join(request.GET.get("q", "").replace("\0", "").split())[:100]
    context: dict = {"query": query}
    locale = Locale.objects.get_for_language(get_language())
    if query:
        answer = answer_to(query, locale)
        found = leaf(request, answer.page_ids, turned_into=pages_in_order)
        doors = doors_of(request)
        empty_lessons(page for page in found.object_list if not doors.opens(page))
        show_hits(found.object_list, query=query, names=answer.names)
        context |= {"topics": answer.topics, "leaf": found, "is_cut": answer.is_cut}
        if not answer.page_ids:
            near = topics_spelt_nearly(query)
            context["near_topics"] = [topic for topic in near if topic not in answer.topics]
    if not query or not answer.page_ids:
        context["topics_in_use"] = topics_in_use(locale.pk)[:TOPICS_TO_LOOK_THROUGH]
    return render(request, "cms/search.html", context)


def about_tracking(request: HttpRequest) -> HttpResponse:
    """What the site measures, and the reader's choices, with an example of a receipt."""
    return render(request, "cms/about_tracking.html", {"example": example_receipt()})


def example_receipt() -> dict:
    """A receipt of an interest as the reader's own page shows it, of nobody and for nobody."""
    return {
        "title": _("Dental implants"),
        "from": _("An example, of nobody"),
        "lines": [
            {"date": date(2026, 11, 3), "label": _("Read an article through"), "amount": "1.00"},
            {"date": date(2026, 11, 3), "label": _("Came to half of a class"), "amount": "1.50"},
            {"date": "", "label": _("Faded in 30 days"), "amount": "−1.25"},
        ],
        "total": {"label": _("Interest on 3 December"), "amount": "1.25"},
        "note": _("Lapses on 11 January if nothing is added. You can delete it at any time."),
    }


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 with a way on, in the language of the address, or the reader's where it names none."""
    language = get_language_from_path(request.path_info) or preferred_language(request)
    with override(language):
        locale = Locale.objects.filter(language_code=language).first()
        context = {"topics": topics_in_use(locale.pk)[:TOPICS_ON_AN_ERROR] if locale else []}
        response = render(request, "404.html", context, status=404)
    response["Content-Language"] = language
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response
