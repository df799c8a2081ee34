"""A class on paper says when it is, by the clocks of its own zone."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from tests.factories.classroom import live_class

pytestmark = pytest.mark.django_db


def test_the_handout_of_a_class_names_day_time_and_length(client):
    page = live_class(
        starts_at=datetime(2027, 3, 4, 18, 30, tzinfo=UTC), time_zone="Asia/Shanghai", minutes=45
    )
    said = client.get(f"/handout/{page.pk}/").content.decode()
    for words in ("Friday 5 March 2027", "02:30 (Asia/Shanghai)", "45 minutes"):
        assert words in said


def test_a_cancelled_one_says_so(client):
    page = live_class(
        starts_at=datetime(2027, 3, 4, 18, 30, tzinfo=UTC), cancelled_at=timezone.now()
    )
    said = client.get(f"/handout/{page.pk}/").content.decode()
    assert "This class is cancelled." in said
    assert "2027" not in said
