"""One week through HTTP and by import_events, on a real server: signals, interests and tags equal.

What either way alone can carry is named in bench/replay.py; the week holds none of it.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command

from bench.inside_replay import interests_by_http, interests_by_import, replayed_pages
from bench.replay import (
    batches_of,
    open_visitors,
    send_week,
    week_of_reading,
    write_content,
    write_history,
)
from tests.servers import Server
from tracking.models import PageCounter
from tracking.services.folding import fold_everything
from tracking.services.rebuild import check_interests

READERS = [f"reader-{number}" for number in range(8)]
ITEMS = [f"item-{number}" for number in range(6)]
UNTIL = datetime(2026, 11, 22, 0, 30, tzinfo=UTC)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_week_through_http_and_by_import_gives_the_same(tmp_path):
    write_content(ITEMS, tmp_path / "content.jsonl")
    call_command("import_content", str(tmp_path / "content.jsonl"))
    week = week_of_reading(readers=READERS, items=ITEMS, until=datetime.now(UTC))
    write_history(week, tmp_path / "week.csv")
    with Server(tmp_path) as server:
        tokens = open_visitors(READERS, port=server.port)
        batches = batches_of(week, pages=replayed_pages(), tokens=tokens)
        verdicts = send_week(batches, port=server.port)
    number = sum(len(view.steps) for view in week)
    assert verdicts["ok"] == number
    assert set(verdicts) == {"ok", "duplicate"}  # some batches went out twice
    fold_everything()
    call_command("import_events", str(tmp_path / "week.csv"), "--consent-basis", "their forms")
    by_http, by_import = interests_by_http(tokens), interests_by_import(READERS)
    assert by_http == by_import
    kinds = Counter(row[0] for rows in by_http.values() for row in rows)
    assert min(kinds["signal"], kinds["interest"]) > 2 * len(READERS)
    assert 0 < kinds["tag"] < kinds["interest"]  # some read enough for a tag, and some did not
    assert check_interests().differences == []
    opened = PageCounter.objects.filter(dimension="open").values_list("count", flat=True)
    assert sum(opened) == len(week)  # a file counts for no page, and nothing counts twice


@pytest.mark.parametrize("seed", range(20))
def test_a_generated_week_keeps_to_what_both_ways_can_say(seed):
    week = week_of_reading(readers=READERS, items=ITEMS, until=UNTIL, seed=seed)
    assert {view.reader for view in week} == set(READERS)
    for view in week:
        first, last = view.steps[0], view.steps[-1]
        assert UNTIL - timedelta(days=7) < first.at < last.at < UNTIL
        assert first.at.date() == last.at.date()
        assert (first.active_ms, view.seconds) == (0, sum(s.active_ms for s in view.steps) / 1000)
        assert view.seconds < (last.at - first.at).total_seconds()
        assert all(0 < step.active_ms <= 60_000 for step in view.steps[1:])
