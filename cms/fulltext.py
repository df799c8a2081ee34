"""Asks the full text index for pages, best first; reads only.

On PostgreSQL Wagtail's own search does it. On SQLite Wagtail ranks each hit by running the whole
match once more, so a common word in 5,000 pages takes seconds; one statement does the same here,
and lets a word in the title weigh more than one in the text.
"""

from collections.abc import Sequence

from django.db import connections
from django.db.models import QuerySet
from wagtail.models import Page
from wagtail.search.models import IndexEntry
from wagtail.search.query import Or, PlainText

# Of the columns autocomplete, body and title, as the index was made with.
WEIGHTS = (0.0, 1.0, 8.0)


def ranked_page_ids(
    pages: QuerySet, *, any_of: Sequence[Sequence[str]], limit: int | None = None
) -> list[int]:
    """The ids of those of the pages that hold all the words of any of the groups; at most one query.

    Words hold no quotes; groups without words find nothing.
    """
    groups = [words for words in any_of if words]
    if not groups:
        return []
    connection = connections[pages.db]
    if connection.vendor != "sqlite":
        asked = [PlainText(" ".join(words), operator="and") for words in groups]
        found = pages.search(asked[0] if len(asked) == 1 else Or(asked))[:limit]
        return list(found.get_queryset().values_list("pk", flat=True))
    table = IndexEntry._meta.db_table
    wanted, parameters = pages.order_by().values("pk").query.sql_with_params()
    match = " OR ".join("(" + " AND ".join(f'"{word}"' for word in words) + ")" for words in groups)
    with connection.cursor() as cursor:
        # An entry's object may be a picture of the same number: its type must be the page's.
        cursor.execute(
            f"SELECT page.id FROM {table}_fts AS fts "
            f"JOIN {table} AS entry ON entry.id = fts.rowid "
            f"JOIN {Page._meta.db_table} AS page ON page.id = CAST(entry.object_id AS INTEGER) "
            f"AND page.content_type_id = entry.content_type_id "
            f"WHERE {table}_fts MATCH %s AND page.id IN ({wanted}) "
            f"ORDER BY bm25({table}_fts, %s, %s, %s), page.id DESC LIMIT %s",
            [f"{{title body}} : ({match})", *parameters, *WEIGHTS, -1 if limit is None else limit],
        )
        return [row[0] for row in cursor.fetchall()]
