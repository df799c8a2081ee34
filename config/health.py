"""Whether the process lives, whether it can serve, and its numbers; nothing here is about a person."""

import threading

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from outbox.gauges import register_gauge, registered_gauges
from tracking.models import TouchedView

_migrated = threading.Event()


@never_cache
@require_safe
def answer_alive(request: HttpRequest) -> HttpResponse:
    """200 while the process answers; it asks neither the database nor the broker."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def answer_ready(request: HttpRequest) -> HttpResponse:
    """200 as soon as the front page can be served, else 503 with what is missing."""
    problem = missing_for_service()
    if problem:
        return HttpResponse(f"{problem}\n", status=503, content_type="text/plain")
    return HttpResponse("ready\n", content_type="text/plain")


def missing_for_service() -> str:
    """Return what keeps the front page from being served, or nothing."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if not _migrated.is_set():
            # Reading the plan is slow, and once it is empty it stays so for this code.
            executor = MigrationExecutor(connection)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                return "The database is not migrated."
            _migrated.set()
    except DatabaseError:
        return "The database does not answer."
    return ""


@never_cache
@require_safe
def show_metrics(request: HttpRequest) -> HttpResponse:
    """The gauges of all packages in Prometheus' text format; one that fails is left out."""
    lines = []
    for gauge in registered_gauges():
        try:
            value = float(gauge.read())
        except DatabaseError:
            continue
        name = f"wellread_{gauge.name}"
        lines += [f"# HELP {name} {gauge.help}", f"# TYPE {name} gauge", f"{name} {value:g}"]
    lines.append("")
    return HttpResponse("\n".join(lines), content_type="text/plain; version=0.0.4; charset=utf-8")


register_gauge(
    name="views_unfolded",
    help="Views whose newest events wait to be folded.",
    read=lambda: TouchedView.objects.count(),
)
