"""A generated week of reading, sent through HTTP and brought in by import_events: the same interests.

Both ways carry one fact: somebody read a page for so many seconds, the last of them at that moment.
The week keeps to it, as each way knows more than the other can say:

- only a browser says depth, panels, played seconds, shares and downloads, and when a view began: a
  view past midnight (UTC) counts on the day it began, a row on the day of its `at`; where a new
  yardstick came into force during a view, the one of its beginning counts, else the one of `at`;
- a browser's seconds are held against the time between its events; a row has one moment only;
- only a file says attend, like, bookmark, comment, follow, and a count without seconds; only a file
  holds what is older than 7 days, or names a person.

Active time comes in eighths of a second, so that a day's sum is the same in any order.
"""

import csv
import http.client
import json
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from bench.engines import Engine, server
from bench.report import Report

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
# Later than 7 days the endpoint takes nothing; the last hour is left to views on their way.
WEEK = timedelta(days=6, hours=22)
LATEST = timedelta(hours=1)
EIGHTH_MS = 125
LONGEST_STEP_MS = 60_000
EVENTS_A_BATCH = 40
CLIENTS = 4
READERS, PAGES = 50, 12
TOPICS = ("Gums", "Teeth", "Jaw", "Breath")
SENTENCE = "A tooth is alive inside, and what hurts is its way to say so. "


class Step(NamedTuple):
    """One event of a view: its moment, and the active time since the one before."""

    at: datetime
    active_ms: int


@dataclass(frozen=True)
class View:
    """One view of one item by one reader; it begins with an `open` without active time."""

    id: str
    reader: str
    item: str
    steps: tuple[Step, ...]

    @property
    def ended_at(self) -> datetime:
        return self.steps[-1].at

    @property
    def seconds(self) -> float:
        return sum(step.active_ms for step in self.steps) / 1000


def week_of_reading(
    *, readers: Sequence[str], items: Sequence[str], until: datetime, seed: int = 1
) -> list[View]:
    """A week's views up to an hour before `until`, about 10 a reader: glances, and whole readings.

    The same arguments give the same week, but for ids.
    """
    chance = random.Random(seed)
    week = []
    for reader in readers:
        habit = chance.choice([8_000, 45_000, 150_000])
        liked = chance.sample(list(items), k=min(5, len(items)))
        for _ in range(chance.randint(4, 16)):
            active_ms = int(chance.expovariate(1 / habit)) // EIGHTH_MS * EIGHTH_MS + EIGHTH_MS
            ended = until - LATEST - chance.random() * WEEK
            steps = _steps(chance, active_ms=min(active_ms, 900_000), ended=ended)
            week.append(View(str(uuid.uuid4()), reader, chance.choice(liked), steps))
    return week


def _steps(chance: random.Random, *, active_ms: int, ended: datetime) -> tuple[Step, ...]:
    """An open, then a step for every minute or less, with pauses, all on the day it began."""
    parts = [0]
    while active_ms:
        most = min(active_ms, LONGEST_STEP_MS) // EIGHTH_MS
        parts.append(chance.randint(1, most) * EIGHTH_MS)
        active_ms -= parts[-1]
    at, passed = 0, []
    for part in parts:
        at += part + chance.randint(1, 20_000)  # never all of the time, so no cap bites
        passed.append(at)
    began = ended.replace(microsecond=0) - timedelta(milliseconds=at)
    if began.date() != (began + timedelta(milliseconds=at)).date():
        began += timedelta(milliseconds=at)  # after midnight, then
    return tuple(
        Step(began + timedelta(milliseconds=ms), part)
        for ms, part in zip(passed, parts, strict=True)
    )


