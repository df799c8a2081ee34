"""Events through the endpoint, against an empty answer and against the bare insert of the rows."""

import os
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from bench.bare import new_body
from bench.engines import Engine, served
from bench.load import Load, send_all
from bench.report import Report, median_of, ratio_of

CLIENTS = 16
ADDRESSES = {"endpoint": "/api/v1/events", "bare view": "/bench/insert", "empty": "/bench/empty"}
BARE = "bare Django"


@dataclass
class Rounds:
    """What one address came to, a value a round; processor time is server and database together."""

    rates: list[float] = field(default_factory=list)
    halves: list[float] = field(default_factory=list)
    tails: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)


def measure_endpoint(engine: Engine, *, report: Report, rounds: int, quick: bool) -> None:
    """Requests of each address in alternated rounds: our server, and one of Django without layers."""
    made = engine.inside("subject")
    with (
        served(engine) as (port, pid),
        served(engine, settings="bench.bare_settings") as (bare_port, bare_pid),
    ):
        places = {name: (port, pid, path) for name, path in ADDRESSES.items()}
        places[BARE] = (bare_port, bare_pid, ADDRESSES["bare view"])
        for batch in (10, 1):
            found: dict[str, Rounds] = defaultdict(Rounds)
            for turn in range(rounds + 1):
                for name, (to_port, of_pid, path) in places.items():
                    bodies = _bodies(made, batch=batch, number=160 if quick else 480)
                    before = _cpu_s(engine, of_pid)
                    load = send_all(to_port, path=path, bodies=bodies, clients=CLIENTS)
                    if turn:  # the first round warms up
                        _note(found[name], load, cpu_s=_cpu_s(engine, of_pid) - before)
            _report(found, batch=batch, engine=engine, report=report)


def _bodies(made: dict, *, batch: int, number: int) -> list[bytes]:
    """Each client has a visitor of its own."""
    bodies = []
    for place in range(number):
        visitor_id, token = made["visitors"][place % CLIENTS]
        bodies.append(new_body(batch, page_id=made["page_id"], token=token, visitor_id=visitor_id))
    return bodies


def _note(rounds: Rounds, load: Load, *, cpu_s: float) -> None:
    rounds.rates.append(len(load.answers) / load.seconds)
    rounds.halves.append(load.percentile_ms(50))
    rounds.tails.append(load.percentile_ms(95))
    rounds.cpu_ms.append(cpu_s * 1000 / len(load.answers))


def _cpu_s(engine: Engine, pid: int) -> float:
    """Processor time of the server and, on PostgreSQL, of what the database does for it."""
    pids = [pid]
    if engine.url:
        with psycopg.connect(engine.url, autocommit=True) as connection:
            pids += [
                row[0]
                for row in connection.execute(
                    "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                    "AND (datname = current_database() OR backend_type = 'walwriter')"
                )
            ]
    ticks = 0
    for one in pids:
        path = Path(f"/proc/{one}/stat")
        if path.exists():
            ticks += sum(int(word) for word in path.read_text().rsplit(") ", 1)[1].split()[11:13])
    return ticks / os.sysconf("SC_CLK_TCK")


def _report(found: dict[str, Rounds], *, batch: int, engine: Engine, report: Report) -> None:
    rate = {name: median_of(rounds.rates) for name, rounds in found.items()}
    own = rate["endpoint"]
    goal = "at least 65 %" if engine.name == "postgresql" else "at least 100 %"
    title = f"ingest, {batch} a request, {CLIENTS} clients, {engine.name}"
    ratio = ratio_of(own, rate["empty"], other_name="an empty answer")
    report.add(title, f"{own * batch:,.0f} events/s", ratio)
    ratio = ratio_of(own, rate[BARE], other_name="bare Django and one insert")
    report.add("", f"{rate[BARE] * batch:,.0f} events/s bare Django", ratio, goal)
    ratio = ratio_of(own, rate["bare view"], other_name="a bare insert view among our layers")
    report.add("", f"{rate['bare view'] * batch:,.0f} events/s bare view", ratio)
    half, tail = (median_of(found["endpoint"].halves), median_of(found["endpoint"].tails))
    bare_tail = median_of(found[BARE].tails)
    ratio = ratio_of(tail, bare_tail, other_name=f"bare Django's {bare_tail:.1f} ms")
    report.add("", f"{half:.1f} ms in the middle, {tail:.1f} ms p95", ratio, "p95 under 10 ms")
    cpu = {name: median_of(rounds.cpu_ms) for name, rounds in found.items()}
    ratio = ratio_of(cpu["endpoint"], cpu[BARE], other_name=f"bare Django's {cpu[BARE]:.2f} ms")
    goal = "0.12 ms an event" if batch > 1 else ""
    each = f"{cpu['endpoint']:.2f} ms of processor a request"
    report.add("", f"{each}, {cpu['endpoint'] / batch:.3f} an event", ratio, goal)
