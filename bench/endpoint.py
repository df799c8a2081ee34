"""Events through the endpoint, against an empty answer and against the bare insert of the rows."""

import http.client
import threading
import time
from collections.abc import Callable

from bench.bare import new_body
from bench.engines import Engine, server
from bench.report import Report, median_of, ratio_of

CLIENTS = 4
BATCH = 10
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def measure_endpoint(engine: Engine, *, report: Report, rounds: int, quick: bool) -> None:
    """Requests a second of each address in alternated rounds of the same server process."""
    requests = 120 if quick else 600
    made = engine.inside("subject")
    page_id, visitor_id, token = made["page_id"], made["visitor_id"], made["token"]
    paths = {"endpoint": "/api/v1/events", "bare view": "/bench/insert", "empty": "/bench/empty"}
    rates: dict[str, list[float]] = {name: [] for name in (*paths, "bare loop")}
    with server(engine) as port:
        for turn in range(rounds + 1):
            for name, path in paths.items():
                bodies = [
                    new_body(BATCH, page_id=page_id, token=token, visitor_id=visitor_id)
                    for _ in range(requests)
                ]
                rate = requests / _send_all(port, path=path, bodies=bodies)
                if turn:  # the first round warms up
                    rates[name].append(rate)
            loop = engine.inside("insert_loop", str(page_id), str(visitor_id), str(requests))
            if turn:
                rates["bare loop"].append(requests / loop["seconds"])
    middle = {name: median_of(values) for name, values in rates.items()}
    _report(middle, engine=engine, report=report)


def _report(middle: dict[str, float], *, engine: Engine, report: Report) -> None:
    own = middle["endpoint"]
    events = f"{own * BATCH:,.0f} events/s"
    goal = "at least 65 %" if engine.name == "postgresql" else "at least 100 %"
    title = f"ingest, batches of {BATCH}, {engine.name}"
    report.add(title, events, ratio_of(own, middle["empty"], other_name="an empty answer"))
    ratio = ratio_of(own, middle["bare view"], other_name="a bare insert view")
    report.add("", f"{middle['bare view'] * BATCH:,.0f} events/s bare", ratio, goal)
    ratio = ratio_of(own, middle["bare loop"], other_name="the bare insert, no server")
    report.add("", f"{middle['bare loop'] * BATCH:,.0f} events/s loop", ratio)


def _send_all(port: int, *, path: str, bodies: list[bytes]) -> float:
    """Send every body over a few kept connections; returns the seconds it took."""
    failures: list[str] = []

    def work(place: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        headers = {"User-Agent": AGENT, "Content-Type": "text/plain"}
        for body in bodies[place::CLIENTS]:
            connection.request("POST", path, body=body, headers=headers)
            response = connection.getresponse()
            answer = response.read()
            if response.status != 200 or b"dropped" in answer:
                failures.append(f"{response.status} {answer[:200]!r}")
        connection.close()

    seconds = _time_threads(work)
    if failures:
        raise RuntimeError(f"{path}: {failures[0]}")
    return seconds


def _time_threads(work: Callable[[int], None]) -> float:
    threads = [threading.Thread(target=work, args=(place,)) for place in range(CLIENTS)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - started
