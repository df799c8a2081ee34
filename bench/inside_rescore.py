"""What rescoring, folding and retention take in a process of their own, beside bare SQL statements."""

import contextlib
import resource
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bench import generated

LATER_S = generated.BEGAN_S + generated.DAYS * 86_400


def make_signals(readers: str, each: str) -> dict:
    """So many readers with `each` signals."""
    generated.make_readers(int(readers))
    generated.make_signals(int(readers), each=int(each))
    generated.run("ANALYZE")
    return {}


def make_readings(readers: str, each: str) -> dict:
    """So many readers with `each` sealed readings and what comes of them."""
    from tracking.services.rebuild import rebuild_interests

    generated.make_readers(int(readers))
    generated.make_readings(int(readers), each=int(each))
    generated.run("ANALYZE")
    began = time.perf_counter()
    rebuild_interests()
    seconds = time.perf_counter() - began
    generated.run("ANALYZE")
    return {"seconds": seconds}


def clear() -> dict:
    """Take away what was made, so that another size can be."""
    generated.clear()
    return {}


def float8_statement() -> dict:
    """Every mass by one hand-written statement into a table of its own."""
    if generated.value("SELECT count(*) FROM tracking_signal") == 0:
        raise RuntimeError("no signal")
    age = (
        "(date_part('epoch', s.at) - 1577836800.0::float8) / 2592000.0::float8"
        if _is_pg()
        else "(strftime('%%s', s.at) - 1577836800.0) / 2592000.0"
    )
    with timed() as figures:
        generated.run(
            f"CREATE TEMPORARY TABLE bare AS SELECT s.profile_id, w.topic_id, "
            f"sum(s.strength * w.w * exp({age} * 0.6931471805599453)) AS mass, "
            f"count(*) AS signals, max(s.at) AS last_at FROM tracking_signal s "
            f"JOIN bench_weight w ON w.yardstick_id = s.yardstick_id GROUP BY 1, 2"
        )
    figures["interests"] = generated.value("SELECT count(*) FROM bare")
    return figures


def change_rule(**changed: float) -> dict:
    """Change figures of the rule and recompute everybody under them."""
    from people.models import User
    from tracking.rule_figures import figures_of
    from tracking.selectors.rules import current_rule_version
    from tracking.services.rules import change_rules, recompute_under

    version = current_rule_version()
    by, _ = User.objects.get_or_create(username="bench")
    wanted = {**figures_of(version), **changed}
    with longest() as transactions, timed() as figures:
        made = change_rules(base=version.number, figures=wanted, reason="bench", by=by)
        recompute_under(number=made.number)
    interests = generated.value("SELECT count(*) FROM tracking_interest")
    tags = generated.value("SELECT count(*) FROM tracking_interesttag")
    return {**figures, **transactions, "interests": interests, "tags": tags}


def other_threshold() -> dict:
    """Another `enter`: tags differ, masses do not."""
    return change_rule(enter=_next("enter", 1.5, 1.75))


def other_half_life() -> dict:
    """Another half-life: every mass differs."""
    return change_rule(half_life_days=_next("half_life_days", 30.0, 45.0))


def _next(name: str, one: float, other: float) -> float:
    from tracking.selectors.rules import current_rule_version

    return other if getattr(current_rule_version(), name) == one else one


def rebuild() -> dict:
    """rebuild_interests where nothing differs."""
    from tracking.services.rebuild import rebuild_interests

    with longest() as transactions, timed() as figures:
        rebuild_interests()
    return {**figures, **transactions}


def fold_views(readers: str, views: str, of: str, first: str) -> dict:
    """Fold views of so many raw events each into interests; beside it the bare upsert of their sums."""
    from tracking.services.folding import fold_everything

    arguments = {"views": int(views), "of": int(of), "first": int(first)}
    generated.make_events(int(readers), began_s=LATER_S, **arguments)
    bare = _bare_upsert()
    now = datetime.fromtimestamp(LATER_S, tz=UTC) + timedelta(days=2)
    with longest() as transactions, timed() as figures:
        fold_everything(now=now)
    return {**figures, **transactions, "bare": bare}


