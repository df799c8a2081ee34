"""The screen of one piece: the curve, the panels and the time, with numbers added up by hand."""

from datetime import date, timedelta
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from people.roles import Role
from tests.factories import content
from tests.tracking.browsers import make_batch, make_event, make_page, make_visitor, send
from tests.tracking.test_readers import staff
from tracking.models import PageCounter, PageYardstick
from tracking.selectors.curves import (
    attention_of,
    expected_s_of,
    greatest_drop,
    reading_curve,
)
from tracking.selectors.statistics import page_statistics
from tracking.services.folding import fold_everything

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)


def count(page_id: int, dimension: str, value: str, number: int, *, day: date = TODAY) -> None:
    PageCounter.objects.create(
        page_id=page_id, day=day, dimension=dimension, value=value, count=number
    )


def curve_of(page_id: int = 1) -> list[tuple[float, int | None, int | None]]:
    curve = reading_curve(page_statistics(page_id, TODAY))
    return [(one.mark, one.figure.count, one.share) for one in curve]


# the curve


def test_the_curve_falls_from_the_opening_to_the_end():
    for dimension, value, number in (
        ("open", "", 40), ("depth", "0.25", 35), ("depth", "0.5", 20),
        ("depth", "0.75", 15), ("depth", "1", 10),
    ):  # fmt: skip
        count(1, dimension, value, number)
    assert curve_of() == [(0, 40, 100), (0.25, 35, 88), (0.5, 20, 50), (0.75, 15, 38), (1, 10, 25)]
    drop = greatest_drop(reading_curve(page_statistics(1, TODAY)))
    assert drop and (drop.start, drop.end, drop.share) == (0.25, 0.5, 38)


def test_who_came_to_the_end_passed_what_lies_before():
    count(1, "open", "", 10)
    count(1, "depth", "1", 5)
    assert curve_of() == [(0, 10, 100), (0.25, 5, 50), (0.5, 5, 50), (0.75, 5, 50), (1, 5, 50)]


def test_no_more_came_anywhere_than_opened():
    count(1, "open", "", 10)
    count(1, "depth", "0.25", 13)
    assert curve_of()[1] == (0.25, 10, 100)


def test_the_curve_stops_being_told_where_few_are_left():
    count(1, "open", "", 10)
    count(1, "depth", "0.25", 5)
    count(1, "depth", "0.5", 4)
    assert curve_of() == [(0, 10, 100), (0.25, 5, 50), (0.5, None, None), (0.75, 0, 0), (1, 0, 0)]


def test_nothing_is_told_of_fewer_than_five_openings():
    count(1, "open", "", 4)
    count(1, "depth", "0.25", 9)
    assert {share for _, _, share in curve_of()} == {None}
    assert {number for _, number, _ in curve_of()} == {None, 0}


def test_a_page_without_places_has_no_curve():
    count(1, "open", "", 10)
    assert curve_of() == []
    assert greatest_drop([]) is None


def test_nobody_stops_where_everybody_stays():
    count(1, "open", "", 10)
    count(1, "depth", "1", 10)
    assert greatest_drop(reading_curve(page_statistics(1, TODAY))) is None


def test_panels_stand_in_the_order_of_the_comic_those_without_readers_too():
    count(1, "open", "", 20)
    for panel, number in (("b", 15), ("a", 23), ("c", 2), ("gone", 9)):
        count(1, "panel", panel, number)
    attention = attention_of(["a", "b", "c", "d"], statistics=page_statistics(1, TODAY))
    assert [(one.panel, one.figure.count, one.share) for one in attention] == [
        ("a", 20, 100), ("b", 15, 75), ("c", None, None), ("d", 0, 0),
    ]  # fmt: skip


def test_a_full_reading_is_measured_as_the_page_stands():
    for month, seconds in ((1, 60.0), (3, 240.0), (2, 120.0)):
        valid_from = timezone.now().replace(month=month, day=1)
        PageYardstick.objects.create(page_id=1, valid_from=valid_from, expected_s=seconds)
    assert (expected_s_of(1), expected_s_of(2)) == (240.0, None)


# from browsers to the figures


