"""What lead lists take in a process of their own: filling, rebuilding, counting, keeping up, one person."""

import json
import os
import subprocess
import sys
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench import generated_prospects, list_statements
from bench.engines import ROOT
from bench.generated import run, value
from bench.inside_rescore import longest, timed

EVENTS_A_VIEW = 8
LISTS = 50


def make_people(people: str, signals: str) -> dict:
    """So many people, and the two lists that are measured; figures are rows by table."""
    with timed() as figures:
        generated_prospects.make_people(int(people), signals=int(signals))
        for slug in RULES:
            _save(slug)
    counts = ("people_person", "tracking_interest", "tracking_interesttag", "tracking_signal")
    counts += ("classroom_attendance", "people_consent", "leads_exportperson")
    return {**figures, "rows": {name: value(f"SELECT count(*) FROM {name}") for name in counts}}


def _topic(place: int):
    from cms.models import Topic

    return Topic.objects.get(slug=f"bench-{place}")


def _narrow() -> list:
    heat = {"kind": "heat", "topic": _topic(3), "value": 2.0}
    attended = {"kind": "attended", "days": 90}
    records = [{"kind": "consent"}, {"kind": "language", "text": "en"}]
    return [("all", heat, attended, *records), ("none", {"kind": "exported", "days": 30})]


def _broad() -> list:
    heat = {"kind": "heat", "topic": _topic(3), "value": 0.1}
    tag = {"kind": "tag", "topic": _topic(4)}
    attended = {"kind": "attended", "value": 0.1, "days": 280}
    records = [{"kind": "consent"}, {"kind": "language", "text": "en"}]
    return [("all", *records), ("any", heat, tag, attended)]


RULES = {"narrow": _narrow, "broad": _broad}


def _save(slug: str, groups: list | None = None):
    """A list of these groups, each its match and its conditions."""
    from leads.models import Condition, ConditionGroup, LeadList

    made = LeadList.objects.create(name=slug, slug=slug)
    for order, (match, *conditions) in enumerate(groups or RULES[slug]()):
        group = ConditionGroup.objects.create(lead_list=made, match=match, sort_order=order)
        for place, fields in enumerate(conditions):
            Condition.objects.create(lead_list=made, group=group, sort_order=place, **fields)
    return made


def fill_list(slug: str) -> dict:
    """The list built from nothing; figures are its members and queries, too."""
    from leads.models import LeadList

    pk = LeadList.objects.get(slug=slug).pk
    for name in ("leads_membershiplog", "leads_membership", "leads_duelook"):
        run(f"DELETE FROM {name} WHERE lead_list_id = %s", pk)
    run("DELETE FROM leads_touchedperson")
    return _rebuilt(slug)


def rebuild_unchanged(slug: str) -> dict:
    """The list built anew where nothing differs."""
    return _rebuilt(slug)


def _rebuilt(slug: str) -> dict:
    from leads.models import LeadList
    from leads.services.membership import rebuild_list

    lead_list = LeadList.objects.get(slug=slug)
    with _counted() as queries, longest() as transactions, timed() as figures:
        changed = rebuild_list(lead_list)
    members = value(f"SELECT count(*) FROM leads_membership WHERE lead_list_id = {lead_list.pk}")
    return {
        **figures, **transactions, "changed": changed, "members": members, "queries": len(queries)
    }  # fmt: skip


def list_statement(slug: str) -> dict:
    """The same list by the hand-written statement, from nothing and where nothing differs."""
    from leads.models import LeadList

    wanted = getattr(list_statements, slug)(topic=_topic(3).pk)
    list_statements.make_tables()
    pk = LeadList.objects.get(slug=slug).pk
    filled = list_statements.fill(list_id=pk, wanted=wanted)
    members = value("SELECT count(*) FROM bench_member")
    again = list_statements.fill(list_id=pk, wanted=wanted)
    return {"filled": filled, "again": again, "members": members}


def live_count(slug: str) -> dict:
    """What the builder asks while rules are written: two counts and three examples."""
    from django.db.models import Q

    from leads.list_rules import rules_of
    from leads.models import LeadList
    from leads.selectors.evaluation import moment_now
    from leads.selectors.trial import trial_of

    rules = rules_of(LeadList.objects.get(slug=slug))
    with _counted() as queries, timed() as figures:
        found = trial_of(rules, moment_now(), seen=Q())
    return {
        **figures, "queries": len(queries), "matches": found.matches, "examples": len(found.examples)
    }  # fmt: skip


def live_estimate(slug: str) -> dict:
    """What a large clinic is told before that; no numbers where everybody is soon counted."""
    from django.db.models import Q

    from leads.list_rules import rules_of
    from leads.models import LeadList
    from leads.selectors.estimate import estimate_of
    from leads.selectors.evaluation import moment_now

    rules = rules_of(LeadList.objects.get(slug=slug))
    with _counted() as queries, timed() as figures:
        found = estimate_of(rules, moment_now(), seen=Q())
    return {**figures, "queries": len(queries), **(found.matches._asdict() if found else {})}


def person_page() -> dict:
    """A person's page in the admin, the second time it is opened."""
    from django.test import Client
    from django.urls import reverse

    from leads.models import Membership
    from people.models import User

    user = User.objects.create_superuser(username=f"bench-{uuid.uuid4()}")
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user)
    person = Membership.objects.select_related("person").latest("pk").person
    path = reverse("lead-people:person", args=[person.external_id])
    client.get(path)
    with _counted() as queries, timed() as figures:
        answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code}")
    return {**figures, "queries": len(queries)}


