"""Lets the demo clinic's prospects read, as events through the ordinary door; nothing is made up after it."""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec
from django.db.models import QuerySet
from wagtail.models import Page

from cms.models import ComicPage
from cms.services.demo_files import demo_file, moment
from people.models import Person, Visitor
from tracking.ingest.agents import Agent
from tracking.ingest.decoding import Envelope
from tracking.models import Event, Reading
from tracking.services.folding import fold_everything
from tracking.services.ingest import ingest_events
from tracking.services.recompute import recompute_profiles

#: Who joined the browsers that the demo reads with; nobody holds their tokens.
ACTOR = "command:load_demo"
BEAT_S = 30.0
AGENT = Agent(device="phone", language="en")


def load_demo_readings(*, people: dict[str, Person], pages: dict, now: datetime) -> int:
    """Send the readings of every demo prospect who consented, fold them, and return how many.

    What an earlier load sent is forgotten first, so that a second call adds nothing.
    """
    forget_demo_readings()
    count = 0
    for key, number, act in _reading_acts():
        person, page = people.get(key), pages.get(act["item"])
        visitor = _demo_visitors().filter(person=person, withdrawn_at=None).first()
        if person is None or page is None or visitor is None:
            continue
        opened_at = min(
            moment(now=now, days=-act["days_ago"], hour=act["hour"], minute=7 * number % 60),
            now - timedelta(seconds=act["seconds"] + 60),
        )
        facts = list(_facts(act, page=page, view=uuid.uuid4(), opened_at=opened_at))
        sent_at = opened_at + timedelta(seconds=act["seconds"] + 1)
        ingest_events(
            Envelope(sent_at=sent_at, events=[msgspec.Raw(msgspec.json.encode(f)) for f in facts]),
            visitor_id=visitor.public_id,
            agent=AGENT,
            now=sent_at,
        )
        count += 1
    fold_everything(now=now)
    return count


def _reading_acts() -> Iterator[tuple[str, int, dict]]:
    for entry in demo_file("people.json")["people"]:
        for number, act in enumerate(entry["acts"]):
            if act["kind"] == "read":
                yield entry["key"], number, act


def _demo_visitors() -> QuerySet[Visitor]:
    return Visitor.objects.filter(links__actor=ACTOR)


def _facts(act: dict, *, page: Page, view: uuid.UUID, opened_at: datetime) -> Iterator[dict]:
    """One reading as a browser tells it: open, then time and depth as they grow, panels passed."""
    total_s, depth = float(act["seconds"]), act["depth"] or 0.0
    panels = [block.id for block in page.panels_in_order] if isinstance(page, ComicPage) else []
    seen = panels[: round(len(panels) * depth)]

    def fact(kind: str, after_s: float, **more: object) -> dict:
        name = f"{kind} {after_s} {more.get('panel', '')}"
        at = opened_at + timedelta(seconds=after_s)
        identity = uuid.uuid5(view, name)
        return {
            "id": str(identity),
            "view": str(view),
            "page": page.pk,
            "kind": kind,
            "at": at.isoformat(),
            **more,
        }

    yield fact("open", 0.0, active_ms=0, depth=0.0, referrer="search")
    for number, panel in enumerate(seen):
        yield fact("panel", total_s * (number + 0.5) / max(1, len(seen)), panel=panel)
    passed_s = 0.0
    while passed_s < total_s:
        step_s = min(BEAT_S, total_s - passed_s)
        passed_s += step_s
        yield fact(
            "read",
            passed_s,
            active_ms=int(step_s * 1000),
            depth=round(depth * passed_s / total_s, 3),
        )


def forget_demo_readings() -> None:
    """Delete the readings that the demo loaded, and no others, and recompute whose they were."""
    visitors = list(_demo_visitors())
    readings = Reading.objects.filter(visitor__in=visitors)
    profiles = set(readings.values_list("profile", flat=True))
    Event.objects.filter(visitor__in=visitors).delete()
    readings.delete()
    recompute_profiles(profile_ids=profiles)
