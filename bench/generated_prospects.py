"""People as a chain of clinics has them, made by SQL in the tables: what lead lists read of them.

Everybody agreed to profiling and has a visitor that was joined to them; three of five agreed to
messages and have a verified address, four of five read in English. An average person has 4.8
interests of 60 topics, one and a half attendances in 60 classes of the last 300 days, and every
second one is in one of ten files, half of which were downloaded in the last 30 days.
"""

import contextlib
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from bench.generated import YARDSTICK, chance, is_pg, moment, run, series, uuid, value

TOPICS, CLASSES, FILES = 60, 60, 10
EPOCH_S, HALF_LIFE_S, DAY_S = 1_577_836_800, 30 * 86_400, 86_400
READERS_AT_MOST = (
    100_000  # visitors with a consent of their own, of whom some read while it is measured
)


def make_people(people: int, *, signals: int) -> None:
    """So many people, and so many signals in all."""
    now_s = int(time.time())
    if is_pg():
        run("SET session_replication_role = replica")
        run("SET synchronous_commit = off")
    first_topic = _make_pages(now_s)
    _make_records(people, now_s)
    _make_interests(people, first_topic, now_s)
    _make_attendances(people, now_s)
    _make_files(people, now_s)
    _make_signals(people, signals, now_s)
    if is_pg():
        for table in ("people_person", "people_visitor", "people_consentevent", "tracking_profile"):
            run(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
    run("ANALYZE")


def external_id(number: str) -> str:
    """The external id of a person by their number."""
    if is_pg():
        return f"substr(md5('person ' || ({number})), 1, 20)"
    return f"printf('%%020d', {number})"


def heat_now(now_s: int) -> str:
    """The mass of a heat of 1 at that time, as a float."""
    return f"CAST({2.0 ** ((now_s - EPOCH_S) / HALF_LIFE_S)!r} AS double precision)"


def _make_pages(now_s: int) -> int:
    """A piece and a class on each topic; returns the id of the first topic."""
    from classroom.models import LiveClass
    from cms.models import ArticlePage, IndexPage, PageTopic, Topic
    from cms.services.site import ensure_shelf
    from tracking.models import PageYardstick

    topics = [Topic.objects.create(name=f"bench {n}", slug=f"bench-{n}") for n in range(TOPICS)]
    run("CREATE TABLE bench_page (place integer PRIMARY KEY, page_id bigint, yardstick_id bigint)")
    run("CREATE TABLE bench_class (place integer PRIMARY KEY, page_id bigint, ends_s bigint)")
    pieces, classes = (
        IndexPage.objects.get(pk=ensure_shelf(shelf=shelf, language="en").pk)
        for shelf in ("articles", "classes")
    )
    for n, topic in enumerate(topics):
        page = pieces.add_child(
            instance=ArticlePage(title=f"piece {n}", locale=pieces.locale, about_health=False)
        )
        PageTopic.objects.create(content_object=page, tag=topic)
        yardstick = PageYardstick.objects.create(
            page_id=page.pk, valid_from=YARDSTICK, expected_s=60.0, topics={str(topic.pk): 1.0}
        )
        run("INSERT INTO bench_page VALUES (%s, %s, %s)", n, page.pk, yardstick.pk)
        ends_s = now_s - (n + 1) * 300 * DAY_S // CLASSES
        starts_at = datetime.fromtimestamp(ends_s - 3600, tz=UTC)
        room = classes.add_child(
            instance=LiveClass(
                title=f"class {n}", locale=classes.locale, about_health=False, starts_at=starts_at
            )
        )
        PageTopic.objects.create(content_object=room, tag=topic)
        run("INSERT INTO bench_class VALUES (%s, %s, %s)", n, room.pk, ends_s)
    return topics[0].pk


def _make_records(people: int, now_s: int) -> None:
    """Persons, what they agreed to, their visitors, profiles and addresses."""
    long_ago, true = moment(str(now_s - 400 * DAY_S)), "true" if is_pg() else "1"
    numbers = series(people)
    with _indexed_later("people_person"):
        run(
            "INSERT INTO people_person (id, external_id, display_name, language, source, "
            f"wants_suggestions, created_at, lent) SELECT n + 1, {external_id('n + 1')}, 'P' || n, "
            "CASE WHEN n %% 5 = 0 THEN 'zh-hans' ELSE 'en' END, '', "
            f"{true}, {long_ago}, '{{}}' FROM {numbers}"
        )
    with _indexed_later("people_visitor"):
        run(
            "INSERT INTO people_visitor (id, public_id, person_id, created_at) "
            f"SELECT n + 1, {uuid('n')}, n + 1, {long_ago} FROM {numbers}"
        )
    marketing = "n %% 5 < 3"
    with _indexed_later("people_consentevent"), _indexed_later("people_consent"):
        for purpose, first, who in (
            ("profiling", 1, "1 = 1"),
            ("marketing", people + 1, marketing),
        ):
            run(
                "INSERT INTO people_consentevent (id, subject, purpose, given, at, notice, language, "
                f"text_hash, method, basis, file_hash, receipt) SELECT n + {first}, 'person', "
                f"'{purpose}', {true}, {long_ago}, '', '', '', 'panel', '', '', {uuid('n')} "
                f"FROM {numbers} WHERE {who}"
            )
            run(
                "INSERT INTO people_consent (person_id, purpose, given, at, event_id) "
                f"SELECT n + 1, '{purpose}', {true}, {long_ago}, n + {first} FROM {numbers} WHERE {who}"
            )
        run(
            "INSERT INTO people_consent (visitor_id, purpose, given, at, event_id) "
            f"SELECT n + 1, 'profiling', {true}, {long_ago}, n + 1 "
            f"FROM {series(min(people, READERS_AT_MOST))}"
        )
    with _indexed_later("people_contactpoint"):
        run(
            "INSERT INTO people_contactpoint (person_id, kind, value, verified_at, created_at) "
            f"SELECT n + 1, 'email', 'p' || n || '@example.org', {long_ago}, {long_ago} "
            f"FROM {numbers} WHERE {marketing}"
        )
    with _indexed_later("tracking_profile"):
        run(
            "INSERT INTO tracking_profile (id, person_id, created_at) "
            f"SELECT n + 1, n + 1, {long_ago} FROM {numbers}"
        )


def _make_interests(people: int, first_topic: int, now_s: int) -> None:
    """Most of them cool, one of five warm enough for a tag."""
    who, turn = f"(n %% {people})", f"(n / {people})"
    last_s = f"{now_s} - {chance('n + 5', out_of=60_000)} * 300"
    heat = f"(power({chance('n', out_of=1000)} / 1000.0, 8) * 8 + 0.01)"
    with _indexed_later("tracking_interest"):
        run(
            "INSERT INTO tracking_interest (profile_id, topic_id, mass, signals, last_at) "
            f"SELECT {who} + 1, {first_topic} + ({who} * 11 + {turn} * 13) %% {TOPICS}, "
            f"{heat} * {heat_now(now_s)}, 1 + n %% 7, "
            f"{moment(last_s)} FROM {series(people * 24 // 5)}"
        )
    rule = value("SELECT max(id) FROM tracking_ruleversion")
    with _indexed_later("tracking_interesttag"):
        lapses = moment(f"{now_s} + {chance('id', out_of=60_000)} * 60 + 600")
        run(
            "INSERT INTO tracking_interesttag (profile_id, topic_id, entered_at, lapses_at, rule_id) "
            f"SELECT profile_id, topic_id, last_at, {lapses}, {rule} "
            f"FROM tracking_interest WHERE mass >= 1.5 * {heat_now(now_s)}"
        )


def _make_attendances(people: int, now_s: int) -> None:
    who, turn = f"(n %% {people})", f"(n / {people})"
    share = f"(({chance('n + 3', out_of=64)} + 1) / 64.0)"
    left = moment("c.ends_s")
    with _indexed_later("classroom_attendance"):
        run(
            "INSERT INTO classroom_attendance (live_class_id, person_id, first_join, last_leave, "
            "live_seconds, replay_seconds, share, attended, policy_version, sources, recorded_at) "
            f"SELECT c.page_id, {who} + 1, {moment('c.ends_s - 3600')}, {left}, {share} * 3600, 0, "
            f"{share}, {share} >= 0.5, 1, '[]', {left} FROM {series(people * 3 // 2)} "
            f"JOIN bench_class c ON c.place = ({chance(who, out_of=CLASSES)} + {turn} * 7) %% {CLASSES}"
        )


def _make_files(people: int, now_s: int) -> None:
    from leads.models import Export

    files = [
        Export.objects.create(
            format="csv", downloaded_at=datetime.fromtimestamp(now_s - (6 * n + 1) * DAY_S, tz=UTC)
        ).pk
        for n in range(FILES)
    ]
    with _indexed_later("leads_exportperson"):
        run(
            "INSERT INTO leads_exportperson (export_id, person_external_id, generation) "
            f"SELECT {files[0]} + n %% {FILES}, {external_id('n * 2 + 1')}, 1 FROM {series(people // 2)}"
        )


def _make_signals(people: int, signals: int, now_s: int) -> None:
    """Readings spread over 200 days; there are no raw events behind them."""
    who, turn = f"(n %% {people})", f"(n / {people})"
    each = max(signals // people, 1)
    at = f"({now_s} - {DAY_S} - {turn} * {200 * DAY_S // each} - {who} %% 80000)"
    day = f"({moment(at)} AT TIME ZONE 'UTC')::date" if is_pg() else f"date({at}, 'unixepoch')"
    with _indexed_later("tracking_signal"):
        run(
            "INSERT INTO tracking_signal (profile_id, kind, item_key, day, at, strength, page_id, "
            f"yardstick_id, detail) SELECT {who} + 1, 'reading', 'page:' || b.page_id, {day}, "
            f"{moment(at)}, ({chance('n', out_of=64)} + 1) / 64.0, b.page_id, "
            f"b.yardstick_id, '{{}}' FROM {series(signals)} "
            f"JOIN bench_page b ON b.place = ({who} * 11 + {turn} * 13) %% {TOPICS}"
        )


@contextlib.contextmanager
def _indexed_later(table: str) -> Iterator[None]:
    """Take the table's plain indexes away for a large insert, and build them after it."""
    made: list[str] = []
    if is_pg():
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND "
                "tablename = %s AND indexname NOT IN (SELECT conname FROM pg_constraint)",
                [table],
            )
            for name, definition in cursor.fetchall():
                cursor.execute(f'DROP INDEX "{name}"')
                made.append(definition)
    yield
    for definition in made:
        run(definition.replace("%", "%%"))
