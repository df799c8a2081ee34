"""Attendance from the database against counting seconds: beats, reports and corrections, in any order."""

import random
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from classroom.models import (
    Attendance,
    AttendanceCorrection,
    AttendanceImport,
    PresenceBeat,
    ReportAttendee,
    ReportRow,
)
from classroom.services.attendance import recompute_attendance
from tests.factories.classroom import STARTS_AT, live_class
from tests.factories.people import PersonFactory, UserFactory

pytestmark = pytest.mark.django_db
LENGTH = 3600
second = st.integers(min_value=-900, max_value=LENGTH + 900)
stays = st.lists(st.tuples(second, second).map(lambda pair: tuple(sorted(pair))), max_size=5)
signs = st.lists(st.tuples(second, st.booleans()), max_size=30)


class Undo(Exception):
    """Ends an example: its rows go, those of the test stay."""


def at(moment: int):
    return STARTS_AT + timedelta(seconds=moment)


def seconds_of_tab(tab: list[tuple[int, bool]]) -> set[int]:
    """What the signs of one tab prove: neighbours at most 75 s apart, nothing after a leave."""
    last = sorted(set(tab))
    return {
        tick
        for (one, leaves), (other, _) in zip(last, last[1:], strict=False)
        if not leaves and other - one <= 75
        for tick in range(one, other)
    }


@settings(max_examples=25, deadline=None)
@given(
    tabs=st.lists(signs, max_size=3),
    reports=st.lists(stays, max_size=2),
    added=stays,
    removed=stays,
    doubled=st.booleans(),
    seed=st.integers(min_value=0, max_value=2**16),
)
def test_recomputing_gives_what_counting_seconds_gives(
    tabs, reports, added, removed, doubled, seed
):
    try:
        with transaction.atomic():
            _check(tabs, reports, added, removed, doubled=doubled, chance=random.Random(seed))
            raise Undo
    except Undo:
        pass


def _check(tabs, reports, added, removed, *, doubled: bool, chance: random.Random) -> None:
    page, person, author = live_class(), PersonFactory(), UserFactory()
    rows = [
        PresenceBeat(
            live_class=page,
            person=person,
            tab=f"tab-{number}",
            kind="leave" if leaves else "beat",
            at=at(moment),
        )
        for number, tab in enumerate(tabs)
        for moment, leaves in tab * (1 + doubled)
    ]
    chance.shuffle(rows)
    PresenceBeat.objects.bulk_create(rows)
    for number, pairs in enumerate(reports):
        batch = AttendanceImport.objects.create(
            live_class=page, format="zoom", file_hash=str(number)
        )
        attendee = ReportAttendee.objects.create(live_class=page, key=str(number), person=person)
        lines = [
            ReportRow(
                live_class=page,
                batch=batch,
                attendee=attendee,
                line=line,
                identity=str(line),
                joined_at=at(start),
                left_at=at(end),
                seconds=end - start,
            )
            for line, (start, end) in enumerate(pairs * (1 + doubled))
        ]
        chance.shuffle(lines)
        ReportRow.objects.bulk_create(lines)
    for kind, pairs in (("present", added), ("absent", removed)):
        for start, end in pairs:
            AttendanceCorrection.objects.create(
                live_class=page, person=person, kind=kind, from_at=at(start), to_at=at(end),
                author=author, reason="x",
            )  # fmt: skip
    recompute_attendance(live_class=page)
    there = {tick for tab in tabs for tick in seconds_of_tab(tab)}
    for pairs in (*reports, added):
        there |= {tick for start, end in pairs for tick in range(start, end)}
    there -= {tick for start, end in removed for tick in range(start, end)}
    there &= set(range(LENGTH))
    found = Attendance.objects.filter(live_class=page).first()
    assert (found.live_seconds if found else 0) == len(there)
    if found:
        assert found.share == pytest.approx(len(there) / LENGTH)
        assert found.attended == (2 * len(there) >= LENGTH)
    before = list(Attendance.objects.values())
    assert recompute_attendance(live_class=page) == set()
    assert list(Attendance.objects.values()) == before
