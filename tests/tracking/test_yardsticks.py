"""Yardsticks: appended where what a page asks of its reader or is about has changed, and only there."""

from datetime import UTC, datetime, timedelta

import pytest

from cms.models import PageTopic
from tests.factories import content
from tracking.models import PageYardstick
from tracking.services.yardsticks import append_yardsticks, yardsticks_by_page

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture
def piece():
    found = content.article(title="Bleeding", topics=[content.topic("Gums")])
    PageYardstick.objects.all().delete()
    append_yardsticks(page_ids=[found.pk], at=NOON)
    return found


def weights() -> list[list[float]]:
    rows = PageYardstick.objects.order_by("pk").values_list("topics", flat=True)
    return [sorted(topics.values()) for topics in rows]


def test_a_page_that_is_about_something_else_has_a_new_yardstick(piece):
    PageTopic.objects.filter(content_object=piece).update(weight=0.5)
    assert append_yardsticks(page_ids=[piece.pk], at=NOON + timedelta(days=1)) == 1
    PageTopic.objects.create(content_object=piece, tag=content.topic("Teeth"))
    assert append_yardsticks(page_ids=[piece.pk], at=NOON + timedelta(days=2)) == 1
    assert weights() == [[1.0], [0.5], [0.5, 1.0]]
    found = yardsticks_by_page([piece.pk])[piece.pk]
    assert [one.valid_from for one in found] == [NOON + timedelta(days=n) for n in range(3)]


def test_a_page_that_stays_as_it_is_keeps_its_yardstick(piece):
    assert append_yardsticks(page_ids=[piece.pk, piece.pk]) == 0
    PageTopic.objects.filter(content_object=piece).update(weight=0.5)
    append_yardsticks(page_ids=[piece.pk])
    PageTopic.objects.filter(content_object=piece).update(weight=1.0)
    assert append_yardsticks(page_ids=[piece.pk]) == 1  # as it once was, but not as it was last
    assert weights() == [[1.0], [0.5], [1.0]]
