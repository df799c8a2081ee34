"""Imports, the rebuild of interests and the ranking, on the real input where it is present."""

import gzip
from pathlib import Path

from bench.engines import DATA, Engine
from bench.report import Report, median_of, ratio_of

CONTENT = DATA / "medquad" / "content.jsonl.gz"
ITEMS = DATA / "oulad" / "items.jsonl.gz"
EVENTS = DATA / "oulad" / "events.csv.gz"
RANKED_TOPIC = "resource"
RANKED_AS_OF = "2014-03-01T00:00:00Z"


def measure_content(engine: Engine, *, report: Report, rounds: int, quick: bool) -> None:
    """One import of the health-education pages, as a first one cannot be repeated in place."""
    if _is_missing(CONTENT, report=report):
        return
    file = head_of(CONTENT, lines=300, engine=engine) if quick else CONTENT
    figures = engine.inside("command", "import_content", str(file))
    report.add(
        f"import_content {_lines(file):,} lines, {engine.name}",
        f"{figures['seconds']:.1f} s",
        f"{_lines(file) / figures['seconds']:,.0f} lines/s",
        "" if quick else "under 180 s",
    )
    report.add("", f"{figures['growth_mb']:.0f} MB growth", "", "under 300 MB")


def measure_events(engine: Engine, *, report: Report, rounds: int, quick: bool) -> None:
    """The import of the reading log with its interests, then rebuild and ranking on it."""
    if _is_missing(EVENTS, report=report) or _is_missing(ITEMS, report=report):
        return
    engine.inside("command", "import_content", str(ITEMS))
    file = head_of(EVENTS, lines=20_000, engine=engine) if quick else EVENTS
    figures = engine.inside("command", "import_events", str(file), "--consent-basis", "benchmark")
    report.add(
        f"import_events {_lines(file) - 1:,} events, {engine.name}",
        f"{figures['seconds']:.1f} s",
        f"{_lines(file) / figures['seconds']:,.0f} events/s",
        "" if quick else "under 60 s",
    )
    report.add("", f"{figures['growth_mb']:.0f} MB growth", "", "under 300 MB")
    _measure_rebuild(engine, report=report, rounds=rounds)
    _measure_ranking(engine, report=report, rounds=rounds)


def _measure_rebuild(engine: Engine, *, report: Report, rounds: int) -> None:
    rebuilt, bare = [], []
    for _ in range(rounds):
        rebuilt.append(engine.inside("command", "rebuild_interests")["seconds"])
        statement = engine.inside("one_statement")
        bare.append(statement["seconds"])
    own, other = median_of(rebuilt), median_of(bare)
    report.add(
        f"rebuild_interests, {statement['interests']:,} interests, {engine.name}",
        f"{own:.2f} s",
        ratio_of(own, other, other_name="one statement of SQL"),
        "at most 100 %",
    )
    report.add("", f"{other:.2f} s by the statement", f"{statement['rows']:,} rows")


def _measure_ranking(engine: Engine, *, report: Report, rounds: int) -> None:
    seconds = [
        engine.inside(
            "command", "rank_leads", "--topic", RANKED_TOPIC, "--as-of", RANKED_AS_OF
        )["seconds"]
        for _ in range(rounds)
    ]  # fmt: skip
    report.add(f"rank_leads, {engine.name}", f"{median_of(seconds):.2f} s", "", "under 2 s")


def _is_missing(path: Path, *, report: Report) -> bool:
    if path.exists():
        return False
    report.remark(f"not measured, as {path.name} is not in {path.parent}")
    return True


def _lines(path: Path) -> int:
    with gzip.open(path, "rb") as file:
        return sum(1 for _ in file)


def head_of(path: Path, *, lines: int, engine: Engine) -> Path:
    """The first lines of a file, beside the engine's database."""
    short = engine.data_dir / path.name
    with gzip.open(path, "rb") as source, gzip.open(short, "wb") as target:
        for _, line in zip(range(lines), source, strict=False):
            target.write(line)
    return short
