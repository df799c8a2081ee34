"""A declared child is on no list and in no export without the recorded consent of a guardian."""

import csv
import io
from datetime import UTC, datetime

import pytest
import time_machine

from classroom.services.registration import Child, register_person
from leads.models import Membership
from leads.services.exports import path_of, request_export
from leads.services.membership import refresh_lists
from outbox.services import run_due_effects
from people.models import ConsentMethod, Person, Purpose, User
from people.notices import CURRENT
from people.roles import Role
from people.services.access import build_access_report
from people.services.consent import record_consent, withdraw_consent
from tests.factories.classroom import live_class
from tests.factories.leads import heat, list_of, prospect, staff, topic_named, warm

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("marketer")]
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def implants():
    return topic_named("Implants")


@pytest.fixture
def lead_list(implants):
    return list_of("warm", heat(implants, 1.0))


@pytest.fixture
def marketer():
    return staff(Role.MARKETING)


def exported_names(lead_list) -> set[str]:
    export = request_export(
        user=User.objects.get(groups__name=Role.MARKETING.value),
        lead_list=lead_list,
        format="csv",
        purpose="Open day",
    )
    run_due_effects()
    export.refresh_from_db()
    text = path_of(export).read_bytes().decode("utf-8-sig")
    return {row["name"] for row in csv.DictReader(io.StringIO(text, newline=""))}


def allow_by_guardian(child: Person) -> None:
    """What staff write down when a parent signs at the desk."""
    child.guardian = prospect("Parent", profiling=False)
    child.save()
    record_consent(
        person=child,
        purposes={Purpose.PROFILING: True, Purpose.MARKETING: True},
        notice=CURRENT,
        language="en",
        method=ConsentMethod.STAFF,
    )


def test_a_childs_own_yes_puts_them_on_no_list_and_in_no_export(implants, lead_list):
    child = prospect("Bao", marketing=True, email="bao@example.org", birth_year=2016)
    adult = prospect("Ann", marketing=True, email="ann@example.org", birth_year=1990)
    for person in (child, adult):
        warm(person, implants, heat=2.0)
    refresh_lists()
    assert set(Membership.objects.values_list("person", flat=True)) == {adult.pk}
    assert exported_names(lead_list) == {"Ann"}


def test_a_guardians_recorded_consent_counts_until_it_is_taken_back(implants, lead_list):
    child = prospect("Bao", marketing=True, email="bao@example.org", birth_year=2016)
    allow_by_guardian(child)
    warm(child, implants, heat=2.0)
    refresh_lists()
    assert exported_names(lead_list) == {"Bao"}
    withdraw_consent(person=child)
    refresh_lists()
    assert exported_names(lead_list) == set()


def test_a_guardian_without_a_recorded_consent_is_not_enough(implants, lead_list):
    child = prospect("Bao", marketing=True, email="bao@example.org", birth_year=2016)
    child.guardian = prospect("Parent", profiling=False)
    child.save()
    warm(child, implants, heat=2.0)
    refresh_lists()
    assert exported_names(lead_list) == set()


def test_who_grows_up_while_a_list_stands_is_asked_again_by_the_calendar(implants, lead_list):
    """Only the year is known: all of the year of the fourteenth birthday counts as child."""
    for year in (2012, 2011):
        person = prospect(str(year), marketing=True, email=f"p{year}@example.org", birth_year=year)
        warm(person, implants, heat=2.0)
    refresh_lists()
    assert exported_names(lead_list) == {"2011"}


def test_a_child_who_comes_along_is_nobody_to_lists_and_reads_nothing(implants, lead_list):
    """What the parent reads stays the parent's; the child is a nickname and a year in their data."""
    parent = prospect("Parent", marketing=True, email="parent@example.org")
    people = set(Person.objects.values_list("pk", flat=True))
    coming = live_class(starts_at=datetime(2026, 12, 1, 10, tzinfo=UTC))
    register_person(live_class=coming, person=parent, children=[Child("Bao", 2019)])
    warm(parent, implants, heat=2.0)
    refresh_lists()
    assert set(Person.objects.values_list("pk", flat=True)) == people
    assert exported_names(lead_list) == {"Parent"}
    naming = {
        held["model"]
        for held in build_access_report(person=parent)["data"]
        if "Bao" in str(held["rows"])
    }
    assert naming == {"classroom.ChildPlace"}
