"""What the head of a page tells search engines, feed readers and share cards; it makes no query."""

from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse, translate_url
from django.utils.translation import get_language
from wagtail.images.models import SourceImageIOError

from cms.findable import may_be_found
from cms.models import ClinicianPage
from cms.structured_data import (
    address_of,
    branch_nodes,
    graph_of,
    in_language,
    language_tag,
    script_of,
    site_address,
    topic_nodes,
)

register = template.Library()

CARD = "fill-1200x630|format-jpeg|jpegquality-82"
CARD_SIZE = (1200, 630)
OG_LOCALES = {"en": "en_GB", "zh-hans": "zh_CN"}


@register.inclusion_tag("components/found.html", takes_context=True)
def found_here(context: Any) -> dict:
    """The canonical address, versions in other languages, feeds, the share card and the JSON-LD.

    A preview and a page that search engines may not show say only that.
    """
    shown = context.flatten()
    request, page, topic = (shown.get(name) for name in ("request", "page", "topic"))
    if getattr(request, "is_preview", False) or shown.get("keep_out") or request is None:
        return {"keep_out": True}
    shown["share_picture"], card = share_picture(shown)
    versions = _versions(shown)
    return {
        "keep_out": _is_kept_out(shown),
        "canonical": _canonical(shown),
        "versions": versions,
        "feeds": _feeds(shown),
        "card": _card(shown, card) if page or topic else None,
        "data": script_of(_graph(shown)),
    }


def share_picture(shown: Any) -> tuple[str, dict]:
    """The full address of the picture of a share card, and what the card says of it."""
    page = shown.get("page")
    image = getattr(page, "cover", None) or getattr(page, "portrait", None)
    if image and not image.is_withheld:
        try:
            rendition = image.get_rendition(CARD)
        except SourceImageIOError:
            pass
        else:
            size = {"width": rendition.width, "height": rendition.height}
            return rendition.full_url, {**size, "alt": image.description}
    width, height = CARD_SIZE
    address = site_address(static("img/share.png"))
    return address, {"width": width, "height": height, "alt": ""}


def _graph(shown: Any) -> list[dict]:
    if shown.get("page"):
        return graph_of(shown["page"], shown)
    if shown.get("topic"):
        return topic_nodes(shown["topic"], shown)
    if shown.get("branch"):
        return branch_nodes([shown["branch"]], shown)
    if shown.get("places"):
        return branch_nodes([place["branch"] for place in shown["places"]], shown)
    return []


def _is_kept_out(shown: Any) -> bool:
    """Whether search engines may not show this; of a topic, if nothing of ours is about it."""
    if shown.get("page"):
        return not may_be_found(shown["page"])
    return bool(shown.get("topic")) and not any(map(may_be_found, shown["leaf"]))


def _leaf_number(shown: Any) -> int:
    leaf = shown.get("leaf")
    return leaf.number if leaf else 1


def _canonical(shown: Any) -> str:
    """The one address of what is shown: query strings do not count, the leaf of a list does."""
    request, page = shown["request"], shown.get("page")
    address = address_of(page, shown) if page else site_address(request.path)
    number = _leaf_number(shown)
    return f"{address}?{urlencode({'leaf': number})}" if number > 1 else address


def _versions(shown: Any) -> list[dict]:
    """The addresses in each language, and the one for all others; nothing for a single language.

    A leaf beyond the first has no twin: the lists of two languages differ.
    """
    if _leaf_number(shown) > 1:
        return []
    if shown.get("page"):
        twins = shown.get("twins") or {}
        found = {code: address_of(twin, shown) for code, twin in twins.items()}
    else:
        path = shown["request"].path
        found = {code: site_address(translate_url(path, code)) for code, _ in settings.LANGUAGES}
    if len(found) < 2:
        return []
    versions = [{"code": language_tag(code), "url": url} for code, url in sorted(found.items())]
    if settings.LANGUAGE_CODE in found:
        versions.append({"code": "x-default", "url": found[settings.LANGUAGE_CODE]})
    return versions


def _feeds(shown: Any) -> list[dict]:
    """The feed of the site, and that of the topic or the clinician shown."""
    name = in_language(shown["clinic"], "name")
    feeds = [{"url": reverse("feed"), "title": name}]
    page, topic = shown.get("page"), shown.get("topic")
    if topic:
        url = reverse("topic_feed", args=[topic.slug])
        feeds.append({"url": url, "title": f"{topic.label} · {name}"})
    if isinstance(page, ClinicianPage):
        url = reverse("clinician_feed", args=[page.slug])
        feeds.append({"url": url, "title": f"{page.title} · {name}"})
    return feeds


def _card(shown: Any, picture: dict) -> dict:
    """What a messenger shows of a link."""
    page, topic = shown.get("page"), shown.get("topic")
    language = get_language() or settings.LANGUAGE_CODE
    name = in_language(shown["clinic"], "name")
    card = {
        "site": name,
        "locale": OG_LOCALES.get(language, language),
        "other_locales": [OG_LOCALES.get(c, c) for c in shown.get("twins") or () if c != language],
        "picture": {**picture, "url": shown["share_picture"]},
        "type": "website",
    }
    if topic:
        return {**card, "title": topic.label, "description": in_language(topic, "description")}
    first = (getattr(page, field, "") for field in ("standfirst", "introduction", "biography"))
    card["title"] = page.seo_title or (page.title if page.depth > 2 else name)
    card["description"] = page.search_description or next((text for text in first if text), "")
    if hasattr(page, "standfirst"):
        author = page.author
        card |= {
            "type": "article",
            "published": page.first_published_at,
            "modified": page.last_published_at,
            "author": address_of(author, shown) if author and author.live else "",
            "topics": [each.label for each in getattr(page, "shown_topics", ())],
        }
    elif isinstance(page, ClinicianPage):
        card["type"] = "profile"
    return card
