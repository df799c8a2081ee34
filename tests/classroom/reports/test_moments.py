"""Dates, times and durations in the forms rooms write them."""

from datetime import UTC, date, datetime, time

import pytest

from classroom.reports.moments import (
    DayOrder,
    Unreadable,
    day_order_of,
    seconds_written,
    written_moment,
)


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("11/19/2021 09:54:15 AM", DayOrder.MDY, datetime(2021, 11, 19, 9, 54, 15)),
        ("11/19/2021 12:01:59 PM", DayOrder.MDY, datetime(2021, 11, 19, 12, 1, 59)),
        ("11/19/2021 12:01:59 AM", DayOrder.MDY, datetime(2021, 11, 19, 0, 1, 59)),
        ("14/11/22, 09:30:46", DayOrder.DMY, datetime(2022, 11, 14, 9, 30, 46)),
        ("11/14/22, 9:30:46\u202fPM", DayOrder.MDY, datetime(2022, 11, 14, 21, 30, 46)),
        ("19.11.2021 09:54", DayOrder.MDY, datetime(2021, 11, 19, 9, 54)),
        ("2021年11月19日 下午3:04", DayOrder.DMY, datetime(2021, 11, 19, 15, 4)),
        ("2021-11-19 上午 09:54:15", DayOrder.DMY, datetime(2021, 11, 19, 9, 54, 15)),
        ("Nov 19, 2021 1:05 p.m.", DayOrder.DMY, datetime(2021, 11, 19, 13, 5)),
        ("19. März 2021, 14:05:06", DayOrder.MDY, datetime(2021, 3, 19, 14, 5, 6)),
        ("22/11/14 9:30", DayOrder.YMD, datetime(2022, 11, 14, 9, 30)),
    ],
)
def test_a_moment_is_read(text, order, expected):
    assert written_moment(text).on(order) == expected


def test_an_offset_is_kept():
    assert written_moment("2021-11-19T09:54:15+01:00").aware == datetime(
        2021, 11, 19, 8, 54, 15, tzinfo=UTC
    )
    assert written_moment("2021-11-19 09:54:15 UTC").aware == datetime(
        2021, 11, 19, 9, 54, 15, tzinfo=UTC
    )


def test_a_time_of_day_needs_no_date():
    assert written_moment("9:31 PM").numbers is None
    assert written_moment("9:31 PM").time == time(21, 31)


@pytest.mark.parametrize("text", ["", "soon", "11/19/2021", "11/19/2021 12:0", "25:61", "x" * 99])
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(Unreadable):
        written_moment(text)


def test_the_order_that_fits_the_class_day_wins_over_the_usual_one():
    moments = [written_moment("03/04/22, 09:30"), written_moment("03/04/22, 10:30")]
    orders = (DayOrder.MDY, DayOrder.DMY, DayOrder.YMD)
    assert day_order_of(moments, days={date(2022, 4, 3)}, usual=orders) == DayOrder.DMY
    assert day_order_of(moments, days={date(2022, 3, 4)}, usual=orders) == DayOrder.MDY
    assert day_order_of(moments, days={date(2030, 1, 1)}, usual=orders) == DayOrder.MDY


def test_one_impossible_day_decides_the_order_for_all():
    moments = [written_moment("03/04/22, 09:30"), written_moment("14/04/22, 10:30")]
    orders = (DayOrder.MDY, DayOrder.DMY)
    assert day_order_of(moments, days=set(), usual=orders) == DayOrder.DMY


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("128", (7680.0, 60.0)),
        ("10m 59s", (659.0, 1.0)),
        ("1h 2m 3s", (3723.0, 1.0)),
        ("1 hr 2 min", (3720.0, 60.0)),
        ("45 min", (2700.0, 60.0)),
        ("1 Std. 5 Min.", (3900.0, 60.0)),
        ("1小时2分钟3秒", (3723.0, 1.0)),
        ("01:02:03", (3723.0, 1.0)),
        ("PT1H2M3S", (3723.0, 1.0)),
    ],
)
def test_a_duration_is_read_with_its_step(text, expected):
    assert seconds_written(text, unit_s=60.0) == expected


@pytest.mark.parametrize("text", ["", "long", "1:2:3:4", "-5"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(Unreadable):
        seconds_written(text, unit_s=60.0)
