"""Who may see how a piece is read, and what of it."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cms.models import ArticlePage, ClinicianPage
from cms.services.site import ensure_shelf
from people.roles import Role
from tests.factories.people import UserFactory
from tests.factories.reviews import put_up
from tracking.models import PageCounter
from tracking.selectors.curves import attention_of, reading_curve
from tracking.selectors.readers import pieces_of, readers_of, window_days
from tracking.selectors.statistics import page_statistics
from tracking.wagtail_hooks import readers_in_header, readers_in_list

pytestmark = pytest.mark.django_db
TODAY = datetime.now(UTC).date()


def staff(role: Role):
    user = UserFactory()
    user.groups.add(Group.objects.get(name=role))
    return user


def article(title: str, author=None) -> ArticlePage:
    page = ArticlePage(title=title, author=author)
    return put_up(page, under=ensure_shelf(shelf="articles", language="en"))


@pytest.fixture
def clinician():
    user = staff(Role.CLINICIAN)
    page = ClinicianPage(title="Dr Shen", user=user)
    ensure_shelf(shelf="clinicians", language="en").add_child(instance=page)
    user.own = article("Hers", author=page)
    user.others = article("Somebody else's")
    return user


def count(page, dimension: str, value: str, number: int, *, ago: int = 0) -> None:
    day = TODAY - timedelta(days=ago)
    PageCounter.objects.create(
        page_id=page.pk, day=day, dimension=dimension, value=value, count=number
    )


def add(page, dimension, value, number, *, day) -> None:
    row, _ = PageCounter.objects.get_or_create(
        page_id=page.pk, day=day, dimension=dimension, value=value, defaults={"count": 0}
    )
    PageCounter.objects.filter(pk=row.pk).update(count=row.count + number)


def test_a_clinician_sees_own_pieces_and_404_for_others(client, clinician):
    client.force_login(clinician)
    assert [page.title for page in pieces_of(clinician)] == ["Hers"]
    assert client.get(f"/admin/readers/{clinician.own.pk}/").status_code == 200
    assert client.get(f"/admin/readers/{clinician.others.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.EDITOR, 200), (Role.REVIEWER, 200), (Role.MARKETING, 404), (Role.CONSULTANT, 404)],
)
def test_roles(client, clinician, role, status):
    client.force_login(staff(role))
    assert client.get("/admin/readers/").status_code == status
    assert client.get(f"/admin/readers/{clinician.own.pk}/").status_code == status


def test_figures_add_up_and_small_groups_are_hidden(clinician):
    count(clinician.own, "open", "", 12)
    count(clinician.own, "active_ms", "", 600_000)
    count(clinician.own, "depth", "1", 3)
    (row,) = readers_of([clinician.own], today=TODAY)
    assert (row.opens.count, row.minutes, row.to_the_end.count) == (10, 8, None)
    assert str(row.to_the_end) == "fewer than five"
    assert (row.days[-1].count, {day.count for day in row.days[:-1]}) == (10, {0})
    assert len(row.days) == 30


def test_the_window_is_thirty_days_on_every_screen(client, clinician):
    count(clinician.own, "open", "", 7, ago=29)
    count(clinician.own, "open", "", 100, ago=30)
    client.force_login(clinician)
    (row,) = readers_of([clinician.own], today=TODAY)
    shown = client.get(f"/admin/readers/{clinician.own.pk}/").context["statistics"]
    assert (row.opens.count, shown.opens.count) == (5, 5)


def test_days_do_not_tell_a_hidden_sum(clinician):
    for ago in (0, 3):
        count(clinician.own, "open", "", 1, ago=ago)
    (row,) = readers_of([clinician.own], today=TODAY)
    assert row.opens.count is None and {day.count for day in row.days} == {0}


def test_the_home_panel_and_list_take_the_same_queries_for_one_and_three(client, clinician):
    client.force_login(clinician)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/admin/readers/").status_code == 200
        return len(captured)

    client.get("/admin/readers/")
    one = queries()
    for title in ("Second", "Third"):
        article(title, author=ClinicianPage.objects.get())
    assert queries() == one


def test_the_way_to_the_screen_is_offered_to_those_who_may_see_it(clinician):
    offered = {
        (user_name, page.title): [button.label for button in readers_in_list(page, user)]
        for user_name, user in (
            ("clinician", clinician),
            ("editor", staff(Role.EDITOR)),
            ("marketing", staff(Role.MARKETING)),
        )
        for page in (clinician.own, clinician.others)
    }
    assert offered == {
        ("clinician", "Hers"): ["How it is read"],
        ("clinician", "Somebody else's"): [],
        ("editor", "Hers"): ["How it is read"],
        ("editor", "Somebody else's"): ["How it is read"],
        ("marketing", "Hers"): [],
        ("marketing", "Somebody else's"): [],
    }


def test_the_way_is_offered_to_any_number_of_pages_in_the_same_queries(clinician):
    pages = [clinician.own, clinician.others]
    for page in pages:
        assert page.cached_content_type
    list(readers_in_list(clinician.own, clinician))
    with CaptureQueriesContext(connection) as captured:
        for page in pages * 3:
            list(readers_in_header(page, clinician, "edit"))
    assert len(captured) == 0


def test_a_draft_has_no_way_to_its_readers(clinician):
    clinician.own.live = False
    assert list(readers_in_list(clinician.own, clinician)) == []


def test_no_sum_and_no_difference_of_two_looks_is_a_small_group(clinician):
    """Looked at after every opening and on every day, on both screens: all are multiples of five."""
    count_of = random.Random(8)
    seen: set[int] = set()
    minutes: set[int] = set()
    for ago in range(34, -1, -1):
        for _ in range(count_of.choice([0, 0, 1, 2, 7])):
            day = TODAY - timedelta(days=ago)
            for dimension, value in (
                ("open", ""), ("depth", count_of.choice(["0.5", "1"])), ("panel", "p-1"),
                ("language", count_of.choice(["en", "zh", ""])), ("campaign", "fair"),
                ("device", count_of.choice(["phone", "desktop"])), ("bot", ""),
            ):  # fmt: skip
                if value or dimension in ("open", "bot"):
                    add(clinician.own, dimension, value, 1, day=day)
            add(clinician.own, "active_ms", "", count_of.randrange(90_000), day=day)
            (row,) = readers_of([clinician.own], today=day)
            statistics = page_statistics(clinician.own.pk, window_days(day)[0])
            shown = [row.opens, row.to_the_end, *row.days, statistics.opens]
            shown += statistics.days.values()
            shown += [one for values in statistics.dimensions.values() for one in values.values()]
            shown += [one.figure for one in reading_curve(statistics)]
            shown += [one.figure for one in attention_of(["p-1"], statistics=statistics)]
            seen |= {one.count for one in shown if one.count is not None}
            assert row.minutes == (statistics.active_s or 0) // 60 or row.minutes is None
            minutes.add((statistics.active_s or 0) % 25)
    assert len(seen) > 5
    assert {number % 5 for number in seen} == {0}
    # The mean in fives, as many times as the openings are told.
    assert minutes == {0}
