"""The read API: cold and warm, against Wagtail's own v2 on the same rows and an empty answer."""

import http.client
import time

from bench.engines import Engine, server
from bench.report import Report, median_of, ratio_of

PAGES, QUICK_PAGES = 1000, 60
LIST = "/pages/?type=cms.ArticlePage&fields=*&limit=20&offset=40"
SECONDS_A_ROUND, QUICK_SECONDS = 4.0, 0.5


def measure_read_api(engine: Engine, *, report: Report, rounds: int, quick: bool) -> None:
    """Requests a second of one client, in alternated rounds; every address in the same server."""
    made = engine.inside("pages", str(QUICK_PAGES if quick else PAGES))
    detail = f"/pages/{made['page_id']}/"
    with server(engine) as port:
        size = {path: _size(port, f"/api/v2{path}") for path in (LIST, detail)}
        paths = {
            "list, empty answer of that size": f"/bench/bytes/{size[LIST]}",
            "list, warm": f"/api/v2{LIST}",
            "list, uncached": f"/bench/uncached{LIST}",
            "list, stock v2": f"/bench/stock{LIST}",
            "detail, empty answer of that size": f"/bench/bytes/{size[detail]}",
            "detail, warm": f"/api/v2{detail}",
            "detail, uncached": f"/bench/uncached{detail}",
            "detail, stock v2": f"/bench/stock{detail}",
        }
        rates = _alternate(port, paths, rounds=rounds, quick=quick)
    report.remark(
        f"read API, {engine.name}: a list of 20 is {size[LIST]:,} bytes with our fields; queries: "
        + ", ".join(f"{name} {count}" for name, count in made["queries"].items())
    )
    goals = {"list, uncached": "6x stock v2", "list, warm": "85 % of the empty answer"}
    for name, rate in rates.items():
        kind = name.split(",")[0]
        against = "stock v2" if name.endswith("uncached") else "empty answer of that size"
        ratio = ratio_of(rate, rates[f"{kind}, {against}"], other_name=against)
        shown = ratio if name.endswith(("warm", "uncached")) else ""
        report.add(f"{name}, {engine.name}", f"{rate:,.0f} req/s", shown, goals.get(name, ""))


def _alternate(port: int, paths: dict[str, str], *, rounds: int, quick: bool) -> dict[str, float]:
    measured: dict[str, list[float]] = {name: [] for name in paths}
    for path in paths.values():
        _rate(port, path, seconds=0.2)
    for _ in range(rounds):
        for name, path in paths.items():
            seconds = QUICK_SECONDS if quick else SECONDS_A_ROUND
            measured[name].append(_rate(port, path, seconds=seconds))
    return {name: median_of(rates) for name, rates in measured.items()}


def _size(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    if response.status != 200:
        raise RuntimeError(f"{path} answered {response.status}")
    return len(body)


def _rate(port: int, path: str, *, seconds: float) -> float:
    """Requests a second over one kept connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    count, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        if response.status != 200:
            raise RuntimeError(f"{path} answered {response.status}")
        count += 1
    rate = count / (time.perf_counter() - started)
    connection.close()
    return rate
