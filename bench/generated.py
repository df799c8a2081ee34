"""Readers, pages, signals, readings and raw events by the hundred thousand, made by SQL in the tables.

The n-th row is the (n / readers)-th of reader n % readers, so rows lie in the order of their moments
and every reader's are spread over the whole table, as they come to be in life. Half of what somebody
reads is about three topics of their own, the other half about any of them.
"""

from django.db import connection

PAGES, TOPICS, FAVOURITES, DAYS = 600, 60, 3, 400
BEGAN_S = 1_735_689_600  # 2025-01-01
YARDSTICK = "2024-01-01 00:00:00+00:00"


def run(statement: str, *values) -> int:
    """Run one statement; returns how many rows it wrote."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def value(statement: str) -> int:
    """The one number that a query gives."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def clear() -> None:
    """Delete everything that was made here and what came of it."""
    from cms.models import Topic

    run("DROP TABLE bench_weight")
    for name in (
        "tracking_signal", "tracking_interest", "tracking_interesttag", "tracking_reading",
        "tracking_event", "tracking_touchedview", "tracking_pageyardstick", "tracking_profile",
        "people_consent", "people_consentevent", "people_visitor",
    ):  # fmt: skip
        run(f"DELETE FROM {name}")
    Topic.objects.filter(slug__startswith="bench-").delete()


def series(number: int, *, first: int = 0) -> str:
    """The numbers from `first`, as a table of one column n."""
    last = first + number - 1
    if is_pg():
        return f"generate_series({first}::bigint, {last}::bigint) AS series(n)"
    return (
        f"(WITH RECURSIVE up(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM up WHERE n < {last}) "
        "SELECT n FROM up) AS series"
    )


def moment(seconds: str) -> str:
    """Seconds since 1970 as the engine stores a moment."""
    if is_pg():
        return f"to_timestamp({seconds})"
    return f"strftime('%%Y-%%m-%%d %%H:%%M:%%S', {seconds}, 'unixepoch')"


def chance(what: str, *, out_of: int) -> str:
    """A whole number below `out_of` that looks random and is the same on every engine."""
    return f"((({what}) * 2654435761 + 12345) %% 4294967296 / 65536 %% {out_of})"


def uuid(number: str) -> str:
    """An id that looks random, as the engine stores one."""
    if is_pg():
        return f"md5(({number})::text)::uuid"
    return "lower(hex(randomblob(16)))"


def view_id(number: str) -> str:
    """The id of a view by its number, the same wherever it is asked for."""
    return uuid(f"'v' || {number}") if is_pg() else f"printf('%%032x', {number})"


def page_of(reader: str, n: str) -> str:
    """The page of a reader's n-th reading; page p is about topic p % TOPICS."""
    seed = f"{reader} * 7919 + {n} * 31"
    own = f"({reader} * 11 + {chance(seed, out_of=FAVOURITES)}) %% {TOPICS}"
    page = f"{chance(seed + ' + 1', out_of=PAGES // TOPICS)} * {TOPICS}"
    any_page = chance(seed + " + 2", out_of=PAGES)
    return f"(CASE WHEN {n} %% 2 = 0 THEN {page} + {own} ELSE {any_page} END + 1)"


def make_readers(readers: int) -> None:
    """Pages with yardsticks, and visitors who agreed to profiling, each with a profile."""
    from cms.models import Topic
    from tracking.models import PageYardstick

    topics = [Topic.objects.create(name=f"bench {n}", slug=f"bench-{n}") for n in range(TOPICS)]
    PageYardstick.objects.bulk_create(
        PageYardstick(
            page_id=page, valid_from=YARDSTICK, expected_s=60.0,
            topics={str(topics[(page - 1) % TOPICS].pk): 1.0},
        )
        for page in range(1, PAGES + 1)
    )  # fmt: skip
    now = moment(str(BEGAN_S))
    run(
        "INSERT INTO people_visitor (id, public_id, created_at) "
        f"SELECT n + 1, {uuid('n')}, {now} FROM {series(readers)}"
    )
    run(
        "INSERT INTO people_consentevent (id, subject, purpose, given, at, notice, language, "
        f"text_hash, method, basis, file_hash, receipt) SELECT n + 1, 'visitor', 'profiling', "
        f"{true()}, {now}, '', '', '', 'panel', '', '', {uuid('n')} FROM {series(readers)}"
    )
    run(
        "INSERT INTO people_consent (visitor_id, purpose, given, at, event_id) "
        f"SELECT n + 1, 'profiling', {true()}, {now}, n + 1 FROM {series(readers)}"
    )
    run(
        "INSERT INTO tracking_profile (id, visitor_id, created_at) "
        f"SELECT n + 1, n + 1, {now} FROM {series(readers)}"
    )
    run("CREATE TABLE bench_weight (yardstick_id bigint PRIMARY KEY, topic_id bigint, w float)")
    for yardstick, page in PageYardstick.objects.values_list("pk", "page_id"):
        topic = topics[(page - 1) % TOPICS].pk
        run("INSERT INTO bench_weight VALUES (%s, %s, 1.0)", yardstick, topic)


