"""Lists, ranks and exports know one record of a human; a merge and its undoing are seen at once."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from leads.models import Membership, MembershipLog
from leads.reasons import in_words, words_for
from leads.selectors import members_of
from leads.services.exports import file_to_send, path_of, request_export
from leads.services.membership import refresh_lists
from outbox.services import run_due_effects
from people.models import ContactPoint, Person
from people.roles import Role
from people.selectors import contacts_of
from people.services.consent import withdraw_consent
from people.services.merging import merge_people, undo_merge
from tests.factories.classroom import live_class, place
from tests.factories.leads import class_about, list_of, prospect, staff, topic_named
from tests.leads.test_absence import stay

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def admin():
    return staff(Role.ADMINISTRATOR)


@pytest.fixture
def page():
    return live_class(starts_at=NOON - timedelta(hours=2))


@pytest.fixture
def two(page):
    """Two records of one human: kept the place as the one, came as the other."""
    old = prospect("Old", marketing=True, email="old@example.org")
    kept = prospect("Kept", marketing=True, email="kept@example.org")
    place(page, old)
    stay(page, kept, 40)
    return old, kept


@pytest.fixture
def missed(page):
    return list_of("missed", {"kind": "absent", "live_class": page})


@pytest.fixture
def came(page):
    return list_of("came", {"kind": "attended", "live_class": page, "value": 0.5})


def names(lead_list) -> set[str]:
    refresh_lists()
    return {one.person.display_name for one in members_of(lead_list)}


def test_who_came_as_the_other_record_did_not_miss_the_class(admin, two, missed, came):
    old, kept = two
    assert (names(missed), names(came)) == ({"Old"}, {"Kept"})
    merge_people(person=old, into=kept, by=admin)
    assert (names(missed), names(came)) == (set(), {"Kept"})
    undo_merge(person=old, by=admin)
    assert (names(missed), names(came)) == ({"Old"}, {"Kept"})


def test_who_missed_it_as_the_other_record_is_listed_as_the_one_who_stands(
    admin, two, missed, page
):
    old, _ = two
    third = prospect("Third")
    assert names(missed) == {"Old"}
    merge_people(person=old, into=third, by=admin)
    assert {one.person for one in members_of(missed)} == set()  # even before lists are refreshed
    assert names(missed) == {"Third"}
    log = MembershipLog.objects.filter(person=old, entered=False).get()
    words = words_for([log.reason])
    assert [in_words(fact, words) for fact in log.reason] == [
        "Another record stands for this person"
    ]


def test_an_export_that_holds_the_merged_one_is_made_anew(admin, two, missed, came):
    old, kept = two
    both = list_of("both", {"kind": "consent"})
    refresh_lists()
    user = staff(Role.MARKETING)
    export = request_export(user=user, lead_list=both, format="csv", purpose="Open day")
    run_due_effects()
    assert exported(export) == {"Old", "Kept"}
    merge_people(person=old, into=kept, by=admin)
    assert exported(export) == {"Kept"}


def exported(export) -> set[str]:
    export.refresh_from_db()
    file_to_send(export=export, actor="test")
    text = path_of(export).read_text(encoding="utf-8-sig")
    return {row["name"] for row in csv.DictReader(io.StringIO(text))}


def test_a_refusal_of_the_one_takes_both_off_every_list(admin, two, missed, came):
    old, kept = two
    names(came)
    withdraw_consent(person=old)
    merge_people(person=old, into=kept, by=admin)
    assert not Membership.objects.exists()
    assert not MembershipLog.objects.exists()
    assert (names(missed), names(came)) == (set(), set())


def test_staff_see_the_contacts_of_every_record(admin, two):
    old, kept = two
    ContactPoint.objects.create(person=old, kind="email", value="kept@example.org")  # imported
    merge_people(person=old, into=kept, by=admin)
    shown = contacts_of(Person.objects.get(pk=kept.pk))
    assert [one.value for one in shown] == ["kept@example.org", "old@example.org"]
    assert all(one.verified_at for one in shown)


def test_a_class_on_a_topic_counts_through_the_redirect(admin):
    topic = topic_named("Gums")
    page = class_about("Gums", topic)
    page.starts_at = NOON - timedelta(hours=2)
    page.save()
    old, kept = prospect("Old"), prospect("Kept")
    stay(page, old, 40)
    found = list_of("gums", {"kind": "attended", "topic": topic, "days": 30})
    merge_people(person=old, into=kept, by=admin)
    assert names(found) == {"Kept"}
