"""One measurement in a process of its own: `python -m bench.inside NAME ...` prints figures as JSON."""

import io
import json
import resource
import sys
import time
from pathlib import Path

import django

from bench import (
    inside_class,
    inside_exports,
    inside_lists,
    inside_replay,
    inside_rescore,
    inside_room,
    inside_stopwatch,
)
from bench.inside_search import search


def subject() -> dict:
    """Make what requests need: a live page and consenting visitors, each with key and token."""
    from wagtail.models import Page

    from cms.models import ArticlePage
    from people.models import ConsentMethod, Purpose
    from people.notices import CURRENT
    from people.services.visitors import create_visitor, issue_token

    page = Page.objects.get(depth=1).add_child(
        instance=ArticlePage(title="bench", slug="bench", about_health=False)
    )
    made = []
    for _ in range(16):
        visitor, _ = create_visitor(
            purposes={Purpose.PROFILING: True, Purpose.MARKETING: False},
            notice=CURRENT,
            language="en",
            method=ConsentMethod.PANEL,
        )
        made.append((visitor.pk, issue_token(visitor)))
    return {"page_id": page.pk, "visitors": made}


def queries_of(*paths: str) -> dict:
    """How many queries each page asks, once its pictures have their sizes."""
    from django.core.cache import caches
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"host": "127.0.0.1", "accept-language": "en"})
    counts = {}
    for path in paths:
        client.get(path)
        caches["pages"].clear()
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        counts[path] = len(queries)
    return counts


def pages(count: str) -> dict:
    """Make articles as a clinic has them; figures are one page's id and queries by address."""
    from bench.pages import make_pages, queries_by_address

    page_id = make_pages(int(count))
    return {"page_id": page_id, "queries": queries_by_address(page_id)}


def command(*arguments: str) -> dict:
    """Run a management command; figures are its seconds and how far memory grew over idle."""
    from django.core.management import call_command
    from django.db import connection

    connection.ensure_connection()
    idle = _resident_mb()
    started = time.perf_counter()
    call_command(*arguments, stdout=io.StringIO(), stderr=io.StringIO())
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "growth_mb": max(0.0, peak - idle)}


def _resident_mb() -> float:
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return int(status.read_text().split("VmRSS:")[1].split()[0]) / 1024


_TOPICS = {
    "postgresql": "jsonb_each_text(y.topics) AS w(topic, weight)",
    "sqlite": "json_each(y.topics) AS w",
}
_WEIGHT = {"postgresql": "w.weight::float8", "sqlite": "w.value"}
_TOPIC = {"postgresql": "w.topic::bigint", "sqlite": "CAST(w.key AS INTEGER)"}
_AGE = {
    "postgresql": "extract(epoch FROM s.at - TIMESTAMPTZ '2020-01-01 00:00:00Z')::float8 / 86400",
    "sqlite": "(julianday(s.at) - julianday('2020-01-01'))",
}


def one_statement() -> dict:
    """Every interest's mass by one hand-written statement into a table of its own."""
    from django.db import connection

    vendor = connection.vendor
    with connection.cursor() as cursor:
        started = time.perf_counter()
        cursor.execute(
            f"CREATE TEMPORARY TABLE bare_interest AS "
            f"SELECT s.profile_id, {_TOPIC[vendor]} AS topic_id, "
            f"sum(s.strength * {_WEIGHT[vendor]} * power(2, ({_AGE[vendor]}) / 30)) AS mass, "
            f"count(*) AS signals, max(s.at) AS last_at "
            f"FROM tracking_signal s JOIN tracking_pageyardstick y ON y.id = s.yardstick_id "
            f"CROSS JOIN {_TOPICS[vendor]} GROUP BY 1, 2"
        )
        seconds = time.perf_counter() - started
        cursor.execute("SELECT count(*) FROM bare_interest")
        rows = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM tracking_interest WHERE mass > 0")
        return {"seconds": seconds, "rows": rows, "interests": cursor.fetchone()[0]}


MEASUREMENTS = {
    "class_subject": inside_class.class_subject,
    "attendance": inside_class.attendance,
    "attendance_import": inside_class.attendance_import,
    "pages": pages,
    "subject": subject,
    "queries_of": queries_of,
    "command": command,
    "one_statement": one_statement,
    "search": search,
    "replayed_pages": inside_replay.replayed_pages,
    "replayed": inside_replay.replayed,
    "fold": inside_replay.fold,
    "page_to_read": inside_stopwatch.page_to_read,
    "readings": inside_stopwatch.readings,
    **inside_exports.MEASUREMENTS,
    **inside_lists.MEASUREMENTS,
    **inside_room.MEASUREMENTS,
    **inside_rescore.MEASUREMENTS,
}

if __name__ == "__main__":
    django.setup()
    print(json.dumps(MEASUREMENTS[sys.argv[1]](*sys.argv[2:])))
