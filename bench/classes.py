"""What a class costs: signs of presence over HTTP, attendance from raw rows, a long report."""

import http.client
import json
import threading
import time

from bench.engines import Engine, server
from bench.report import Report, median_of, ratio_of

CLIENTS = 4
PEOPLE, MINUTES, ROWS = 1_000, 90, 10_000


def measure_classes(engine: Engine, *, report: Report, rounds: int, quick: bool) -> None:
    """Presence against the bare insert, then recomputation, then an import of a long report."""
    _measure_presence(engine, report=report, rounds=rounds, requests=120 if quick else 600)
    people, rows = (100, 1_000) if quick else (PEOPLE, ROWS)
    found = [engine.inside("attendance", str(people), str(MINUTES)) for _ in range(rounds)]
    report.add(
        f"attendance of {people:,} people x {MINUTES} minutes, {engine.name}",
        f"{median_of([one['seconds'] for one in found]):.2f} s",
        f"{found[0]['beats']:,} signs",
        "" if quick else "under 1 s",
    )
    again = median_of([one["again"] for one in found])
    report.add("", f"{again:.2f} s again, without a change")
    found = [engine.inside("attendance_import", str(rows)) for _ in range(rounds)]
    seconds = median_of([one["seconds"] for one in found])
    report.add(
        f"import_attendance of {rows:,} rows, {engine.name}",
        f"{seconds:.1f} s",
        f"{rows / seconds:,.0f} rows/s",
    )
    growth = median_of([one["growth_mb"] for one in found])
    report.add("", f"{growth:.0f} MB growth", "", "under 64 MB")


def _measure_presence(engine: Engine, *, report: Report, rounds: int, requests: int) -> None:
    made = engine.inside("class_subject", "100")
    page_id, tokens = made["page_id"], made["tokens"]
    bare = [{"class": page_id, "person": person} for person in made["people"]]
    paths = {
        "presence": f"/api/v1/classes/{page_id}/presence",
        "bare": "/bench/beat",
        "empty": "/bench/empty",
    }
    rates: dict[str, list[float]] = {name: [] for name in paths}
    with server(engine) as port:
        for turn in range(rounds + 1):
            for name, path in paths.items():
                seconds = _send(port, path, tokens=tokens, bare=bare, requests=requests)
                if turn:  # the first round warms up
                    rates[name].append(requests / seconds)
    middle = {name: median_of(values) for name, values in rates.items()}
    ratio = ratio_of(middle["presence"], middle["bare"], other_name="a bare insert view")
    report.add(f"signs of presence, {engine.name}", f"{middle['presence']:,.0f} signs/s", ratio)
    ratio = ratio_of(middle["presence"], middle["empty"], other_name="an empty answer")
    report.add("", f"{middle['bare']:,.0f} signs/s bare", ratio)


def _send(port: int, path: str, *, tokens: list[str], bare: list[dict], requests: int) -> float:
    """Send that many signs, each of the next person, over a few kept connections."""
    failures: list[str] = []

    def work(place: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for number in range(place, requests, CLIENTS):
            who = number % len(tokens)
            body = {"kind": "beat", "tab": f"tab-{place}", **bare[who]}
            headers = {
                "Content-Type": "application/json",
                "Authorization": f"Join {tokens[who]}",
            }
            connection.request("POST", path, body=json.dumps(body), headers=headers)
            response = connection.getresponse()
            answer = response.read()
            if response.status != 200:
                failures.append(f"{response.status} {answer[:200]!r}")
        connection.close()

    threads = [threading.Thread(target=work, args=(place,)) for place in range(CLIENTS)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(f"{path}: {failures[0]}")
    return time.perf_counter() - started
