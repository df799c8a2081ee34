"""Atom feeds of what is new: the whole site, a topic, a clinician, each in one language; reads only."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page, require_safe

from cms.findable import findable_pages, piece_models
from cms.models import ClinicianPage, ModulePage, PageTopic, PiecePage, Topic
from cms.presentation import topics_by_page
from cms.searching import topic_by_slug
from cms.structured_data import in_language, language_tag, site_address
from people.models import Clinic

NEWEST = 20


def newest_pieces(*conditions: Q) -> list[PiecePage]:
    """The newest findable pieces of the language of the moment, whatever their type.

    The number of queries hangs on the number of types, not on that of pieces.
    """
    findable = findable_pages(get_language()).values("pk")
    found: list[PiecePage] = []
    for model in piece_models():
        if model is not ModulePage:  # a module comes with its course
            pieces = model.objects.filter(*conditions, pk__in=findable)
            found += pieces.select_related("author", "locale").order_by(
                "-first_published_at", "-pk"
            )[:NEWEST]
    found = sorted((piece for piece in found if piece.first_published_at), key=_newest_first)
    topics = topics_by_page(piece.pk for piece in found[:NEWEST])
    for piece in found[:NEWEST]:
        piece.shown_topics = topics.get(piece.pk, [])
    return found[:NEWEST]


def _newest_first(piece: PiecePage) -> float:
    return -piece.first_published_at.timestamp()


class SiteFeed(Feed):
    """What is new on the site in the language of the moment."""

    feed_type = Atom1Feed
    address = "feed"

    def __init__(self) -> None:
        self.clinic = Clinic.objects.order_by("pk").first() or Clinic()
        self.language = language_tag(get_language() or "en")

    def title(self, about: Any) -> str:
        """The clinic's name, after what the feed is about."""
        name = in_language(self.clinic, "name")
        return f"{self.named(about)} · {name}" if about else name

    def named(self, about: Any) -> str:
        """What the feed is about, in words."""
        return ""

    def link(self, about: Any) -> str:
        """The page that the feed follows."""
        return site_address(reverse("wagtail_serve", args=[""]))

    def feed_url(self, about: Any) -> str:
        """The feed's own address, its name for readers of feeds."""
        return site_address(reverse(self.address))

    def subtitle(self, about: Any) -> str:
        """One sentence for lists of feeds."""
        return _("New articles, comics, courses and classes.")

    def items(self, about: Any) -> list[PiecePage]:
        """The pieces, newest first."""
        return newest_pieces()

    def item_title(self, item: PiecePage) -> str:
        """The piece's title."""
        return item.title

    def item_description(self, item: PiecePage) -> str:
        """Its standfirst."""
        return item.standfirst

    def item_link(self, item: PiecePage) -> str:
        """Its full address."""
        return item.full_url

    def item_guid(self, item: PiecePage) -> str:
        """An id that stays when the address changes (a tag URI, RFC 4151)."""
        host = urlsplit(settings.BASE_URL).hostname
        name = f"{item.translation_key}:{item.locale.language_code}"
        return f"tag:{host},{item.first_published_at:%Y-%m-%d}:{name}"

    def item_author_name(self, item: PiecePage) -> str:
        """Who wrote it, else the clinic."""
        return item.author.title if item.author else in_language(self.clinic, "name")

    def item_categories(self, item: PiecePage) -> list[str]:
        """Its topics."""
        return [topic.label for topic in item.shown_topics]

    def item_pubdate(self, item: PiecePage) -> datetime | None:
        """When it first went live."""
        return item.first_published_at

    def item_updateddate(self, item: PiecePage) -> datetime | None:
        """When it last changed."""
        return item.last_published_at or item.first_published_at


class TopicFeed(SiteFeed):
    """What is new about one topic and what was merged into it."""

    address = "topic_feed"

    def get_object(self, request: HttpRequest, slug: str) -> Topic:
        """The topic that stands for that slug; raises Http404."""
        return topic_by_slug(slug).resolved

    def named(self, about: Topic) -> str:
        """The topic's name."""
        return about.label

    def link(self, about: Topic) -> str:
        """The topic's page."""
        return site_address(reverse("topic", args=[about.slug]))

    def feed_url(self, about: Topic) -> str:
        """The feed's own address."""
        return site_address(reverse(self.address, args=[about.slug]))

    def items(self, about: Topic) -> list[PiecePage]:
        """The pieces that carry the topic."""
        carried = PageTopic.objects.filter(Q(tag=about) | Q(tag__merged_into=about))
        return newest_pieces(Q(pk__in=carried.values("content_object")))


class ClinicianFeed(SiteFeed):
    """What one clinician wrote."""

    address = "clinician_feed"

    def get_object(self, request: HttpRequest, slug: str) -> ClinicianPage:
        """The clinician's live page in the language of the moment; raises Http404."""
        found = ClinicianPage.objects.live().filter(slug=slug, locale__language_code=get_language())
        clinician = found.first()
        if clinician is None:
            raise Http404
        return clinician

    def named(self, about: ClinicianPage) -> str:
        """The clinician's name."""
        return about.title

    def link(self, about: ClinicianPage) -> str:
        """The clinician's page."""
        return about.full_url

    def feed_url(self, about: ClinicianPage) -> str:
        """The feed's own address."""
        return site_address(reverse(self.address, args=[about.slug]))

    def items(self, about: ClinicianPage) -> list[PiecePage]:
        """The pieces they are the author of."""
        return newest_pieces(Q(author=about))


@require_safe
@conditional_page
def site_feed(request: HttpRequest) -> HttpResponse:
    """What is new on the site; 304 for who has it already."""
    return SiteFeed()(request)


@require_safe
@conditional_page
def topic_feed(request: HttpRequest, slug: str) -> HttpResponse:
    """What is new about a topic; 304 for who has it already."""
    return TopicFeed()(request, slug=slug)


@require_safe
@conditional_page
def clinician_feed(request: HttpRequest, slug: str) -> HttpResponse:
    """What is new by a clinician; 304 for who has it already."""
    return ClinicianFeed()(request, slug=slug)
