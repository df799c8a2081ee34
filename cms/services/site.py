"""Makes sure that the tree of pages has a home and its shelves in each language; deletes nothing."""

from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from wagtail.models import Locale, Page, Site

from cms.models import HomePage, IndexPage

# Written into the tree once, so not left to the translation in force at that moment.
TITLES = {
    "zh-hans": {
        "articles": "文章",
        "comics": "漫画",
        "courses": "课程",
        "classes": "直播课",
        "clinicians": "医生团队",
        "library": "资料库",
    }
}


def ensure_locale(language: str) -> Locale:
    """Return the locale of a language of the site, created where it is missing."""
    return Locale.objects.get_or_create(language_code=language)[0]


def ensure_home(language: str) -> HomePage:
    """Return the front page of a language, created as a translation of the first one's."""
    locale = ensure_locale(language)
    first = Site.objects.get(is_default_site=True).root_page
    with transaction.atomic():
        home = HomePage.objects.filter(translation_key=first.translation_key, locale=locale).first()
        if home:
            return home
        home = HomePage(
            title=settings.WAGTAIL_SITE_NAME,
            slug=f"home-{language}",
            locale=locale,
            translation_key=first.translation_key,
        )
        # Read anew: treebeard keeps the number of children on the object.
        Page.objects.get(pk=first.get_parent().pk).add_child(instance=home)
    # Wagtail remembers for an hour which trees have addresses, and notices no new one.
    Site.clear_site_root_paths_cache()
    return home


def ensure_shelf(*, shelf: str, language: str) -> IndexPage:
    """Return the index page of a shelf in a language, created with its home where missing.

    Shelves of one name are translations of each other.
    """
    home = ensure_home(language)
    with transaction.atomic():
        page = IndexPage.objects.child_of(home).filter(shelf=shelf).first()
        if page:
            return page
        title = TITLES.get(language, {}).get(shelf) or shelf.capitalize()
        page = IndexPage(title=title, slug=shelf, shelf=shelf, locale=home.locale)
        twin = IndexPage.objects.filter(shelf=shelf).exclude(locale=home.locale).first()
        if twin:
            page.translation_key = twin.translation_key
        HomePage.objects.get(pk=home.pk).add_child(instance=page)
    return page


def follow_base_url() -> None:
    """Give the default site the host and port of BASE_URL, from which full addresses are made."""
    parts = urlsplit(settings.BASE_URL)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    site = Site.objects.filter(is_default_site=True).first()
    if site and parts.hostname and (site.hostname, site.port) != (parts.hostname, port):
        site.hostname, site.port = parts.hostname, port
        site.save()
