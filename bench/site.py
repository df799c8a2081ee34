"""Measures pages of the site, as a reader without a session asks for them, against an empty answer."""

import http.client
import time

from bench.engines import Engine, server
from bench.load import AGENT
from bench.report import Report, median_of, ratio_of

PAGES = {
    "article": "/articles/what-an-implant-is/",
    "front page": "/",
    "topic": "/topics/wisdom-teeth/",
    "search": "/search/?q=gums",
}


def measure_site(engine: Engine, *, report: Report, rounds: int, quick: bool) -> None:
    """Requests a second of one client, in alternated rounds, with the queries of each page."""
    engine.python("manage.py", "load_demo")
    engine.python("manage.py", "collectstatic", "--noinput", "--verbosity", "0")
    queries = engine.inside("queries_of", *PAGES.values())
    requests = 20 if quick else 100
    # A query that no page knows goes past the pages that are kept.
    anew = {
        f"{name}, anew": f"{path}{'&' if '?' in path else '?'}anew=1"
        for name, path in PAGES.items()
    }
    paths = {**PAGES, **anew, "empty": "/bench/empty"}
    rates: dict[str, list[float]] = {name: [] for name in paths}
    sizes: dict[str, int] = {}
    with server(engine) as port:
        for turn in range(rounds + 1):
            for name, path in paths.items():
                seconds, sizes[name] = _fetch(port, path=path, times=requests)
                if turn:  # the first round warms up
                    rates[name].append(requests / seconds)
    empty = median_of(rates["empty"])
    for name, path in PAGES.items():
        middle = median_of(rates[name])
        work = f"{name}, {queries[path]} queries, {sizes[name] / 1000:.1f} kB, {engine.name}"
        ratio = ratio_of(middle, empty, other_name="an empty answer")
        report.add(work, f"{middle:,.0f} requests/s", ratio)
        middle = median_of(rates[f"{name}, anew"])
        ratio = ratio_of(middle, empty, other_name="an empty answer")
        report.add("", f"{middle:,.0f} requests/s made anew", ratio)


def _fetch(port: int, *, path: str, times: int) -> tuple[float, int]:
    """Ask for the page that many times over one connection; returns seconds and bytes of one."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"User-Agent": AGENT, "Accept-Encoding": "gzip, deflate, br", "Accept-Language": "en"}
    body = b""
    started = time.perf_counter()
    for _ in range(times):
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise RuntimeError(f"{path}: {response.status}")
    connection.close()
    return time.perf_counter() - started, len(body)
