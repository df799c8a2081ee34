"""Whatever happens in whatever order: membership kept up by change equals membership built anew."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classroom.models import Registration
from classroom.signals import attendance_recorded
from leads.models import ConditionKind, DueLook, GroupMatch, LeadList, Match, Membership
from leads.services.membership import rebuild_list, refresh_lists
from leads.services.rebuild import check_lists
from people.models import Consent, Purpose
from people.services.consent import withdraw_consent
from tests.factories.leads import (
    attended,
    class_about,
    exported,
    grouped_list,
    heat,
    prospect,
    recent,
    signal,
    tag,
    tagged,
    topic_named,
    warm,
)
from tests.factories.tracking import agree
from tracking.models import Profile

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def state():
    """Every membership and look, with the moment it began left aside: rebuilding cannot know it."""
    rows = Membership.objects.order_by("lead_list_id", "person_id")
    looks = DueLook.objects.order_by("lead_list_id", "person_id")
    return [(row.lead_list_id, row.person_id, row.due_at, row.reason) for row in rows] + list(
        looks.values_list("lead_list_id", "person_id", "due_at")
    )


class Clinic:
    """A few people, topics, classes and lists, to which things happen by the throw of dice."""

    def __init__(self, dice, clock):
        self.dice, self.clock = dice, clock
        first = topic_named("Topic 0")
        self.topics = [first, topic_named("Topic 1", parent=first), topic_named("Topic 2")]
        self.rooms = [class_about(f"Class {n}", dice.choice(self.topics)) for n in range(2)]
        self.people = [
            prospect(f"P{n}", source=dice.choice("ab"), birth_year=dice.choice([None, 1986, 1987]))
            for n in range(6)
        ]
        for number in range(5):
            groups = [
                (
                    dice.choice(GroupMatch.values),
                    *(self.condition() for _ in range(dice.choice([1, 2]))),
                )
                for _ in range(dice.choice([1, 1, 2, 3]))
            ]
            grouped_list(f"list {number}", *groups, match=dice.choice(Match.values))

    def condition(self):
        dice = self.dice
        topic, days = dice.choice(self.topics), dice.choice([3, 20])
        window = dice.choice([{}, {"days": days}, {"since": date(2026, 11, 25)}])
        lists = list(LeadList.objects.all())
        kinds = [
            heat(topic, dice.choice([0.5, 1.0, 2.0])) | {"below": dice.choice([True, False])},
            tag(topic) | {"below": dice.choice([True, False])},
            recent(days, dice.choice([None, *self.topics])),
            {"kind": ConditionKind.READ, "count": dice.choice([1, 2]), **window},
            {"kind": ConditionKind.CONSENT},
            {"kind": ConditionKind.ATTENDED, **window},
            {"kind": ConditionKind.REGISTERED, **window},
            {"kind": ConditionKind.EXPORTED, **window},
            {"kind": ConditionKind.SOURCE, "text": "a"},
            {"kind": ConditionKind.LANGUAGE, "text": "en"},
            {"kind": ConditionKind.AGE, "age_from": 40, "age_to": 40},
        ]
        if lists:
            kinds.append({"kind": ConditionKind.LIST, "other_list": dice.choice(lists)})
        return dice.choice(kinds)

    def happen(self):
        person = self.dice.choice(self.people)
        acts = [self.withdraw, self.attend, self.read, self.read, self.lapse, self.decide]
        acts += [self.register, self.speak, exported]
        self.dice.choice(acts)(person)
        self.clock.shift(timedelta(hours=self.dice.choice([0, 0, 1, 30, 200, 500])))

    def withdraw(self, person):
        purpose = self.dice.choice(Purpose.values)
        withdraw_consent(person=person, purposes=[purpose], method="withdrawal")
        if not self.consents(person):
            Profile.objects.filter(person=person).delete()

    def decide(self, person):
        agree(person=person, marketing=self.dice.choice([True, False]))

    def consents(self, person):
        return Consent.objects.filter(person=person, purpose="profiling", given=True).exists()

    def attend(self, person):
        room = self.dice.choice(self.rooms)
        if not person.attendances.filter(live_class=room).exists():
            attended(person, room)
            attendance_recorded.send(sender=None, live_class_id=room.pk, person_ids=[person.pk])

    def register(self, person):
        room = self.dice.choice(self.rooms)
        found, _made = Registration.objects.get_or_create(person=person, live_class=room)
        found.cancelled_at = self.dice.choice([None, timezone.now()])
        found.save()

    def speak(self, person):
        person.refresh_from_db()
        person.language = self.dice.choice(["en", "zh-hans"])
        person.save()

    def read(self, person):
        if self.consents(person):
            page = self.dice.choice([1, 2, 3])
            self.clock.shift(timedelta(seconds=1))
            now = timezone.now()
            key = f"page:{page}:{now.timestamp()}"
            row = signal(person, at=now, key=key[:32])
            row.page_id = page
            row.save()
            warm(person, self.dice.choice(self.topics), heat=self.dice.choice([0.3, 0.9, 1.7, 4]))

    def lapse(self, person):
        if self.consents(person):
            self.clock.shift(timedelta(seconds=1))
            tagged(person, self.dice.choice(self.topics), days=self.dice.choice([1, 6, 19]))


@given(dice=st.randoms(use_true_random=False), steps=st.integers(5, 25))
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_membership_kept_up_equals_membership_built_anew(dice, steps):
    with transaction.atomic(), time_machine.travel(NOON, tick=False) as clock:
        clinic = Clinic(dice, clock)
        for _step in range(steps):
            clinic.happen()
            if dice.choice([True, False]):
                refresh_lists()
        refresh_lists()
        kept_up = state()
        assert check_lists().differences == []
        for lead_list in LeadList.objects.order_by("pk"):
            rebuild_list(lead_list)
        assert state() == kept_up
        Membership.objects.all().delete()
        DueLook.objects.all().delete()
        for lead_list in LeadList.objects.order_by("pk"):
            rebuild_list(lead_list)
        assert state() == kept_up
        transaction.set_rollback(True)