def write_content(items: Iterable[str], path: Path) -> None:
    """A file of import_content: articles of growing length about one or two of four topics."""
    with path.open("w", encoding="utf-8") as file:
        for number, key in enumerate(items):
            topics = {TOPICS[number % len(TOPICS)], TOPICS[number * 3 // 5 % len(TOPICS)]}
            row = {
                "key": key,
                "type": "article",
                "language": "en",
                "title": f"Replayed {number}",
                "topics": sorted(topics),
                "body": SENTENCE * (10 + 15 * number),
            }
            file.write(json.dumps(row) + "\n")


def write_history(week: Iterable[View], path: Path) -> None:
    """The week as a file of import_events: a row a view."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "person", "item", "at", "kind", "seconds"])
        for view in week:
            rows.writerow(
                [view.id, view.reader, view.item, view.ended_at.isoformat(), "read", view.seconds]
            )


def batches_of(
    week: Iterable[View], *, pages: Mapping[str, int], tokens: Mapping[str, str], seed: int = 1
) -> list[dict]:
    """The week as browsers send it after days offline: out of order, every third batch twice."""
    chance = random.Random(seed)
    by_reader: dict[str, list[dict]] = {}
    for view in week:
        events = by_reader.setdefault(view.reader, [])
        for place, step in enumerate(view.steps):
            events.append(
                {
                    "id": str(uuid.uuid4()),
                    "view": view.id,
                    "page": pages[view.item],
                    "kind": "read" if place else "open",
                    "at": step.at.isoformat(),
                    "active_ms": step.active_ms,
                }
            )
    batches = []
    for reader, events in by_reader.items():
        chance.shuffle(events)
        for start in range(0, len(events), EVENTS_A_BATCH):
            part = events[start : start + EVENTS_A_BATCH]
            batches.append({"visitor": tokens[reader], "events": part})
    batches += batches[::3]
    chance.shuffle(batches)
    return batches


def open_visitors(readers: Iterable[str], *, port: int) -> dict[str, str]:
    """A visitor token for each reader, by agreeing to profiling as the panel does."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    notice = _asked(connection, "GET", "/api/v1/consents")["notice"]
    said = {"purposes": {"profiling": True}, "notice": notice, "language": "en"}
    tokens = {
        reader: _asked(connection, "POST", "/api/v1/consents", said)["visitor"]
        for reader in readers
    }
    connection.close()
    return tokens


def send_week(batches: Sequence[dict], *, port: int) -> Counter[str]:
    """Send every batch over a few connections at once; returns the verdicts by status or reason."""
    verdicts: Counter[str] = Counter()
    failures: list[Exception] = []
    lock = threading.Lock()

    def work(place: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            for batch in batches[place::CLIENTS]:
                sent = {"sent_at": datetime.now(UTC).isoformat(), **batch}
                answer = _asked(connection, "POST", "/api/v1/events", sent)
                with lock:
                    verdicts.update(one.get("reason") or one["status"] for one in answer["results"])
        except (OSError, http.client.HTTPException, RuntimeError) as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(place,)) for place in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(f"the week was not taken: {failures[0]}")
    return verdicts


def _asked(
    connection: http.client.HTTPConnection, method: str, path: str, body: dict | None = None
) -> dict:
    headers = {"User-Agent": AGENT, "Content-Type": "application/json"}
    connection.request(method, path, body=json.dumps(body) if body else None, headers=headers)
    response = connection.getresponse()
    answer = response.read()
    if response.status not in (200, 201):
        raise RuntimeError(f"{path}: {response.status} {answer[:200]!r}")
    return json.loads(answer)


def measure_replay(engine: Engine, *, report: Report, rounds: int, quick: bool) -> None:
    """Both ways of one week, each timed, and how many readers have the same interests by both."""
    readers = [f"reader-{number}" for number in range(10 if quick else READERS)]
    items = [f"replay:{number}" for number in range(PAGES)]
    content, history = engine.data_dir / "content.jsonl", engine.data_dir / "week.csv"
    write_content(items, content)
    engine.inside("command", "import_content", str(content))
    pages = engine.inside("replayed_pages")
    week = week_of_reading(readers=readers, items=items, until=datetime.now(UTC))
    write_history(week, history)
    with server(engine) as port:
        tokens = open_visitors(readers, port=port)
        batches = batches_of(week, pages=pages, tokens=tokens)
        started = time.perf_counter()
        verdicts = send_week(batches, port=port)
        seconds = time.perf_counter() - started
    if set(verdicts) - {"ok", "duplicate"}:
        raise RuntimeError(f"the week was not taken: {dict(verdicts)}")
    folded = engine.inside("fold")["seconds"]
    own = engine.inside("command", "import_events", str(history), "--consent-basis", "replay")
    (engine.data_dir / "tokens.json").write_text(json.dumps(tokens), "utf-8")
    found = engine.inside("replayed", str(engine.data_dir / "tokens.json"))
    what = f"a week, {len(readers)} readers, {len(week):,} views, {engine.name}"
    sent = f"{verdicts['ok']:,} events of {verdicts.total():,} sent, {seconds:.1f} s"
    report.add(what, sent, f"{folded:.1f} s to fold")
    report.add("", f"{own['seconds']:.1f} s by import_events")
    report.add(
        "",
        f"{found['same']} of {len(readers)} the same",
        f"{found['interests']} interests, {found['tags']} interest tags",
        f"all {len(readers)}",
    )
    if found["same"] != len(readers):
        raise RuntimeError(f"both ways should give the same; another at: {found['first']}")
