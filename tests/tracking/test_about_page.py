"""The page about tracking says what the code does: how long things are kept, how interest is counted."""

import math
import re
from datetime import date, timedelta

import pytest

from cms.views import example_receipt
from tracking.services.retention import COUNTER_DAYS, LEDGER_DAYS

HALF_LIFE_DAYS = 30
LEAVE = 0.5


@pytest.mark.django_db
def test_periods_are_the_ones_in_force(client, settings):
    html = client.get("/about-tracking/").content.decode()
    rows = dict(re.findall(r"<tr><td>([^<]+)</td><td[^>]*>([^<]+)</td></tr>", html))
    assert rows["Counts by page and day"] == f"{COUNTER_DAYS} days"
    (ledger,) = [kept for what, kept in rows.items() if what.startswith("A random number")]
    (events,) = [kept for what, kept in rows.items() if what.startswith("Each single signal")]
    assert ledger == events == f"{LEDGER_DAYS} days"
    assert timedelta(weeks=2).total_seconds() == settings.SESSION_COOKIE_AGE


def test_example_receipt_adds_up():
    receipt = example_receipt()
    amounts = [float(line["amount"].replace("−", "-")) for line in receipt["lines"]]
    total = float(receipt["total"]["amount"])
    assert math.isclose(sum(amounts), total)
    begun = receipt["lines"][0]["date"]
    strength = amounts[0] + amounts[1]
    assert math.isclose(total, strength * 2 ** (-(date(2026, 12, 3) - begun).days / HALF_LIFE_DAYS))
    lapses = begun + timedelta(days=HALF_LIFE_DAYS * math.log2(strength / LEAVE))
    assert f"{lapses.day} January" in receipt["note"]
