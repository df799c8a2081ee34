"""Puts new pages into Wagtail's search index many at a time; changed pages are Wagtail's own affair.

On SQLite the stock way refreshes a norm of every new row, and with it the full text index, in a
second pass over the whole table. Here a row comes with its norm, and its text is made before the
transaction begins, as the one writer of SQLite should not wait for it.
"""

from collections import defaultdict
from collections.abc import Sequence

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Avg
from django.db.models.functions import Length
from wagtail.search.backends import get_search_backends
from wagtail.search.models import IndexEntry

from cms.models import ArticlePage, PiecePage

# A usual length of titles, for the first pages of an empty index.
TITLE_LENGTH = 30.0


class SearchEntries:
    """Prepares and writes the search entries of new pages, in each backend that wants them."""

    def __init__(self) -> None:
        self._backends = list(get_search_backends(with_auto_update=True))
        self._embedded = []
        if connection.vendor == "sqlite":
            # This module of Wagtail's can be loaded on SQLite only.
            from wagtail.search.backends.database.sqlite import sqlite

            self._indexer = sqlite.ObjectIndexer
            self._embedded = [
                backend
                for backend in self._backends
                if isinstance(backend.get_index_for_model(ArticlePage), sqlite.SQLiteIndex)
            ]
        self._average = (
            IndexEntry.objects.annotate(length=Length("title"))
            .filter(length__gt=0)
            .aggregate(average=Avg("length"))["average"]
            or TITLE_LENGTH
        )

    def prepare(self, page: PiecePage) -> list[IndexEntry]:
        """Return the entries of an unsaved page, still without its id."""
        entries = []
        for backend in self._embedded:
            texts = self._indexer(page, backend)
            entries.append(
                IndexEntry(
                    content_type=ContentType.objects.get_for_model(type(page)),
                    title=texts.title,
                    autocomplete=texts.autocomplete,
                    body=texts.body,
                    title_norm=self._average / max(len(texts.title), 1),
                )
            )
        return entries

    def write(self, pages: Sequence[PiecePage], *, prepared: Sequence[list[IndexEntry]]) -> None:
        """Write the entries of pages that have ids now."""
        rows = []
        for page, entries in zip(pages, prepared, strict=True):
            for entry in entries:
                entry.object_id = str(page.pk)
                rows.append(entry)
        IndexEntry.objects.bulk_create(rows)
        by_model: dict[type[PiecePage], list[PiecePage]] = defaultdict(list)
        for page in pages:
            by_model[type(page)].append(page)
        for backend in self._backends:
            if backend not in self._embedded:
                for model, group in by_model.items():
                    backend.add_bulk(model, group)
