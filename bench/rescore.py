"""Rescoring, folding, growth and retention on generated tables, beside bare statements of SQL."""

from bench.engines import Engine
from bench.report import Report, median_of, ratio_of

EACH = 100


def measure_rescore(engine: Engine, *, report: Report, rounds: int, quick: bool) -> None:
    """A change of rule, under which everybody is rescored, against one statement that sums masses."""
    readers = 500 if quick else 10_000
    engine.inside("make_signals", str(readers), str(EACH))
    engine.inside("other_threshold")  # the first one fills the table
    bare, found = [], {"other_threshold": [], "other_half_life": []}
    for _ in range(rounds):
        for name, figures in found.items():
            bare.append(engine.inside("float8_statement")["seconds"])
            figures.append(engine.inside(name))
    one = median_of(bare)
    interests = found["other_threshold"][0]["interests"]
    what = f"{readers * EACH:,} signals, {interests:,} interests, {engine.name}"
    report.add(f"one float8 statement, {what}", f"{one:.2f} s")
    for name, work in (
        ("other_threshold", "rescored: other tags, the same masses"),
        ("other_half_life", "rescored: every mass differs"),
    ):
        _add(report, work, found[name], against=one, other="the statement", goal="at most 100 %")


def measure_rebuild(engine: Engine, *, report: Report, rounds: int, quick: bool) -> None:
    """rebuild_interests where nothing differs, against the same statement, at three sizes."""
    for readers in (100, 200, 400) if quick else (500, 1_000, 2_000):
        figures = engine.inside("make_readings", str(readers), str(EACH))
        bare = [engine.inside("float8_statement")["seconds"] for _ in range(rounds)]
        found = [engine.inside("rebuild") for _ in range(rounds)]
        work = f"rebuild_interests, {readers * EACH:,} readings, nothing differs, {engine.name}"
        _add(report, work, found, against=median_of(bare), other="one statement")
        report.add("", f"{figures['seconds']:.1f} s where everything is made")
        engine.inside("clear")


def measure_folding(engine: Engine, *, report: Report, rounds: int, quick: bool) -> None:
    """Raw events of readers with a history folded into interests, against the upsert of their sums."""
    readers, views = (200, 100) if quick else (2_000, 1_000)
    engine.inside("make_readings", str(readers), str(20))
    found = [
        engine.inside("fold_views", str(readers), str(views), "10", str(number * views))
        for number in range(rounds)
    ]
    bare = median_of([one["bare"] for one in found])
    work = f"{views * 10:,} events of {views:,} views folded, {engine.name}"
    _add(report, work, found, against=bare, other="the bare upsert", goal="at most 130 %")


def measure_retention(engine: Engine, *, report: Report, rounds: int, quick: bool) -> None:
    """What raw events take on disk, and what deleting sealed ones takes: once, as it deletes them."""
    events = 20_000 if quick else 1_000_000
    made = engine.inside("event_bytes", "1000", str(events))
    report.add(
        f"{events:,} raw events, {engine.name}", f"{made['bytes'] / events:.0f} bytes an event"
    )
    found = engine.inside("retain_sealed")
    _add(report, f"retention of {found['deleted']:,} sealed events, {engine.name}", [found])


def _add(
    report: Report,
    work: str,
    found: list[dict],
    *,
    against: float = 0.0,
    other: str = "",
    goal: str = "",
) -> None:
    """The median with its ratio, then memory and the longest transaction of all rounds."""
    seconds = median_of([one["seconds"] for one in found])
    own = median_of([one["own_cpu"] for one in found])
    ratio = ratio_of(seconds, against, other_name=other)
    report.add(work, f"{seconds:.2f} s", ratio, goal)
    report.add("", f"{own:.2f} s of it this process's processor")
    report.add("", f"{max(one['peak_mb'] for one in found):.0f} MB at most", "", "flat")
    longest = max(one["longest_ms"] for one in found)
    report.add("", f"{longest:.0f} ms the longest transaction", "", "SQLite: 200 ms")
