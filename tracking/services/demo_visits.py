"""Lets strangers who agreed to nothing open the demo clinic's pieces, through the ordinary door."""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import TypeVar

import msgspec
from wagtail.models import Page

from cms.models import ComicPage
from tracking.ingest.agents import Agent
from tracking.ingest.decoding import Envelope
from tracking.services.ingest import ingest_events
from tracking.services.statistics import fold_statistics
from tracking.services.yardsticks import latest_yardsticks

DAYS = 30
#: About how many openings a day a piece has; the others have none.
OPENINGS_A_DAY = {
    "why-gums-bleed": 4,
    "why-gums-bleed.zh": 2,
    "comic-room-of-my-own": 3,
    "comic-room-of-my-own.zh": 2,
    "what-an-implant-is": 1,
    "wisdom-teeth-keep-or-remove.zh": 1,
}
HOW_FAR = ((0.1, 12), (0.25, 18), (0.5, 15), (0.75, 9), (1.0, 46))
REFERRERS = (("search", 42), ("social", 25), ("site", 20), ("direct", 11), ("other", 2))
DEVICES = (("phone", 68), ("desktop", 26), ("tablet", 6))
CAMPAIGNS = (("", 6), ("autumn-fair", 3), ("gum-week", 1))
Value = TypeVar("Value")
ID_SPACE = uuid.UUID("6f1f5f0e-3c56-4f0b-9a57-0f6f2f4c8d11")


def load_demo_visits(
    *, pages: Mapping[str, Page], now: datetime, after: datetime | None = None
) -> int:
    """Send strangers' openings for each of the last 30 days that has ended, and fold them.

    With `after`, when an earlier load ran, only the days that had not ended then: no day is sent
    twice. Returns how many events were sent.
    """
    today = now.astimezone(UTC).date()
    first = today - timedelta(days=DAYS)
    if after is not None:
        first = max(first, after.astimezone(UTC).date())
    wanted = {key: pages[key] for key in OPENINGS_A_DAY if key in pages}
    lengths = latest_yardsticks(page_ids=[page.pk for page in wanted.values()])
    count = 0
    for n in range((today - first).days):
        day = first + timedelta(days=n)
        for agent, facts in _facts_of_day(day, pages=wanted, lengths=lengths).items():
            sent_at = datetime.combine(day, time(23), UTC)
            events = [msgspec.Raw(msgspec.json.encode(fact)) for fact in facts]
            ingest_events(
                Envelope(sent_at=sent_at, events=events), visitor_id=None, agent=agent, now=sent_at
            )
            count += len(events)
    fold_statistics()
    return count


def _facts_of_day(
    day: date, *, pages: Mapping[str, Page], lengths: Mapping
) -> dict[Agent, list[dict]]:
    batches: dict[Agent, list[dict]] = defaultdict(list)
    for key, page in pages.items():
        if page.first_published_at and page.first_published_at.astimezone(UTC).date() >= day:
            continue
        chance = Random(f"{key} {day}")
        expected_s = getattr(lengths.get(page.pk), "expected_s", None) or 120.0
        language = "zh" if key.endswith(".zh") else "en"
        for number in range(chance.randint(0, 2 * OPENINGS_A_DAY[key])):
            agent = Agent(device=_one_of(DEVICES, chance), language=language)
            opened_at = datetime.combine(day, time(8), UTC) + timedelta(
                minutes=chance.randrange(720)
            )
            opening = _opening(page, chance=chance, expected_s=expected_s)
            for place, fact in enumerate(opening):
                identity = uuid.uuid5(ID_SPACE, f"{page.pk} {day} {number} {place}")
                at = opened_at + timedelta(seconds=10 * place)
                batches[agent].append(
                    {"id": str(identity), "page": page.pk, "at": at.isoformat(), **fact}
                )
    return batches


def _opening(page: Page, *, chance: Random, expected_s: float) -> Iterator[dict]:
    """What a browser tells of one opening without a visitor: quarters as they are passed first."""
    referrer = _one_of(REFERRERS, chance)
    campaign = _one_of(CAMPAIGNS, chance) if referrer == "social" else ""
    yield {"kind": "open", "active_ms": 0, "referrer": referrer, "campaign": campaign}
    far = _one_of(HOW_FAR, chance)
    panels = [block.id for block in page.panels_in_order] if isinstance(page, ComicPage) else []
    for panel in panels[: max(1, round(len(panels) * far))]:
        yield {"kind": "panel", "panel": panel, "active_ms": 0}
    quarters = [quarter for quarter in (0.25, 0.5, 0.75, 1.0) if quarter <= far]
    active_ms = int(1000 * expected_s * far * chance.uniform(0.5, 1.2) / max(1, len(quarters)))
    spent = {"kind": "read", "active_ms": min(active_ms, 60_000)}
    if not quarters:
        yield spent
    for quarter in quarters:
        yield {**spent, "depth": quarter}


def _one_of(weighted: Sequence[tuple[Value, int]], chance: Random) -> Value:
    values, weights = zip(*weighted, strict=True)
    return chance.choices(values, weights)[0]
