"""Sites, their root pages and languages, and what addresses follow from them; it knows no fields.

One frame serves every answer of a content version.
"""

from dataclasses import dataclass, field
from functools import cached_property, reduce
from operator import or_
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.http.request import split_domain_port
from django.urls import reverse
from django.utils.translation import override
from wagtail.models import Locale, Page, PageViewRestriction, Site

from cms.access import Doors, doors_for
from cms.content_version import content_version


@dataclass(frozen=True)
class Root:
    """The front page of one language of a site."""

    path: str
    url_path: str
    language: str


@dataclass(frozen=True)
class PlacedSite:
    """A site with the front pages of its languages."""

    pk: int
    hostname: str
    port: int
    is_default: bool
    url: str
    roots: tuple[Root, ...]


@dataclass
class Frame:
    """What addresses and visibility of pages depend on beside the pages themselves.

    `doors` are those of a reader who is not signed in.
    """

    sites: list[PlacedSite]
    restricted_paths: tuple[str, ...]
    locales: dict[int, Locale]
    doors: Doors
    _prefixes: dict[str, str] = field(default_factory=dict)

    @cached_property
    def api_url(self) -> str:
        """Where full addresses of the API begin, without a slash at the end."""
        parts = urlsplit(settings.WAGTAILAPI_BASE_URL)
        return f"{parts.scheme}://{parts.netloc}"

    def know_language(self, page: Page) -> Page:
        """Give the page its locale, which the frame knows already."""
        if page.locale_id in self.locales:
            page.locale = self.locales[page.locale_id]
        return page

    def site_of(self, request: HttpRequest) -> PlacedSite | None:
        """The site of a request, found as Wagtail finds it: by host name, port, or the default."""
        hostname = split_domain_port(request._get_raw_host())[0]  # type: ignore[attr-defined]
        named = [site for site in self.sites if site.hostname == hostname]
        if len(named) == 1:
            return named[0]
        port = int(request.get_port())
        exact = [site for site in named if site.port == port]
        default = [site for site in self.sites if site.is_default]
        return next(iter(exact or default), None)

    def is_restricted(self, path: str) -> bool:
        """Tell whether a page of that tree path, or one above it, is not for everybody."""
        return path.startswith(self.restricted_paths) if self.restricted_paths else False

    def html_url(self, url_path: str) -> str | None:
        """The full address of a page on the site, None where it stands under no site."""
        placed = self._placed(url_path)
        if placed is None:
            return None
        site, root = placed
        return f"{site.url}{self._prefix(root.language)}{url_path[len(root.url_path) :]}"

    def detail_url(self, pk: int) -> str:
        """The full address of a page in the API."""
        return f"{self.api_url}{self._details}{pk}/"

    @cached_property
    def _details(self) -> str:
        return reverse("wagtailapi:pages:listing")

    def _prefix(self, language: str) -> str:
        if language not in self._prefixes:
            with override(language):
                self._prefixes[language] = reverse("wagtail_serve", args=("",))
        return self._prefixes[language]

    def _placed(self, url_path: str) -> tuple[PlacedSite, Root] | None:
        for site, root in self._by_length:
            if url_path.startswith(root.url_path):
                return site, root
        return None

    @cached_property
    def _by_length(self) -> list[tuple[PlacedSite, Root]]:
        pairs = [(site, root) for site in self.sites for root in site.roots]
        return sorted(pairs, key=lambda pair: -len(pair[1].url_path))


def known_condition(frame: Frame, site: PlacedSite | None, doors: Doors) -> Q:
    """The condition of live pages under the site that the reader may know of.

    Pages with one of Wagtail's view restrictions are not among them, whoever asks.
    """
    if site is None or not site.roots:
        return Q(pk__in=[])
    under = reduce(or_, (Q(path__startswith=root.path) for root in site.roots))
    condition = Q(live=True) & under
    for path in (*frame.restricted_paths, *doors.unknown):
        condition &= ~Q(path__startswith=path)
    return condition


def _read_frame() -> Frame:
    restricted = PageViewRestriction.objects.order_by("pk").values_list("page__path", flat=True)
    sites = list(Site.objects.select_related("root_page").order_by("-is_default_site", "pk"))
    keys = {site.root_page.translation_key for site in sites}
    roots: dict = {key: [] for key in keys}
    locales: dict[int, Locale] = {}
    for page in Page.objects.filter(translation_key__in=keys).select_related("locale"):
        locales[page.locale_id] = page.locale
        roots[page.translation_key].append(
            Root(page.path, page.url_path, page.locale.language_code)
        )
    placed = [
        PlacedSite(
            pk=site.pk,
            hostname=site.hostname,
            port=site.port,
            is_default=site.is_default_site,
            url=site.root_url,
            roots=tuple(roots[site.root_page.translation_key]),
        )
        for site in sites
    ]
    return Frame(
        sites=placed, restricted_paths=tuple(restricted), locales=locales, doors=doors_for(None)
    )


_last: tuple[str, Frame] | None = None


def current_frame(version: str | None = None) -> Frame:
    """The frame of the content as it is now; no query while the version is the last one seen.

    `version` is the version that holds, for who has asked already.
    """
    global _last
    version = content_version() if version is None else version
    held = _last
    if held is not None and version and held[0] == version:
        return held[1]
    frame = _read_frame()
    _last = (version, frame)
    return frame
