"""Which pages search engines, feeds and sitemaps may show; reads only.

A page may be read by everybody and still be kept out: an imported one was reviewed by nobody here.
"""

from collections.abc import Callable

from django.apps import apps
from django.db.models import QuerySet
from wagtail.models import Page

from cms.models import IndexPage, PiecePage

#: Packages and modules beside add what only they know: each returns ids of pages to keep out.
kept_out: list[Callable[[], QuerySet]] = []


def piece_models() -> list[type[PiecePage]]:
    """Every installed type of piece, those of the packages above too."""
    return [model for model in apps.get_models() if issubclass(model, PiecePage)]


def findable_pages(language: str | None = None) -> QuerySet:
    """Live, public pages of a language (or of all) that may be found; one query when it is read."""
    pages = Page.objects.live().public().filter(depth__gt=1)
    if language:
        pages = pages.filter(locale__language_code=language)
    for model in piece_models():
        pages = pages.exclude(pk__in=model.objects.filter(reviewed_here=False).values("pk"))
    pages = pages.exclude(
        pk__in=IndexPage.objects.filter(shelf=IndexPage.Shelf.LIBRARY).values("pk")
    )
    for ids in kept_out:
        pages = pages.exclude(pk__in=ids())
    return pages


def may_be_found(page: Page) -> bool:
    """Whether search engines may show this page; asked of one page at hand, without a query."""
    return (
        getattr(page, "reviewed_here", True)
        and getattr(page, "shelf", None) != IndexPage.Shelf.LIBRARY
    )
