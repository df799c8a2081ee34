"""The measurement of search in its own process: ours, the index asked bare, and Wagtail's own way."""

import statistics
import time
from collections.abc import Callable

QUERIES = {
    "en": [
        "diabetes", "gum disease", "leukemia treatment", "high blood pressure", "skin cancer",
        "dry mouth", "symptoms", "heart attack children", "genetic changes", "periodontitis",
        "what causes acne", "vitamin d", "stroke", "ultrasound pregnancy", "no such wordzz",
    ],
    "zh-hans": [
        "牙龈出血", "种植牙", "防晒霜", "智齿", "牙", "刷牙", "痘痘", "拔牙 当天", "牙周病",
        "没有这样的词语",
    ],
}  # fmt: skip
BARE = {
    "sqlite": (
        "SELECT entry.object_id FROM wagtailsearch_indexentry_fts AS fts JOIN wagtailsearch_indexentry"
        " AS entry ON entry.id = fts.rowid WHERE wagtailsearch_indexentry_fts MATCH %s"
        " ORDER BY rank LIMIT 24"
    ),
    "postgresql": (
        "SELECT object_id FROM wagtailsearch_indexentry, plainto_tsquery(%s) AS q"
        " WHERE body @@ q ORDER BY ts_rank(body, q) DESC LIMIT 24"
    ),
}


def search(language: str, rounds: str) -> dict:
    """Time each query in alternated rounds; figures are over all queries."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from wagtail.models import Locale, Page

    from cms.excerpts import show_hits
    from cms.search_text import query_words
    from cms.searching import answer_to, pages_in_order

    locale = Locale.objects.get_for_language(language)
    pages = Page.objects.live().filter(locale=locale)

    def own(query: str) -> None:
        answer = answer_to(query, locale)
        show_hits(pages_in_order(answer.page_ids[:24]), query=query, names=answer.names)

    def bare(query: str) -> None:
        words = query_words(query)
        sqlite = connection.vendor == "sqlite"
        with connection.cursor() as cursor:
            asked = " ".join(f'"{word}"' for word in words) if sqlite else " ".join(words)
            cursor.execute(BARE[connection.vendor], [asked])
            cursor.fetchall()

    def stock(query: str) -> None:
        list(pages.search(" ".join(query_words(query)), operator="and")[:24])

    times: dict[str, list[float]] = {"own": [], "bare": [], "stock": []}
    ways: dict[str, Callable[[str], None]] = {"own": own, "bare": bare, "stock": stock}
    for turn in range(int(rounds) + 1):
        for query in QUERIES[language]:
            for name, way in ways.items():
                started = time.perf_counter()
                way(query)
                if turn:  # the first round warms up
                    times[name].append(1000 * (time.perf_counter() - started))
    counts = []
    for query in QUERIES[language]:
        with CaptureQueriesContext(connection) as queries:
            own(query)
        counts.append(len(queries))
    return {
        "pages": pages.count(),
        "median_ms": statistics.median(times["own"]),
        "p95_ms": _p95(times["own"]),
        "bare_ms": statistics.median(times["bare"]),
        "bare_p95_ms": _p95(times["bare"]),
        "stock_ms": statistics.median(times["stock"]),
        "stock_p95_ms": _p95(times["stock"]),
        "queries": max(counts),
    }


def _p95(values: list[float]) -> float:
    return sorted(values)[int(0.95 * (len(values) - 1))]