def make_many_lists() -> dict:
    """Fifty lists more, each on a topic and what is on record, built."""
    from leads.models import LeadList
    from leads.services.membership import refresh_lists

    for place in range(LISTS - LeadList.objects.count()):
        heat = {"kind": "heat", "topic": _topic(place), "value": 0.9}
        _save(f"list {place}", [("all", heat, {"kind": "language", "text": "en"})])
    with timed() as figures:
        refresh_lists()
    return {**figures, "lists": LeadList.objects.count()}


def keep_up(events: str, seconds: str) -> dict:
    """Fold and refresh as the worker does, while so many events a second come; how late people are.

    Figures are seconds from the commit of a view's events to that of the memberships it led to.
    """
    from leads.models import MembershipLog, TouchedPerson
    from leads.services.membership import refresh_lists
    from people.models import Person
    from tracking.models import TouchedView
    from tracking.services.folding import fold_everything

    refresh_lists()
    notes = Path(os.environ["DATA_DIR"]) / "sent.json"
    notes.unlink(missing_ok=True)
    last = MembershipLog.objects.order_by("pk").values_list("pk", flat=True).last() or 0
    arguments = [sys.executable, "-m", "bench.inside", "send_events", events, seconds, str(notes)]
    sender = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.DEVNULL)
    arrived: dict[int, float] = {}
    spent = {"fold": 0.0, "refresh": 0.0, "rounds": 0}
    end = time.monotonic() + float(seconds) * 4 + 60
    while time.monotonic() < end:
        began = time.perf_counter()
        fold_everything()
        folded = time.perf_counter()
        refresh_lists()
        spent["fold"] += folded - began
        spent["refresh"] += time.perf_counter() - folded
        spent["rounds"] += 1
        now = time.time()
        for pk, person_id in MembershipLog.objects.filter(pk__gt=last).values_list(
            "pk", "person_id"
        ):
            last = max(last, pk)
            arrived.setdefault(person_id, now)
        waits = TouchedView.objects.exists() or TouchedPerson.objects.exists()
        if sender.poll() is not None and not waits:
            break
        if not waits:
            time.sleep(0.05)
    if sender.wait(60):
        raise RuntimeError("the sender of events failed")
    sent = {int(pk): at for pk, at in json.loads(notes.read_text())["people"].items()}
    late = sorted(arrived[pk] - at for pk, at in sent.items() if pk in arrived)
    if not late:
        raise RuntimeError("nobody came on a list")
    english = Person.objects.filter(pk__in=sent, language="en").count()
    return {
        **spent, "rate": json.loads(notes.read_text())["rate"], "people": len(sent),
        "english": english, "arrived": len(late), "p50": late[len(late) // 2],
        "p95": late[len(late) * 95 // 100], "most": late[-1],
    }  # fmt: skip


def send_events(events: str, seconds: str, notes: str) -> dict:
    """Store views of eight events each at that rate, a reader each; notes who was sent when."""
    from people.models import Visitor
    from tracking.ingest.agents import read_agent
    from tracking.services.ingest import arrival_of, ingest_group

    agent = read_agent({"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101"})
    a_second = int(events) // EVENTS_A_VIEW
    views = int(a_second * float(seconds))
    readers = Visitor.objects.order_by("pk").values_list("public_id", "person_id")[:views]
    pages = [row[0] for row in _rows("SELECT page_id FROM bench_page ORDER BY place")]
    sent: dict[int, float] = {}
    began = time.time()
    waiting = list(readers)
    while waiting:
        due = int((time.time() - began) * a_second) - len(sent)
        if due < 1:
            time.sleep(0.01)
            continue
        some, waiting = waiting[: min(due, 16)], waiting[min(due, 16) :]
        arrivals = [
            arrival_of(_view(pages[person_id % LISTS]), visitor_id=public_id, agent=agent)
            for public_id, person_id in some
        ]
        for verdicts in ingest_group(arrivals):
            if verdicts is None or any(one.status != "ok" for one in verdicts):
                raise RuntimeError(f"not stored: {verdicts}")
        at = time.time()
        sent |= {person_id: at for _public_id, person_id in some}
    took = time.time() - began
    rate = len(sent) * EVENTS_A_VIEW / took
    Path(notes).write_text(json.dumps({"people": sent, "rate": rate}))
    return {}


def _view(page_id: int):
    """A full reading of a page that ends now, as a browser sends it."""
    from tracking.ingest.decoding import decode_envelope

    view, now = str(uuid.uuid4()), datetime.now(UTC)
    told: list[dict[str, Any]] = []
    for step in range(EVENTS_A_VIEW):
        at = now - timedelta(seconds=10 * (EVENTS_A_VIEW - 1 - step))
        one = {"id": str(uuid.uuid4()), "view": view, "page": page_id, "at": at.isoformat()}
        if step:
            one |= {"kind": "read", "active_ms": 10_000, "depth": step / (EVENTS_A_VIEW - 1)}
        told.append({"kind": "open", **one})
    return decode_envelope(json.dumps({"sent_at": now.isoformat(), "events": told}).encode())


def _rows(statement: str) -> list[tuple]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def _counted():
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    return CaptureQueriesContext(connection)


MEASUREMENTS = {
    "make_people": make_people,
    **{
        one.__name__: one
        for one in (
            fill_list, rebuild_unchanged, list_statement, live_count, live_estimate, person_page,
            make_many_lists, keep_up, send_events,
        )
    },
}  # fmt: skip
