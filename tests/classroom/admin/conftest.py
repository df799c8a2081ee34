"""What the tests of the classes screens share: a class with places, presence and a report."""

import html
import re
from datetime import timedelta

import pytest

from classroom.models import PresenceBeat
from classroom.services.attendance import recompute_attendance
from classroom.services.attendance_imports import import_report
from people.roles import Role
from tests.factories.classroom import STARTS_AT, live_class, place, written
from tests.factories.people import ContactPointFactory, PersonFactory, make_staff

HEADING = "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest\n"


def row(name: str, contact: str, start_min: float, end_min: float) -> str:
    """A line of a Zoom report; minutes are counted from the start of the class."""
    joined, left = (
        (STARTS_AT + timedelta(minutes=minutes)).strftime("%m/%d/%Y %I:%M:%S %p")
        for minutes in (start_min, end_min)
    )
    return f"{name},{contact},{joined},{left},{round(end_min - start_min)},Yes\n"


def plain(page: str) -> str:
    """What a reader sees of a page, in one line."""
    text = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))
    return re.sub(r" ([,:.;])", r"\1", text)


def beats(a_class, person, *minutes: tuple[float, float], tab: str = "tab-one") -> None:
    """Signs of life every 30 seconds from each first to each second minute."""
    for start, end in minutes:
        seconds = range(round(start * 60), round(end * 60) + 1, 30)
        PresenceBeat.objects.bulk_create(
            PresenceBeat(
                live_class=a_class,
                person=person,
                tab=tab,
                kind="beat",
                at=STARTS_AT + timedelta(seconds=second),
            )
            for second in seconds
        )


@pytest.fixture
def clinician():
    return make_staff(Role.CLINICIAN)


@pytest.fixture
def a_class(clinician):
    """A class of an hour that belongs to the clinician."""
    return live_class(title="Implants, honestly", owner=clinician)


@pytest.fixture
def ann(a_class):
    """Somebody registered with a verified contact."""
    person = PersonFactory(display_name="Ann Lee")
    ContactPointFactory(person=person, value="ann@a.example")
    place(a_class, person)
    return person


@pytest.fixture
def reported(a_class, ann, tmp_path):
    """A report: Ann for 45 minutes, and a name that nobody knows for 20."""
    text = HEADING + row("A. Lee", "ann@a.example", 0, 45) + row("iPhone", "", 10, 30)
    report = import_report(live_class=a_class, path=written(tmp_path, text), actor="user:1")
    recompute_attendance(live_class=a_class)
    return report
