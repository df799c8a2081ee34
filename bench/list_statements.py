"""What a list costs at the least: one statement, written by hand for exactly these five conditions.

Each gives what the service keeps: who is on it, why as JSON, until when, and the log of coming and
going, in tables of the same columns, indexes and foreign keys.
"""

import time

from bench.generated import is_pg, moment, run, value
from bench.generated_prospects import DAY_S, EPOCH_S, HALF_LIFE_S, heat_now


def make_tables() -> None:
    """The tables of memberships and their log, empty."""
    serial = "bigserial PRIMARY KEY" if is_pg() else "integer PRIMARY KEY AUTOINCREMENT"
    json, at = ("jsonb", "timestamptz") if is_pg() else ("text", "datetime")
    both = (
        f"id {serial}, lead_list_id bigint NOT NULL REFERENCES leads_leadlist (id), "
        f"person_id bigint NOT NULL REFERENCES people_person (id), reason {json} NOT NULL"
    )
    for table in ("bench_member", "bench_log"):
        run(f"DROP TABLE IF EXISTS {table}")
    run(
        f"CREATE TABLE bench_member ({both}, entered_at {at} NOT NULL, due_at {at}, "
        "UNIQUE (lead_list_id, person_id))"
    )
    run(f"CREATE TABLE bench_log ({both}, entered boolean NOT NULL, at {at} NOT NULL)")
    run("CREATE INDEX bench_member_due ON bench_member (due_at)")
    for table in ("bench_member", "bench_log"):
        run(f"CREATE INDEX {table}_person ON {table} (person_id)")
        run(f"CREATE INDEX {table}_list ON {table} (lead_list_id)")


def fill(*, list_id: int, wanted: str) -> float:
    """Bring the table in step with the wanted rows by their difference; returns seconds."""
    now = moment(str(int(time.time())))
    json = "::jsonb" if is_pg() else ""
    come = (
        "INSERT INTO bench_member (lead_list_id, person_id, reason, due_at, entered_at) "
        f"SELECT {list_id}, w.person_id, w.reason{json}, w.due_at, {now} FROM wanted w "
        "LEFT JOIN bench_member m ON m.person_id = w.person_id "
        f"AND m.lead_list_id = {list_id} WHERE m.id IS NULL RETURNING person_id, reason"
    )
    change = (
        f"UPDATE bench_member SET reason = w.reason{json}, due_at = w.due_at FROM wanted w WHERE "
        f"bench_member.lead_list_id = {list_id} AND bench_member.person_id = w.person_id AND "
        f"(bench_member.reason {_differs()} w.reason{json} OR bench_member.due_at {_differs()} w.due_at)"
    )
    go = (
        f"DELETE FROM bench_member WHERE lead_list_id = {list_id} AND NOT EXISTS (SELECT 1 FROM "
        "wanted w WHERE w.person_id = bench_member.person_id) RETURNING person_id"
    )
    log = "INSERT INTO bench_log (lead_list_id, person_id, reason, entered, at) "
    began = time.perf_counter()
    if is_pg():
        run(
            f"WITH wanted AS MATERIALIZED ({wanted}), come AS ({come}), go AS ({go}), "
            f"change AS ({change}) {log} SELECT {list_id}, person_id, reason, true, {now} FROM come "
            f"UNION ALL SELECT {list_id}, person_id, '[]'::jsonb, false, {now} FROM go"
        )
    else:
        run(f"CREATE TEMPORARY TABLE wanted AS {wanted}")
        before = value("SELECT coalesce(max(id), 0) FROM bench_member")
        run(come.partition(" RETURNING")[0])
        run(
            f"{log} SELECT {list_id}, person_id, reason, 1, {now} FROM bench_member WHERE id > {before}"
        )
        run(go.partition(" RETURNING")[0])
        run(change)
        run("DROP TABLE wanted")
    return time.perf_counter() - began


def narrow(*, topic: int) -> str:
    """Warm for a topic, in a class lately, agreed to messages, reads English, in no file lately."""
    now_s = int(time.time())
    facts = [
        _fact("heat", topic=topic, least=2, mass="i.mass", rule=1, signals="i.signals",
              last_at="i.last_at"),
        _attended(), _consent(), _language(),
        _fact("not", condition=_fact("exported", days=30)),
    ]  # fmt: skip
    ends = moment(f"{EPOCH_S} + {HALF_LIFE_S} * ln(i.mass / 2) / ln(2)")
    return (
        f"SELECT p.id AS person_id, {_array(facts)} AS reason, "
        f"{_least(ends, _later('a.last_at', 90))} AS due_at FROM tracking_interest i "
        f"JOIN tracking_profile f ON f.id = i.profile_id {_people('f.person_id')} "
        f"JOIN ({_newest_attendance('attended', 90)}) a ON a.person_id = p.id AND a.place = 1 "
        f"WHERE i.topic_id = {topic} AND i.mass >= 2 * {heat_now(now_s)} AND NOT EXISTS "
        "(SELECT 1 FROM leads_exportperson e JOIN leads_export x ON x.id = e.export_id WHERE "
        f"e.person_external_id = p.external_id AND x.downloaded_at >= {_days_ago(30)})"
    )


