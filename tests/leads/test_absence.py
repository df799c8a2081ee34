"""Registered and did not come: whom it matches, when it is known, when a list hears of it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from classroom.models import LiveClass, PresenceBeat, Registration
from classroom.services.attendance_imports import import_report, undo_import
from classroom.services.presence import settle_class
from leads.conditions import Scope
from leads.list_rules import rules_of
from leads.models import ConditionKind, LeadList, Membership
from leads.selectors.evaluation import Glance, candidates, evaluated, moment_now
from leads.services.membership import refresh_lists
from people.models import Purpose
from people.roles import Role
from people.services.consent import withdraw_consent
from tests.factories.classroom import live_class, place, written
from tests.factories.leads import list_of, prospect, topic_named
from tests.factories.people import make_person, make_staff

pytestmark = pytest.mark.django_db
START = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def after():
    """Two hours after the class began, one after it was over."""
    with time_machine.travel(START + timedelta(hours=2), tick=False) as traveller:
        yield traveller


@pytest.fixture
def implants():
    return topic_named("Implants")


def class_on(topic, **fields) -> LiveClass:
    page = live_class(**{"starts_at": START, **fields})
    page.page_topics.create(tag=topic)
    page.save()
    return page


def stay(page, person, minutes: int = 10) -> None:
    PresenceBeat.objects.bulk_create(
        PresenceBeat(
            live_class=page,
            person=person,
            tab="t",
            kind="beat",
            at=page.starts_at + timedelta(seconds=30 * step),
        )
        for step in range(2 * minutes + 1)
    )
    settle_class(class_id=page.pk)


def ids(*people, **fields) -> set[int]:
    name = f"list {LeadList.objects.count()}"
    lead_list = list_of(name, {"kind": ConditionKind.ABSENT, **fields})
    moment, rules = moment_now(), rules_of(lead_list)
    scope = Scope(ids=tuple(person.pk for person in people))
    members = evaluated(rules, Glance(moment, scope)).members
    assert set(candidates(rules, moment).values_list("pk", flat=True)) == set(members)
    return set(members)


def test_it_matches_who_had_a_place_and_was_not_there(implants, after):
    page = class_on(implants)
    other = class_on(topic_named("Sleep"), starts_at=START - timedelta(days=40))
    absent, came, gave_back, waited, walk_in, before = (prospect(name) for name in "abcdef")
    for person in (absent, came, gave_back, waited):
        place(page, person)
    place(other, before)
    for person, fields in (
        (gave_back, {"cancelled_at": timezone.now()}),
        (waited, {"waits_since": timezone.now()}),
    ):
        Registration.objects.filter(person=person).update(**fields)
    everybody = (absent, came, gave_back, waited, walk_in, before)
    assert ids(*everybody) == set()  # nothing is known yet of who came
    stay(page, came)
    stay(other, walk_in)
    assert ids(*everybody) == {absent.pk, before.pk}
    assert ids(*everybody, topic=implants) == {absent.pk}
    assert ids(*everybody, live_class=other) == {before.pk}
    assert ids(*everybody, days=30) == {absent.pk}
    after.move_to(START + timedelta(days=30, hours=1))
    assert ids(*everybody, days=30) == {absent.pk}
    after.move_to(START + timedelta(days=30, hours=1, seconds=1))
    assert ids(*everybody, days=30) == set()
    after.move_to(START + timedelta(minutes=59))
    assert ids(*everybody, topic=implants) == set()  # it is not over


def test_a_cancelled_class_is_nobodys_absence(implants):
    page = class_on(implants)
    absent, came = prospect("a"), prospect("b")
    place(page, absent)
    stay(page, came)
    LiveClass.objects.filter(pk=page.pk).update(cancelled_at=timezone.now())
    assert ids(absent, came) == set()


def test_a_translation_names_the_same_class(implants):
    page = class_on(implants)
    twin = live_class("zh-hans", translation_key=page.translation_key, starts_at=START)
    absent = prospect("a")
    place(page, absent)
    stay(page, prospect("b"))
    assert ids(absent, live_class=twin) == {absent.pk}


def members(lead_list) -> set[int]:
    refresh_lists()
    return set(Membership.objects.filter(lead_list=lead_list).values_list("person_id", flat=True))


def test_a_list_hears_of_it_when_the_report_comes_and_when_it_goes(implants, tmp_path):
    page = class_on(implants)
    absent = prospect("Absent")
    place(page, absent)
    lead_list = list_of("absent", {"kind": ConditionKind.ABSENT, "live_class": page})
    assert members(lead_list) == set()
    text = (
        "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest\n"
        "Bob,bob@a.example,11/20/2026 12:00:00 PM,11/20/2026 12:30:00 PM,30,Yes\n"
    )
    bob = prospect("Bob")
    bob.contact_points.create(kind="email", value="bob@a.example", verified_at=timezone.now())
    report = import_report(live_class=page, path=written(tmp_path, text), actor="user:1")
    assert members(lead_list) == {absent.pk}
    undo_import(import_id=report.import_id, actor="user:1")
    assert members(lead_list) == set()


def test_nobody_without_consent_is_on_such_a_list(implants):
    page = class_on(implants)
    silent, left = make_person(display_name="Silent"), prospect("Left")
    for person in (silent, left):
        place(page, person)
    stay(page, prospect("Came"))
    lead_list = list_of("absent", {"kind": ConditionKind.ABSENT})
    assert members(lead_list) == {left.pk}
    withdraw_consent(person=left, purposes=[Purpose.PROFILING], method="withdrawal")
    assert members(lead_list) == set()


def test_who_keeps_lists_is_led_to_one(client, implants):
    page = class_on(implants)
    place(page, prospect("Absent"))
    stay(page, prospect("Came"))
    for role, offered in ((Role.MARKETING, True), (Role.CONSULTANT, False)):
        client.force_login(make_staff(role))
        html = client.get(f"/admin/classes/{page.pk}/result/").text
        assert ("/admin/lead-lists/new/" in html) is offered
        assert "Absent" in html
