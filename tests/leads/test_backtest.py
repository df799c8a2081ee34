"""The measures against counting by hand, and that no score sees the future."""

import csv
import io
from datetime import timedelta
from itertools import product

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from hypothesis import assume, given
from hypothesis import strategies as st

from cms.models import Topic
from leads.backtest import area_under_curve, average_precision
from tests.factories.tracking import consenting_person, imported, yardstick
from tracking.services.imports import refold_people

SCORES = st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=2, max_size=12)


@given(SCORES)
def test_area_is_the_share_of_pairs_in_the_right_order(rows):
    hits = [score for score, positive in rows if positive]
    misses = [score for score, positive in rows if not positive]
    assume(hits and misses)
    pairs = [(hit > miss) + 0.5 * (hit == miss) for hit, miss in product(hits, misses)]
    score, positive = (np.array(column) for column in zip(*rows, strict=True))
    assert area_under_curve(score.astype(float), positive) == pytest.approx(np.mean(pairs))


@given(SCORES)
def test_average_precision_steps_at_each_distinct_score(rows):
    assume(any(positive for _, positive in rows))
    total = sum(positive for _, positive in rows)
    by_hand, before = 0.0, 0
    for level in sorted({score for score, _ in rows}, reverse=True):
        taken = [positive for score, positive in rows if score >= level]
        by_hand += (sum(taken) - before) / total * sum(taken) / len(taken)
        before = sum(taken)
    score, positive = (np.array(column) for column in zip(*rows, strict=True))
    assert average_precision(score.astype(float), positive) == pytest.approx(by_hand)


@pytest.mark.django_db
def test_the_command_prints_each_cut_off_and_the_means(capsys):
    topic = Topic.objects.create(name="Acne", slug="acne")
    yardstick(1, topics={topic.pk: 1.0}, expected_s=None)
    yardstick(2, topics={}, expected_s=None)
    start = timezone.now() - timedelta(days=120)
    for number in range(8):
        person = consenting_person(f"P{number}")
        for day in range(0, 119, 2):
            imported(person, 1 if number < 4 else 2, at=start + timedelta(days=day))
        refold_people(person_ids=[person.pk])
    call_command("backtest_interests", "--at-least", "2")
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert rows[-1]["topic"] == "mean"
    assert {row["topic"] for row in rows} == {"acne", "mean"}
    assert float(rows[-1]["auc_rank"]) == 1.0
    assert float(rows[-1]["auc_activity"]) == 0.5


@pytest.mark.django_db
def test_without_history_it_says_so():
    with pytest.raises(CommandError, match="not enough history"):
        call_command("backtest_interests")