def test_readers_of_both_planes_come_together_each_once():
    article = make_page()
    batches = []
    for number in range(6):
        _, token = make_visitor() if number < 2 else (None, None)
        far = 1.0 if number < 3 else 0.5
        quarters = [far] if token else [q for q in (0.25, 0.5, 0.75, 1.0) if q <= far]
        events = [make_event(article, kind="open", active_ms=0)]
        events += [make_event(article, depth=quarter, active_ms=5_000) for quarter in quarters]
        if token:
            view = events[0]["view"]
            events = [{**event, "view": view} for event in events]
        batches.append(make_batch(events, token=token))
    for _ in range(2):
        for batch in batches:
            assert send(batch).status_code == 200
        fold_everything()
    today = timezone.now().date()
    rows = PageCounter.objects.filter(page_id=article.pk)
    day = rows.earliest("day").day
    assert day <= today
    statistics = page_statistics(article.pk, day)
    curve = [(one.mark, one.figure.count) for one in reading_curve(statistics)]
    # Six opened; all came half-way; three, two of them known, came to the end: too few to show.
    assert curve == [(0.0, 5), (0.25, 5), (0.5, 5), (0.75, None), (1.0, None)]
    assert dict(rows.filter(dimension="depth").values_list("value", "count")) == {
        "0.25": 6, "0.5": 6, "0.75": 3, "1": 3,
    }  # fmt: skip
    # 2 x 5 s of the known, 4 + 2 + 2 + 2 quarters of 5 s of the others: 60 s, a mean of 10.
    assert statistics.active_s == 10 * 5


# the screen


class Words(HTMLParser):
    """The words between the tags of a page, in one line."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def __str__(self) -> str:
        return " ".join(" ".join(self.found).split())


def screen(client, page) -> str:
    answer = client.get(f"/admin/readers/{page.pk}/")
    assert answer.status_code == 200
    return str(Words(answer.content.decode()))


@pytest.fixture
def editor(client):
    user = staff(Role.EDITOR)
    client.force_login(user)
    return user


def test_the_screen_of_a_comic_says_what_its_counters_hold(client, editor):
    page = content.comic(title="A room", panels=2)
    first, second = (block.id for block in page.panels_in_order)
    day = timezone.now().date()
    PageYardstick.objects.create(page_id=page.pk, expected_s=240.0)
    for dimension, value, number in (
        ("open", "", 40), ("active_ms", "", 4_800_000), ("depth", "0.25", 35),
        ("depth", "0.5", 20), ("depth", "0.75", 15), ("depth", "1", 10), ("share", "", 5),
        ("panel", first, 36), ("panel", second, 3), ("panel", "gone", 8), ("bot", "", 7),
        ("referrer", "search", 28), ("referrer", "direct", 12), ("device", "phone", 40),
        ("campaign", "autumn-fair", 9), ("campaign", "one", 1), ("campaign", "two", 2),
    ):  # fmt: skip
        count(page.pk, dimension, value, number, day=day)
    words = screen(client, page)
    for told in (
        "Opened 40",
        "Read to the end 25% 10 openings",
        # 4,800 s over 40 openings, of 240 s.
        "Time an opening 2 min A full reading takes about 4 min; on average 50% of it.",
        "Shared 5",
        "More stop in the second quarter than in any other: 38 of 100 openings.",
        "opened a quarter half three quarters the end 100% 40 88% 35 50% 20 38% 15 25% 10",
        f"Panel 1 {page.panels_in_order[0].value['alt']} 88% 35",
        f"Panel 2 {page.panels_in_order[1].value['alt']} fewer than five",
        "One panel that is not in the comic any more is left out.",
        "A search engine 75% 30 Typed in, a bookmark or an app 25% 10",
        "autumn-fair 25% 10 2 more with fewer than five openings each.",
        "Mobile phone 100% 40",
        "Language of the browser No browser told.",
        "Signs of them: 5.",
    ):
        assert told in words


@pytest.mark.parametrize(
    ("opens", "told", "shown"),
    [
        (0, "Nobody has opened it in the last 30 days", False),
        (4, "Opened fewer than five times in the last 30 days", False),
        (5, "Opened 5", True),
    ],
)
def test_a_piece_with_few_openings_says_so(client, editor, opens, told, shown):
    page = content.article(title="Quiet")
    if opens:
        for dimension, value in (("open", ""), ("depth", "0.25"), ("device", "tablet")):
            count(page.pk, dimension, value, opens, day=timezone.now().date())
    words = screen(client, page)
    assert told in words
    assert ("Along the page" in words, "Tablet" in words) == (shown, shown)


def test_the_screen_takes_the_same_queries_however_much_was_counted(client, editor):
    pages = [content.comic(panels=n) for n in (1, 4)]
    day = timezone.now().date()

    def queries(page) -> int:
        with CaptureQueriesContext(connection) as captured:
            screen(client, page)
        return len(captured)

    for number, page in enumerate(pages):
        for block in page.panels_in_order:
            count(page.pk, "panel", block.id, 9, day=day)
        for ago in range(1 + 9 * number):
            count(page.pk, "open", "", 9, day=day - timedelta(days=ago))
            count(page.pk, "campaign", f"c-{ago}", 9, day=day - timedelta(days=ago))
    queries(pages[0])
    assert queries(pages[0]) == queries(pages[1])
