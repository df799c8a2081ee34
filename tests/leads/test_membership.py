"""Membership follows changes, time and withdrawals, and equals what building anew gives."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from classroom.signals import attendance_recorded
from leads.models import (
    Condition,
    ConditionKind,
    LeadList,
    Match,
    Membership,
    MembershipLog,
    TouchedPerson,
)
from leads.selectors import contactable_members_of, freshness_of, members_of
from leads.services.membership import (
    rebuild_list,
    refresh_due,
    refresh_lists,
    refresh_touched,
)
from people.models import Consent, Purpose
from people.services.consent import withdraw_consent
from tests.factories.leads import (
    attended,
    class_about,
    heat,
    list_of,
    prospect,
    tag,
    tagged,
    topic_named,
    warm,
)
from tests.factories.tracking import agree
from tracking.models import Profile
from tracking.signals import profiles_changed

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def implants():
    return topic_named("Implants")


@pytest.fixture
def warm_list(implants):
    lead_list = list_of("warm", heat(implants, 1.0))
    refresh_lists()
    return lead_list


def ids(lead_list):
    return set(members_of(lead_list).values_list("person_id", flat=True))


def test_a_change_of_heat_brings_a_person_on_and_is_logged_with_its_reason(implants, warm_list):
    person = prospect("Ada")
    warm(person, implants, heat=2.0)
    assert refresh_touched() == 1
    assert ids(warm_list) == {person.pk}
    (entry,) = MembershipLog.objects.filter(person=person)
    assert (entry.entered, entry.at) == (True, NOON)
    assert entry.reason[0]["kind"] == "heat"
    assert entry.reason[0]["topic"] == implants.pk
    assert not TouchedPerson.objects.exists()
    assert refresh_touched() == 0


def test_agreeing_once_more_renews_the_reason(noon):
    lead_list = list_of("agreed", {"kind": ConditionKind.CONSENT})
    person = prospect("Ada", marketing=True)
    refresh_lists()
    noon.shift(timedelta(days=3))
    agree(person=person, profiling=True, marketing=True)
    refresh_lists()
    (fact,) = Membership.objects.get(lead_list=lead_list).reason
    assert fact["at"] == (NOON + timedelta(days=3)).isoformat()


def test_time_alone_ends_a_membership_and_says_which_condition_is_unmet(implants, warm_list, noon):
    person = prospect("Ada")
    warm(person, implants, heat=2.0)
    refresh_lists()
    noon.move_to(NOON + timedelta(days=30, seconds=2))
    assert freshness_of(warm_list, now=timezone.now()).waiting == 1
    assert refresh_due() == 1
    assert ids(warm_list) == set()
    left = MembershipLog.objects.get(person=person, entered=False)
    assert left.reason == [
        {"kind": "unmet", "conditions": [{"kind": "heat", "topic": implants.pk}]}
    ]
    assert refresh_due() == 0


def test_a_list_that_asks_for_another_sees_it_as_it_is_after_the_change(implants):
    asking = list_of("asking")
    asked = list_of("asked", heat(implants, 1.0))
    Condition.objects.create(lead_list=asking, kind=ConditionKind.LIST, other_list=asked)
    speaks = {"kind": ConditionKind.LANGUAGE, "text": "zh-hans", "sort_order": 1}
    Condition.objects.create(lead_list=asking, **speaks)
    person = prospect("Mei", language="en")
    warm(person, implants, heat=2.0)
    refresh_lists()
    assert (ids(asked), ids(asking)) == ({person.pk}, set())
    person.language = "zh-hans"
    person.save()
    warm(person, implants, heat=0.2)  # and so leaves the one in the moment of meeting the other
    refresh_lists()
    assert (ids(asked), ids(asking)) == (set(), set())
    assert not MembershipLog.objects.filter(lead_list=asking).exists()


def test_under_any_a_reason_that_ends_leaves_the_other(implants, noon):
    person = prospect("Ada", source="newsletter")
    tagged(person, implants, days=3)
    either = list_of(
        "either",
        tag(implants),
        {"kind": ConditionKind.SOURCE, "text": "newsletter"},
        match=Match.ANY,
    )
    refresh_lists()
    assert [fact["kind"] for fact in members_of(either).get().reason] == ["tag", "source"]
    noon.move_to(NOON + timedelta(days=3))
    refresh_lists()
    assert [fact["kind"] for fact in members_of(either).get().reason] == ["source"]
    assert MembershipLog.objects.filter(entered=False).count() == 0


def test_saving_a_condition_builds_the_list_anew(implants, warm_list):
    person = prospect("Ada")
    warm(person, implants, heat=2.0)
    refresh_lists()
    condition = Condition.objects.get()
    condition.value = 3.0
    condition.save()
    assert refresh_lists() == 1
    assert ids(warm_list) == set()


def test_attendance_brings_a_person_on(implants):
    lead_list = list_of("attended", {"kind": ConditionKind.ATTENDED, "topic": implants})
    refresh_lists()
    person = prospect("Ada")
    room = class_about("On implants", implants)
    attended(person, room)
    attendance_recorded.send(sender=None, live_class_id=room.pk, person_ids=[person.pk])
    refresh_touched()
    assert ids(lead_list) == {person.pk}


def test_withdrawing_profiling_deletes_membership_and_its_log_at_once(implants, warm_list):
    person = prospect("Ada", marketing=True)
    warm(person, implants, heat=2.0)
    refresh_lists()
    withdraw_consent(person=person, purposes=[Purpose.PROFILING], method="withdrawal")
    assert not Membership.objects.exists()
    assert not MembershipLog.objects.exists()
    refresh_lists()
    assert not Membership.objects.exists()


def test_a_read_joins_consent_whatever_is_stored(implants, warm_list):
    person = prospect("Ada", marketing=True, email="ada@example.org")
    warm(person, implants, heat=2.0)
    refresh_lists()
    assert contactable_members_of(warm_list).count() == 1
    Consent.objects.filter(person=person, purpose=Purpose.PROFILING).update(given=False)
    assert Membership.objects.count() == 1
    assert ids(warm_list) == set()
    assert contactable_members_of(warm_list).count() == 0


def test_who_refused_is_on_no_list_whatever_service_rows_say(implants):
    refused = prospect("Canary", profiling=False, marketing=True, source="newsletter")
    attended(refused, class_about("On implants", implants))
    everything = list_of(
        "everything",
        {"kind": ConditionKind.ATTENDED},
        {"kind": ConditionKind.SOURCE, "text": "newsletter"},
        {"kind": ConditionKind.CONSENT},
        match=Match.ANY,
    )
    profiles_changed.send(sender=Profile, person_ids=[refused.pk])
    refresh_lists()
    rebuild_list(everything)
    assert not Membership.objects.exists()
    assert not MembershipLog.objects.exists()


def test_contactable_means_agreed_to_messages_and_a_verified_contact(implants, warm_list):
    people = [
        prospect("All", marketing=True, email="all@example.org"),
        prospect("No messages", email="no@example.org"),
        prospect("No contact", marketing=True),
    ]
    for person in people:
        warm(person, implants, heat=2.0)
    refresh_lists()
    names = contactable_members_of(warm_list).values_list("person__display_name", flat=True)
    assert (members_of(warm_list).count(), list(names)) == (3, ["All"])


def test_a_list_whose_topic_is_gone_keeps_its_members_and_is_not_emptied(implants, warm_list):
    person = prospect("Ada")
    warm(person, implants, heat=2.0)
    refresh_lists()
    Condition.objects.update(topic=None)
    warm(person, implants, heat=0.1)
    refresh_lists()
    rebuild_list(warm_list)
    assert ids(warm_list) == {person.pk}


def test_freshness_counts_who_waits(implants, warm_list):
    assert freshness_of(LeadList.objects.get(), now=NOON).is_current
    warm(prospect("Ada"), implants, heat=2.0)
    assert freshness_of(LeadList.objects.get(), now=NOON).waiting == 1
    refresh_lists()
    assert freshness_of(LeadList.objects.get(), now=NOON).is_current


def test_a_mark_set_while_a_list_is_built_stays(implants, warm_list, monkeypatch, noon):
    from leads.services import membership

    warm(prospect("Ada"), implants, heat=2.0)
    now = membership.moment_now

    def change_and_look(at=None):
        noon.shift(timedelta(seconds=1))
        Condition.objects.get().save()
        return now(at)

    monkeypatch.setattr(membership, "moment_now", change_and_look)
    rebuild_list(warm_list)
    assert LeadList.objects.get().changed_at is not None


def test_one_touched_person_costs_as_many_queries_as_three(implants, warm_list):
    def queries(count):
        for number in range(count):
            warm(prospect(f"{count} {number}"), implants, heat=2.0)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert refresh_touched() == count
        return len(captured)

    assert queries(1) == queries(3)