def broad(*, topic: int) -> str:
    """Agreed to messages and reads English; is a little warm, has a tag, or was in any class."""
    now_s = int(time.time())
    heat = _fact("heat", topic=topic, least=0.1, mass="i.mass", rule=1, signals="i.signals",
                 last_at="i.last_at")  # fmt: skip
    tag = _fact("tag", topic=topic + 1, entered_at="t.entered_at", lapses_at="t.lapses_at")
    of_any = [("i", heat), ("t", tag), ("a", _attended())]
    text = " || ".join(
        f"CASE WHEN {name}.person_id IS NULL THEN '' ELSE ',' || {fact} END"
        for name, fact in of_any
    )
    interests = (
        "SELECT f.person_id, i.* FROM tracking_interest i JOIN tracking_profile f ON "
        f"f.id = i.profile_id WHERE topic_id = {topic} AND mass >= 0.1 * {heat_now(now_s)}"
    )
    tags = (
        "SELECT f.person_id, t.* FROM tracking_interesttag t JOIN tracking_profile f ON "
        f"f.id = t.profile_id WHERE topic_id = {topic + 1} AND entered_at <= {_days_ago(0)} "
        f"AND lapses_at > {_days_ago(0)}"
    )
    ends = moment(f"{EPOCH_S} + {HALF_LIFE_S} * ln(i.mass / 0.1) / ln(2)")
    return (
        f"SELECT p.id AS person_id, '[' || {_consent()} || ',' || {_language()} || {text} || ']' "
        f"AS reason, {_least(ends, 't.lapses_at', _later('a.last_at', 280))} AS due_at "
        f"FROM people_person p {_people('')} LEFT JOIN ({interests}) i ON i.person_id = p.id "
        f"LEFT JOIN ({tags}) t ON t.person_id = p.id "
        f"LEFT JOIN (SELECT * FROM ({_newest_attendance('share >= 0.1', 280)}) n WHERE place = 1) a "
        "ON a.person_id = p.id WHERE i.person_id IS NOT NULL OR t.person_id IS NOT NULL "
        "OR a.person_id IS NOT NULL"
    )


def _people(who: str) -> str:
    """Whom it may be about, with both consents and the language."""
    true = "true" if is_pg() else "1"
    person = f"JOIN people_person p ON p.id = {who} AND" if who else ""
    other = "" if who else "AND"
    english = "p.language = 'en' AND p.merged_into_id IS NULL"
    consents = (
        f"JOIN people_consent c ON c.person_id = p.id AND c.purpose = 'profiling' AND c.given = {true} "
        f"JOIN people_consent m ON m.person_id = p.id AND m.purpose = 'marketing' AND m.given = {true}"
    )
    paused = (
        "NOT EXISTS (SELECT 1 FROM people_profilingpause z WHERE z.person_id = p.id "
        "AND z.until IS NULL)"
    )
    return f"{person} {english if who else ''} {consents} {other} {english if not who else ''} AND {paused}"


def _newest_attendance(what: str, days: int) -> str:
    return (
        "SELECT person_id, live_class_id, share, last_leave AS last_at, row_number() OVER "
        "(PARTITION BY person_id ORDER BY last_leave DESC, live_class_id DESC) AS place "
        f"FROM classroom_attendance WHERE {what} AND last_leave >= {_days_ago(days)}"
    )


def _fact(kind: str, **columns: object) -> str:
    pairs = ", ".join(f"'{name}', {column}" for name, column in columns.items())
    made = "jsonb_build_object" if is_pg() else "json_object"
    text = f"{made}('kind', '{kind}', {pairs})"
    return f"{text}::text" if is_pg() else text


def _attended() -> str:
    columns = {"class": "a.live_class_id", "share": "a.share", "last_at": "a.last_at"}
    return _fact("attended", **columns)


def _consent() -> str:
    return _fact("consent", at="m.at")


def _language() -> str:
    return _fact("language", text="'en'")


def _array(facts: list[str]) -> str:
    return "'[' || " + " || ',' || ".join(facts) + " || ']'"


def _least(*moments: str) -> str:
    if is_pg():
        return f"least({', '.join(moments)})"
    some = ", ".join(f"coalesce({one}, '9999')" for one in moments)
    return f"nullif(min({some}), '9999')"


def _later(at: str, days: int) -> str:
    return f"{at} + interval '{days} days'" if is_pg() else f"datetime({at}, '+{days} days')"


def _days_ago(days: int) -> str:
    return moment(str(int(time.time()) - days * DAY_S))


def _differs() -> str:
    return "IS DISTINCT FROM" if is_pg() else "IS NOT"
