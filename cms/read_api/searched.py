"""`search=` of the read API: words in any script, found and ranked as the site finds them."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from rest_framework.filters import BaseFilterBackend
from wagtail.api.v2.utils import BadRequestError
from wagtail.models import Page

from cms.fulltext import ranked_page_ids
from cms.search_text import query_parts, query_words

OPERATORS = ("and", "or")


class Ranked:
    """Pages in the order of their ids; counted without a query, loaded a slice at a time."""

    def __init__(self, pages: QuerySet, page_ids: Sequence[int]) -> None:
        self._pages, self._page_ids = pages, page_ids

    def count(self) -> int:
        """How many pages there are."""
        return len(self._page_ids)

    def __getitem__(self, wanted: slice) -> list[Page]:
        page_ids = self._page_ids[wanted]
        pages = self._pages.in_bulk(page_ids)
        return [pages[pk] for pk in page_ids if pk in pages]

    def select_related(self, *names: str) -> "Ranked":
        """The same pages, loaded with these rows beside them."""
        return Ranked(self._pages.select_related(*names), self._page_ids)


class WordsFilter(BaseFilterBackend):
    """Narrows a list to what `search=` asks for: best first, or as `order=` says.

    With `search_operator=and`, the default, a page holds every word; with `or` at least one, where
    a run of Chinese counts as one word. Raises BadRequestError for any other operator.
    """

    def filter_queryset(self, request: HttpRequest, queryset: QuerySet, view: Any) -> Any:
        if "search" not in request.GET:
            return queryset
        operator = request.GET.get("search_operator") or "and"
        if operator not in OPERATORS:
            raise BadRequestError("search_operator must be 'and' or 'or'")
        query = request.GET["search"]
        parts = query_parts(query) if operator == "or" else [query]
        # As a condition of its own, so that a list may be narrowed by columns the index knows not.
        pages = Page.objects.filter(pk__in=queryset.order_by().values("pk"))
        found = ranked_page_ids(pages, any_of=[query_words(part) for part in parts])
        if "order" in request.GET:
            return queryset.filter(pk__in=found)
        return Ranked(queryset, found)
