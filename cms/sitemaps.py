"""The sitemaps, one a language: every page and topic that may be found, with its twins; reads only."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import override
from wagtail.models import Locale, Page

from cms.findable import findable_pages
from cms.presentation import topics_in_use
from cms.structured_data import language_tag, site_address

Entry = dict[str, Any]


class LanguageSitemap(Sitemap):
    """What may be found in one language; a fixed number of queries, whatever there is."""

    limit = 5000

    def __init__(self, language: str) -> None:
        self.language = language

    def items(self) -> list[Entry]:
        """Every entry of the language: pages of the tree, then topics and fixed addresses."""
        return self._entries

    def get_urls(
        self, page: int | str = 1, site: Any = None, protocol: str | None = None
    ) -> list[Entry]:
        """One leaf of entries, in the shape that Django's template wants."""
        return list(self.paginator.page(page).object_list)

    def get_latest_lastmod(self) -> datetime | None:
        """When the newest page of the language was last published."""
        return max((e["lastmod"] for e in self._entries if e["lastmod"]), default=None)

    @cached_property
    def _entries(self) -> list[Entry]:
        return [*self._pages(), *self._topics(), *self._fixed()]

    def _pages(self) -> Iterator[Entry]:
        twins: dict[Any, list[tuple[str, Page]]] = defaultdict(list)
        for page in findable_pages().select_related("locale").order_by("path"):
            twins[page.translation_key].append((page.locale.language_code, page))
        for versions in twins.values():
            addresses = {language: page.full_url for language, page in versions}
            for language, page in versions:
                if language == self.language and addresses[language]:
                    yield entry(addresses, language, lastmod=page.last_published_at)

    def _topics(self) -> Iterator[Entry]:
        slugs = {
            locale.language_code: {topic.slug for topic in topics_in_use(locale.pk)}
            for locale in Locale.objects.all()
        }
        for slug in sorted(slugs.get(self.language, ())):
            languages = [language for language, known in slugs.items() if slug in known]
            yield entry(addresses_of("topic", languages, slug), self.language)

    def _fixed(self) -> Iterator[Entry]:
        languages = [code for code, _ in settings.LANGUAGES]
        yield entry(addresses_of("about_tracking", languages), self.language)


def addresses_of(name: str, languages: list[str], *args: str) -> dict[str, str]:
    """The full addresses of a named view by language."""
    found = {}
    for language in languages:
        with override(language):
            found[language] = site_address(reverse(name, args=args))
    return found


def entry(addresses: dict[str, str], language: str, lastmod: datetime | None = None) -> Entry:
    """One address with its versions in other languages; x-default is the site's first language."""
    versions = [
        {"lang_code": language_tag(code), "location": address}
        for code, address in addresses.items()
    ]
    default = addresses.get(settings.LANGUAGE_CODE)
    if default and len(versions) > 1:
        versions.append({"lang_code": "x-default", "location": default})
    return {
        "location": addresses[language],
        "lastmod": lastmod,
        "alternates": versions if len(versions) > 1 else [],
    }
