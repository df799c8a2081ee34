"""About how many people rules would find: near the truth, of whom one may count, and only for a while."""

import json
import random

import pytest
from django.db.models import Q
from django.urls import reverse

from leads.list_rules import rules_of
from leads.selectors import estimate
from leads.selectors.estimate import estimate_of
from leads.selectors.evaluation import moment_now
from people.roles import Role
from tests.factories.leads import heat, list_of, prospect, staff, topic_named, warm


def test_the_range_holds_the_truth_as_often_as_it_says():
    chance = random.Random(7)
    for truth in (40, 3_000, 365_000, 990_000):
        held = 0
        for _ in range(60):
            found = sum(chance.random() < truth / 1_000_000 for _ in range(2_000))
            about = estimate._about(found, of=2_000, everybody=1_000_000)
            assert found <= about.least <= about.number <= about.most <= 1_000_000
            held += about.least <= truth <= about.most
        assert held >= 52


def test_nobody_and_everybody_of_whom_were_drawn_are_ranges_too():
    none = estimate._about(0, of=20_000, everybody=1_000_000)
    assert (none.number, none.least) == (0, 0)
    assert 100 < none.most < 300
    everybody = estimate._about(20_000, of=20_000, everybody=1_000_000)
    assert (everybody.number, everybody.most) == (1_000_000, 1_000_000)
    assert everybody.least > 999_000 - 10_000


@pytest.mark.django_db
class TestLargeClinic:
    @pytest.fixture(autouse=True)
    def large(self, monkeypatch):
        monkeypatch.setattr(estimate, "SOON_COUNTED", 20)

    @pytest.fixture
    def rules(self):
        implants = topic_named("Implants")
        for place in range(40):
            person = prospect(f"P{place}", marketing=place % 2 == 0, email=f"p{place}@example.org")
            if place < 30:
                warm(person, implants, heat=2.0)
        warm(prospect("Hidden", profiling=False), implants, heat=2.0)
        return rules_of(list_of("warm", heat(implants, 1.0)))

    def test_where_everybody_is_drawn_the_number_is_the_count(self, rules):
        found = estimate_of(rules, moment_now(), seen=Q())
        assert found.matches.number == 30
        assert found.matches.least >= 30
        assert found.contactable.number == 15

    def test_of_some_the_count_is_in_the_range(self, rules, monkeypatch):
        monkeypatch.setattr(estimate, "DRAWN", 25)
        found = estimate_of(rules, moment_now(), seen=Q()).matches
        assert found.least < 30 < found.most
        assert found.most - found.least > 5

    def test_who_may_not_be_seen_is_not_counted(self, rules):
        found = estimate_of(rules, moment_now(), seen=Q(display_name="P3"))
        assert (found.matches.number, found.contactable.number) == (1, 0)

    def test_a_clinic_that_is_soon_counted_gets_none(self, rules, monkeypatch):
        monkeypatch.setattr(estimate, "SOON_COUNTED", 1_000)
        assert estimate_of(rules, moment_now(), seen=Q()) is None

    def test_the_screen_shows_it_first_and_the_count_when_asked_again(self, rules, client):
        client.force_login(staff(Role.MARKETING))
        topic = topic_named("Braces")
        warm(prospect("Mei"), topic, heat=2.0)
        group = {"match": "all", "conditions": [{"kind": "heat", "topic": topic.pk, "value": 1}]}
        sent = {"rules": json.dumps({"match": "all", "groups": [group]})}
        address = reverse("lead-lists:count")
        first = client.post(address, sent).json()
        assert first["goes_on"] is True
        assert "About <strong>1</strong> people match" in first["html"]
        assert "Mei" not in first["html"]
        second = client.post(address, sent | {"exact": "1"}).json()
        assert second["goes_on"] is False
        assert "Mei" in second["html"]