def true() -> str:
    return "true" if is_pg() else "1"


def make_signals(readers: int, *, each: int) -> None:
    """A signal a reader every DAYS / each days; there are no readings behind them."""
    reader, n = f"(n %% {readers})", f"(n / {readers})"
    page, at = page_of(reader, n), _at(reader, n, each)
    without_checks()
    run(
        "INSERT INTO tracking_signal (profile_id, kind, item_key, day, at, strength, page_id, "
        f"yardstick_id, detail) SELECT {reader} + 1, 'reading', 'page:' || {page}, "
        f"{_day(at)}, {moment(at)}, ({chance('n', out_of=64)} + 1) / 64.0, {page}, {_first_yardstick()} "
        f"+ {page} - 1, '{{}}' FROM {series(readers * each)}"
    )


def make_readings(readers: int, *, each: int) -> None:
    """The readings that such signals come of, all of them sealed."""
    reader, n = f"(n %% {readers})", f"(n / {readers})"
    page, at = page_of(reader, n), _at(reader, n, each)
    run(
        "INSERT INTO tracking_reading (profile_id, visitor_id, view, part, page_id, yardstick_id, "
        "opened_at, last_at, day, active_s, depth, panels, played, events, sealed_at) "
        f"SELECT {reader} + 1, {reader} + 1, {uuid('n')}, 0, {page}, {_first_yardstick()} + {page} "
        f"- 1, {moment(at + ' - 60')}, {moment(at)}, {_day(at)}, "
        f"({chance('n', out_of=64)} + 1) / 64.0 * 60, 1.0, '[]', '[]', 5, {moment(at)} "
        f"FROM {series(readers * each)}"
    )


def make_events(readers: int, *, views: int, of: int, began_s: int, first: int = 0) -> None:
    """Raw events of so many views of `of` events each, and the views in the spool."""
    view, reader, step = f"(n / {of})", f"(n / {of} %% {readers})", f"(n %% {of})"
    page = page_of(reader, view)
    run(
        "INSERT INTO tracking_event (id, visitor_id, view, page_id, kind, at, received_at, "
        "offset_ms, active_ms, depth, panel, filtered, digest) "
        f"SELECT {uuid('n')}, {reader} + 1, {view_id(view)}, {page}, "
        f"CASE WHEN {step} = 0 THEN 'open' ELSE 'read' END, "
        f"{moment(f'{began_s} + {view} %% 40000 + {step} * 10')}, {moment(str(began_s + 50_000))}, "
        f"0, {step} * 1000, {step} / {of}.0, '', '', 'abcdefgh12345678' "
        f"FROM {series(views * of, first=first * of)}"
    )
    run(
        "INSERT INTO tracking_touchedview (view) "
        f"SELECT {view_id('n')} FROM {series(views, first=first)}"
    )


def _at(reader: str, n: str, each: int) -> str:
    return f"({BEGAN_S} + {n} * {DAYS * 86_400 // each} + {reader} %% 80000)"


def _day(at: str) -> str:
    return f"({moment(at)} AT TIME ZONE 'UTC')::date" if is_pg() else f"date({at}, 'unixepoch')"


def without_checks() -> None:
    """Leave out the checks of foreign keys in this connection: the rows are known to be whole."""
    if is_pg():
        run("SET session_replication_role = replica")


def is_pg() -> bool:
    """Whether it is PostgreSQL that is measured."""
    return connection.vendor == "postgresql"


def _first_yardstick() -> int:
    return value("SELECT min(id) FROM tracking_pageyardstick WHERE page_id = 1")
