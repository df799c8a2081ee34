"""Lead lists over a generated million people, beside a statement written by hand for each list."""

import os

from bench.engines import Engine
from bench.report import Report, median_of, ratio_of

PEOPLE = {"postgresql": 1_000_000, "sqlite": 20_000}
SIGNALS_EACH = 2


def measure_lists(engine: Engine, *, report: Report, rounds: int, quick: bool) -> None:
    """A narrow and a broad list filled and rebuilt, counted, a person's page, and 50 lists kept up.

    BENCH_PEOPLE and BENCH_SIGNALS say how many other than by default.
    """
    people = int(os.environ.get("BENCH_PEOPLE") or PEOPLE[engine.name])
    signals = int(os.environ.get("BENCH_SIGNALS") or people * SIGNALS_EACH)
    if quick:
        people, signals = 2_000, 4_000
    made = engine.inside("make_people", str(people), str(signals))
    said = ", ".join(f"{count:,} {name.partition('_')[2]}" for name, count in made["rows"].items())
    report.add(f"made {said}, {engine.name}", f"{made['seconds']:.0f} s")
    for slug in ("narrow", "broad"):
        _measure_list(engine, slug, report=report, rounds=1 if quick else min(rounds, 3))
    _measure_person(engine, report=report, rounds=rounds)
    _measure_keeping_up(engine, report=report, quick=quick)


def _measure_list(engine: Engine, slug: str, *, report: Report, rounds: int) -> None:
    filled, again, bare, counts, abouts = [], [], [], [], []
    for _ in range(rounds):
        bare.append(engine.inside("list_statement", slug))
        filled.append(engine.inside("fill_list", slug))
        again.append(engine.inside("rebuild_unchanged", slug))
        counts.append(engine.inside("live_count", slug))
        abouts.append(engine.inside("live_estimate", slug))
    if filled[-1]["members"] != bare[-1]["members"] or again[-1]["changed"]:
        raise RuntimeError(f"{slug}: {filled[-1]}, {again[-1]} beside {bare[-1]}")
    what = f"{slug} list of {filled[0]['members']:,}, {engine.name}"
    for work, found, of, goal in (
        ("filled from nothing", filled, "filled", "at most 150 %"),
        ("rebuilt, nothing differs", again, "again", "at most 120 %"),
    ):
        own, one = (
            median_of([row["seconds"] for row in found]),
            median_of([row[of] for row in bare]),
        )
        ratio = ratio_of(own, one, other_name=f"the statement's {one:.2f} s")
        report.add(f"{work}: {what}", f"{own:.2f} s", ratio, goal)
        queries = found[0]["queries"]
        report.add("", f"{queries} queries", "", "constant")
        report.add("", f"{max(row['longest_ms'] for row in found):.0f} ms the longest transaction")
    seconds = median_of([row["seconds"] for row in counts])
    report.add(
        f"live count: {what}", f"{seconds:.2f} s", f"{counts[0]['queries']} queries", "under 1 s"
    )
    if "number" in abouts[0]:
        seconds = median_of([row["seconds"] for row in abouts])
        said = f"{abouts[0]['least']:,} to {abouts[0]['most']:,} beside {counts[0]['matches']:,}"
        report.add(f"an estimate before it: {what}", f"{seconds:.2f} s", said, "under 1 s")


def _measure_person(engine: Engine, *, report: Report, rounds: int) -> None:
    engine.python("manage.py", "collectstatic", "--noinput", "--verbosity", "0")
    found = [engine.inside("person_page") for _ in range(rounds)]
    seconds = median_of([row["seconds"] for row in found])
    queries = f"{found[0]['queries']} queries"
    report.add(f"a person's page, {engine.name}", f"{seconds * 1000:.0f} ms", queries)


def _measure_keeping_up(engine: Engine, *, report: Report, quick: bool) -> None:
    events, seconds = (160, 2) if quick else (1_000, 20)
    made = engine.inside("make_many_lists")
    found = engine.inside("keep_up", str(events), str(seconds))
    if found["arrived"] < 0.9 * found["english"]:
        report.remark(
            f"{found['english'] - found['arrived']} who read came on no list: they were on it"
        )
    report.add(
        f"{made['lists']} lists kept up, {found['rate']:,.0f} events a second for {seconds} s, "
        f"{engine.name}",
        f"{found['p95']:.1f} s p95 from events to membership",
        f"{found['p50']:.1f} s in the middle, {found['most']:.1f} s at most",
        "p95 under 5 s",
    )
    report.add(
        "", f"{found['fold']:.1f} s folding, {found['refresh']:.1f} s refreshing",
        f"{found['rounds']} rounds of the worker, {found['arrived']:,} people",
    )  # fmt: skip
