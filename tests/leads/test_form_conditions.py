"""The kinds of condition on forms, on the channel of the first class, and on people without an owner."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db.models import Q

from classroom.models import (
    CheckAttempt,
    Question,
    Questionnaire,
    QuestionnaireReply,
    QuestionnaireRound,
    QuestionnaireVersion,
    Registration,
)
from leads.builder_words import builder_words
from leads.condition_words import condition_in_words
from leads.list_rules import rules_of
from leads.models import Condition, Lead
from leads.reasons import reason_in_words, words_for
from leads.selectors import members_of
from leads.selectors.evaluation import moment_now
from leads.selectors.past import earlier_of
from leads.services.leads import assign_owner
from leads.services.membership import refresh_lists
from people.roles import Role
from tests.factories.content import article
from tests.factories.leads import class_about, grouped_list, list_of, prospect, staff, topic_named
from tests.leads.test_conditions import asked, found, members, words_of

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def implants():
    return topic_named("Implants")


def question(person, *, page=None, at=NOON, **fields) -> Question:
    return Question.objects.create(
        person=person, page=page, text="?", language="en", agreed_to="1", asked_at=at, due_at=at,
        **fields,
    )  # fmt: skip


def check(person, *, at=NOON) -> CheckAttempt:
    module_key = "7b0c1a52-0000-4000-8000-000000000000"
    return CheckAttempt.objects.create(
        person=person, module_key=module_key, score=50, passed=False, questions_hash="x", at=at
    )


def asking(questionnaire, live_class) -> QuestionnaireRound:
    version = QuestionnaireVersion.objects.create(
        questionnaire=questionnaire, questions=[], questions_hash=str(questionnaire.pk)
    )
    return QuestionnaireRound.objects.create(live_class=live_class, version=version, closes_at=NOON)


def test_each_form_is_asked_for_alone_by_name_by_topic_and_in_a_window(implants):
    about, other = class_about("About", implants), class_about("Other")
    skin, teeth = (Questionnaire.objects.create(name=name) for name in ("Skin", "Teeth"))
    by_skin, by_teeth = asking(skin, about), asking(teeth, other)
    asks, replies, checks, old, hidden = (prospect(name) for name in "abcde")
    refuses = prospect("refuses", profiling=False)
    page = article(title="On implants")
    page.page_topics.create(tag=implants)
    page.save()
    question(asks, page=page)
    question(old, at=NOON - 40 * DAY)
    question(refuses, page=page)
    place = Registration.objects.create(live_class=about, person=hidden)
    question(hidden, registration=place)
    QuestionnaireReply.objects.create(round=by_skin, person=replies, sent_at=NOON)
    QuestionnaireReply.objects.create(round=by_teeth)
    check(checks)
    people = (asks, replies, checks, old, hidden, refuses)

    def ids(**fields):
        return members(asked("form", **fields), people=people)

    assert ids() == {one.pk for one in people[:5]}
    assert ids(text="question") == {asks.pk, old.pk, hidden.pk}
    assert ids(text="questionnaire") == {replies.pk}
    assert ids(text=f"questionnaire:{skin.pk}") == {replies.pk}
    assert ids(text=f"questionnaire:{teeth.pk}") == set()
    assert ids(text="check") == {checks.pk}
    assert ids(topic=implants) == {asks.pk, hidden.pk, replies.pk}
    assert ids(days=30) == {asks.pk, replies.pk, checks.pk, hidden.pk}
    assert ids(until=date(2026, 10, 31)) == {old.pk}


def test_what_a_merged_record_sent_counts_for_whoever_stands_for_it():
    stands = prospect("stands")
    record = prospect("record", merged_into=stands, merged_at=NOON)
    question(record)
    assert members(asked("form"), people=(stands, record)) == {stands.pk}


def test_a_form_brings_its_sender_onto_the_list_and_time_takes_them_off(noon):
    lead_list = list_of("asked", asked("form", text="question", days=10))
    person = prospect("a")
    refresh_lists()
    assert not members_of(lead_list)
    sent = question(person)
    refresh_lists()
    member = members_of(lead_list).get()
    assert member.due_at == NOON + 10 * DAY + timedelta(milliseconds=1)
    said = reason_in_words(member.reason, words_for([member.reason]))
    assert said == "Asked the clinic a question on 20 November 2026"
    sent.delete()
    refresh_lists()
    assert not members_of(lead_list)
    check(person)
    tried = list_of("tried", asked("form", text="check"))
    refresh_lists()
    assert members_of(tried).get().due_at is None


def test_who_sent_nothing_lately_enters_by_time_alone(noon):
    person = prospect("a")
    question(person)
    quiet = grouped_list("quiet", ("none", asked("form", days=5)))
    refresh_lists()
    assert not members_of(quiet)
    noon.move_to(NOON + 5 * DAY + timedelta(milliseconds=2))
    refresh_lists()
    assert members_of(quiet).get().person == person


def test_a_questionnaire_is_named_in_words_and_offered():
    skin = Questionnaire.objects.create(name="Skin")
    condition = Condition(kind="form", text=f"questionnaire:{skin.pk}", days=7)
    assert condition_in_words(condition) == "sent answers to “Skin” in the last 7 days"
    offered = builder_words(None)["options"]["form"]["text"]["options"]
    assert [f"questionnaire:{skin.pk}", "answers to “Skin”"] in offered
    skin.delete()
    assert "removed" in condition_in_words(condition)


def test_the_channel_is_that_of_the_very_first_place_and_of_no_later_one():
    one, two = class_about("One"), class_about("Two")
    first, later, silent, cancelled, stands = (prospect(name) for name in "abcde")
    record = prospect("record", merged_into=stands, merged_at=NOON)

    def place(person, live_class, days, channel, **fields):
        at = NOON - days * DAY
        Registration.objects.create(
            person=person, live_class=live_class, registered_at=at, channel=channel, **fields
        )

    place(first, one, 9, "wechat")
    place(first, two, 2, "email")
    place(later, one, 9, "email")
    place(later, two, 2, "wechat")
    place(silent, one, 9, "")
    place(silent, two, 2, "wechat")
    place(cancelled, one, 9, "wechat", cancelled_at=NOON)
    place(stands, two, 2, "email")
    place(record, one, 9, "wechat")
    people = (first, later, silent, cancelled, stands, record)
    lead_list = list_of("wechat", asked("channel", text="wechat"))
    was = found(lead_list, *people)
    assert set(was) == {first.pk, cancelled.pk, stands.pk}
    assert was[first.pk].due_at is None
    said = words_of(was, first)
    assert said == "Registered for a first class on 11 November 2026, coming from: WeChat"
    # On a day before anybody's second place nothing was different.
    then = earlier_of(rules_of(lead_list), date(2026, 11, 15), moment_now(), seen=Q())
    assert (then.matches, then.since, then.present) == (3, 0, [])
    before = earlier_of(rules_of(lead_list), date(2026, 11, 1), moment_now(), seen=Q())
    assert (before.matches, before.since) == (0, 3)


def test_nobodys_people_are_asked_for_and_follow_who_takes_them():
    owner = staff(Role.CONSULTANT)
    theirs, left, never = (prospect(name) for name in "abc")
    Lead.objects.create(person=theirs, owner=owner)
    Lead.objects.create(person=left)
    people = (theirs, left, never)
    assert members(asked("unowned"), people=people) == {left.pk, never.pk}
    lead_list = list_of("free", asked("unowned"))
    refresh_lists()
    assign_owner(person=never, owner=owner, by=owner)
    refresh_lists()
    assert {one.person for one in members_of(lead_list)} == {left}
    then = earlier_of(rules_of(lead_list), date(2026, 11, 15), moment_now(), seen=Q())
    assert then.present == ["is looked after by nobody"]
    owner.delete()
    refresh_lists()
    assert {one.person for one in members_of(lead_list)} == set(people)
