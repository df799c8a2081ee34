"""`python -m bench` (`make bench`): runs benchmarks in alternated rounds and prints the ratios."""

import argparse
import sys

from bench.classes import measure_classes
from bench.commands import measure_content, measure_events
from bench.endpoint import measure_endpoint
from bench.engines import engine, postgresql_url
from bench.exports import measure_exports
from bench.lists import measure_lists
from bench.read_api import measure_read_api
from bench.replay import measure_replay
from bench.report import Report
from bench.rescore import measure_folding, measure_rebuild, measure_rescore, measure_retention
from bench.room import measure_room
from bench.search import measure_search
from bench.site import measure_site
from bench.stopwatch import measure_stopwatch

BENCHMARKS = {
    "attendance": (measure_classes, "presence, attendance from raw signs, a long report"),
    "room": (measure_room, "a room of 100 and 500 listeners against an empty stream"),
    "api": (measure_read_api, "the read API, cold and warm, against stock v2 and an empty answer"),
    "endpoint": (measure_endpoint, "events a second against an empty answer and a bare insert"),
    "site": (measure_site, "pages of the site, with their queries, against an empty answer"),
    "content": (measure_content, "import_content on the health-education pages"),
    "search": (measure_search, "queries a reader types, on English and Chinese pages"),
    "replay": (measure_replay, "a week of reading through HTTP and by import: the same interests"),
    "rescore": (measure_rescore, "everybody rescored under another rule, against one statement"),
    "rebuild": (measure_rebuild, "rebuild_interests at three sizes, against one statement"),
    "folding": (measure_folding, "raw events folded into interests, against a bare upsert"),
    "lists": (measure_lists, "a million people: lists filled, rebuilt, counted and kept up"),
    "retention": (measure_retention, "bytes of a raw event, and deleting the sealed ones"),
    "exports": (measure_exports, "files of a lead list against bare COPY and XlsxWriter alone"),
    "stopwatch": (
        measure_stopwatch,
        "a reader in Chromium by the watch, and what was stored of it",
    ),
    "events": (measure_events, "import_events, rebuild_interests, rank_leads on the reading log"),
}
NO_POSTGRESQL = (
    "not run on PostgreSQL: name a server that benchmarks may make databases on, "
    "BENCH_DATABASE_URL=postgres://user@host:5432/postgres make bench"
)


def main() -> int:
    """Run what was asked for; a benchmark that fails is named, and the others still run."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=sorted(BENCHMARKS), metavar="NAME")
    parser.add_argument("--engine", action="append", choices=["sqlite", "postgresql"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="small input, to see that it runs")
    parser.add_argument("--list", action="store_true", help="what there is to measure")
    chosen = parser.parse_args()
    if chosen.list:
        for name, (_, what) in BENCHMARKS.items():
            print(f"{name:10} {what}")
        return 0
    report, failed = Report(), False
    for engine_name in chosen.engine or ["sqlite", "postgresql"]:
        if engine_name == "postgresql" and not postgresql_url():
            report.remark(NO_POSTGRESQL)
            continue
        for name in chosen.only or BENCHMARKS:
            print(f"{name} on {engine_name} ...", file=sys.stderr, flush=True)
            try:
                with engine(engine_name) as made:
                    measure = BENCHMARKS[name][0]
                    measure(made, report=report, rounds=chosen.rounds, quick=chosen.quick)
            except RuntimeError as error:
                failed = True
                report.remark(f"{name} on {engine_name} failed: {error}")
    print(report.text())
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
