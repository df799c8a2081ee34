"""A class repeated: same hour on its own clock, drafts, together in a series."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from classroom.models import LiveClass
from classroom.services.series import NotRepeated, repeat_class
from tests.factories.classroom import live_class
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")


def test_the_hour_stays_across_summer_time():
    page = live_class(
        time_zone="Europe/Berlin", starts_at=datetime(2026, 3, 19, 18, 0, tzinfo=BERLIN)
    )
    made = repeat_class(live_class=page, days=7, times=2, by=UserFactory())
    local = [one.starts_at.astimezone(BERLIN) for one in made]
    assert [(at.day, at.hour) for at in local] == [(26, 18), (2, 18)]
    assert made[1].starts_at.astimezone(UTC).hour == 16  # an hour earlier there
    assert page.starts_at.astimezone(UTC).hour == 17


def test_repetitions_are_drafts_of_one_series_with_their_translations():
    page = live_class(title="Gums")
    live_class("zh-hans", title="牙龈", translation_key=page.translation_key)
    (made,) = repeat_class(live_class=page, days=7, times=1, by=UserFactory())
    page.refresh_from_db()
    assert not made.live
    assert made.series_id == page.series_id is not None
    twins = LiveClass.objects.filter(translation_key=made.translation_key)
    assert {twin.title for twin in twins} == {"Gums", "牙龈"}
    assert {twin.starts_at for twin in twins} == {made.starts_at}
    assert made.registrations.count() == 0


def test_a_series_grows_and_slugs_stay_apart():
    page = live_class()
    first = repeat_class(live_class=page, days=7, times=2, by=UserFactory())
    again = repeat_class(live_class=page, days=7, times=2, by=UserFactory())
    slugs = {one.slug for one in [*first, *again]}
    assert len(slugs) == 4
    assert {one.series_id for one in [*first, *again]} == {first[0].series_id}


@pytest.mark.parametrize(("days", "times"), [(7, 0), (0, 1), (7, 53)])
def test_nonsense_is_refused(days, times):
    with pytest.raises(NotRepeated):
        repeat_class(live_class=live_class(), days=days, times=times, by=UserFactory())


def test_class_without_a_date_is_not_repeated():
    with pytest.raises(NotRepeated):
        repeat_class(live_class=live_class(starts_at=None), days=7, times=1, by=UserFactory())