def _bare_upsert() -> float:
    """Seconds to add the sums of the raw events that wait to stored sums, with nothing around it."""
    generated.run(
        "CREATE TABLE IF NOT EXISTS bench_interest (profile_id bigint, topic_id bigint, "
        "mass float, PRIMARY KEY (profile_id, topic_id))"
    )
    if not generated.value("SELECT count(*) FROM bench_interest"):
        generated.run(
            "INSERT INTO bench_interest SELECT profile_id, topic_id, mass FROM tracking_interest"
        )
    age = (
        "(date_part('epoch', e.at) - 1577836800.0::float8) / 2592000.0::float8"
        if _is_pg()
        else "(strftime('%%s', e.at) - 1577836800.0) / 2592000.0"
    )
    with timed() as figures:
        generated.run(
            "INSERT INTO bench_interest (profile_id, topic_id, mass) "
            "SELECT p.id, w.topic_id, "
            f"sum(e.active_ms / 60000.0 * w.w * exp({age} * 0.6931471805599453)) "
            "FROM tracking_event e JOIN tracking_profile p ON p.visitor_id = e.visitor_id "
            "JOIN tracking_pageyardstick y ON y.page_id = e.page_id "
            "JOIN bench_weight w ON w.yardstick_id = y.id "
            "WHERE e.view IN (SELECT view FROM tracking_touchedview) GROUP BY 1, 2 "
            "ON CONFLICT (profile_id, topic_id) "
            "DO UPDATE SET mass = bench_interest.mass + excluded.mass"
        )
    return figures["seconds"]


def event_bytes(readers: str, events: str) -> dict:
    """Bytes that so many raw events take, rows and indexes."""
    before = _bytes_of_events()
    generated.make_readers(int(readers))
    generated.make_events(int(readers), views=int(events) // 8, of=8, began_s=LATER_S)
    return {"bytes": _bytes_of_events() - before}


def _bytes_of_events() -> int:
    if _is_pg():
        return generated.value("SELECT pg_total_relation_size('tracking_event')")
    names = "SELECT name FROM sqlite_master WHERE tbl_name = 'tracking_event'"
    try:
        return generated.value(f"SELECT sum(pgsize) FROM dbstat WHERE name IN ({names})")
    except Exception as error:  # built without dbstat: the whole file, then
        if "dbstat" not in str(error):
            raise
        pages = generated.value("PRAGMA page_count")
        return pages * generated.value("PRAGMA page_size")


def retain_sealed() -> dict:
    """Seal a reading over every raw event there is, then run the retention job."""
    from tracking.services.retention import retain

    first = generated.value("SELECT min(id) FROM tracking_pageyardstick")
    generated.run("DELETE FROM tracking_touchedview")
    generated.run(
        "INSERT INTO tracking_reading (profile_id, visitor_id, view, part, page_id, yardstick_id, "
        "opened_at, last_at, day, active_s, depth, panels, played, events, sealed_at) "
        f"SELECT visitor_id, visitor_id, view, 0, page_id, {first}, min(at), max(at), "
        f"{'min(at)::date' if _is_pg() else 'date(min(at))'}, 1, 1, '[]', '[]', count(*), "
        "max(received_at) FROM tracking_event GROUP BY visitor_id, view, page_id"
    )
    generated.run("ANALYZE")
    with longest() as transactions, timed() as figures:
        deleted = retain()
    return {**figures, **transactions, "deleted": deleted["sealed_events"]}


@contextlib.contextmanager
def timed() -> Iterator[dict]:
    """Seconds on the clock and of this processor, and how far the peak of memory rose."""
    figures: dict = {}
    idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began, used = time.perf_counter(), time.process_time()
    yield figures
    figures["seconds"] = time.perf_counter() - began
    figures["own_cpu"] = time.process_time() - used
    figures["growth_mb"] = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - idle) / 1024
    figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextlib.contextmanager
def longest() -> Iterator[dict]:
    """The longest transaction in it, from its beginning to its commit, in milliseconds."""
    from django.db import connection

    figures, commit, began = {"longest_ms": 0.0}, connection.commit, [0.0]

    def note(execute, sql, params, many, context):
        if sql.startswith("BEGIN") or not connection.in_atomic_block or not began[0]:
            began[0] = time.perf_counter()
        return execute(sql, params, many, context)

    def committed():
        commit()
        took = (time.perf_counter() - began[0]) * 1000 if began[0] else 0.0
        figures["longest_ms"], began[0] = max(figures["longest_ms"], took), 0.0

    connection.commit = committed  # type: ignore[method-assign]
    try:
        with connection.execute_wrapper(note):
            yield figures
    finally:
        connection.commit = commit  # type: ignore[method-assign]


def _is_pg() -> bool:
    from django.db import connection

    return connection.vendor == "postgresql"


MEASUREMENTS = {
    one.__name__: one
    for one in (
        clear, make_signals, make_readings, float8_statement, other_threshold, other_half_life, rebuild,
        fold_views, event_bytes, retain_sealed,
    )
}  # fmt: skip
