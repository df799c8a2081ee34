"""The kinds of condition on reading, places, answers, records, lists and exports, and groups."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from classroom.models import ChildPlace, QuestionnaireReply, Registration
from cms.models import ArticlePage
from leads.conditions import RULES, Scope
from leads.list_rules import rules_from_data, rules_in_data, rules_of
from leads.models import (
    Condition,
    ConditionKind,
    DueLook,
    FollowUp,
    Label,
    LabelSet,
    Lead,
    LeadList,
    Match,
    PersonLabel,
)
from leads.reasons import reason_in_words, words_for
from leads.selectors import members_of
from leads.selectors.evaluation import Glance, candidates, evaluated, moment_now, problems_of
from leads.services.membership import refresh_due, refresh_lists
from people.models import Branch
from people.roles import Role
from tests.factories.leads import (
    attended,
    class_about,
    exported,
    grouped_list,
    heat,
    list_of,
    prospect,
    recent,
    signal,
    staff,
    tag,
    tagged,
    topic_named,
    warm,
)
from tracking.models import Declaration, Veto

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


def found(lead_list, *people):
    """Evaluated members, which the one statement of a rebuild must name as well."""
    moment, rules = moment_now(), rules_of(lead_list)
    assert problems_of(rules.conditions) == []
    members = evaluated(rules, Glance(moment, Scope(ids=tuple(one.pk for one in people)))).members
    assert set(candidates(rules, moment).values_list("pk", flat=True)) == set(members)
    return members


def asked(kind, **fields):
    return {"kind": kind, **fields}


def members(*conditions, people, **fields):
    name = f"list {LeadList.objects.count()}"
    return set(found(list_of(name, *conditions, **fields), *people))


def words_of(members, person):
    reason = members[person.pk].reason
    return reason_in_words(reason, words_for([reason]))


def article_on(title, *topics):
    from tests.factories.content import article

    page = article(title=title)
    for topic in topics:
        page.page_topics.create(tag=topic)
    page.save()
    return page


def read(person, page, *, at=NOON, seconds=300.0, depth=1.0):
    row = signal(person, at=at, key=f"page:{page.pk}")
    row.page_id, row.detail = page.pk, {"seconds": seconds, "depth": depth}
    row.save()


def test_reading_counts_pieces_of_a_type_on_a_topic_so_long_and_so_far(implants):
    one, two = article_on("One", implants), article_on("Two")
    both, first, skimmer = (prospect(name) for name in "abc")
    read(both, one)
    read(both, two)
    read(both, two, at=NOON - DAY)
    read(first, one, at=NOON - 40 * DAY)
    read(skimmer, one, seconds=20.0, depth=0.3)
    people = (both, first, skimmer)

    def ids(**fields):
        return members(asked("read", **fields), people=people)

    assert ids() == {both.pk, first.pk, skimmer.pk}
    assert ids(count=2) == {both.pk}
    assert ids(topic=implants, count=2) == set()
    assert ids(topic=implants, days=30) == {both.pk, skimmer.pk}
    assert ids(minutes=5) == {both.pk, first.pk}
    assert ids(value=0.8, days=30) == {both.pk}
    assert ids(text="comic") == set()
    assert ids(text="article") == {both.pk, first.pk, skimmer.pk}
    assert ids(since=date(2026, 11, 20)) == {both.pk, skimmer.pk}
    assert ids(until=date(2026, 11, 1)) == {first.pk}
    assert isinstance(one, ArticlePage)


def test_reading_ends_when_too_few_pieces_are_left_in_the_window(noon):
    one, two, person = article_on("One"), article_on("Two"), prospect()
    read(person, one, at=NOON - 5 * DAY)
    read(person, two, at=NOON - 2 * DAY)
    lead_list = list_of("two", asked("read", count=2, days=10))
    due_at = found(lead_list, person)[person.pk].due_at
    noon.move_to(due_at - timedelta(milliseconds=2))
    assert found(lead_list, person)
    noon.move_to(due_at)
    assert not found(lead_list, person)


def test_or_below_asks_for_children_too_and_never_for_sensitive_ones(implants):
    deep = topic_named("Zygoma", parent=topic_named("Full arch", parent=implants))
    secret = topic_named("Secret", parent=implants, sensitive=True)
    child, hidden = prospect("a"), prospect("b")
    warm(child, deep, heat=2.0)
    tagged(child, deep, days=3)
    warm(hidden, secret, heat=2.0)
    tagged(hidden, secret, days=3)
    people = (child, hidden)
    assert members(heat(implants, 1.0), people=people) == set()
    assert members(heat(implants, 1.0) | {"below": True}, people=people) == {child.pk}
    assert members(tag(implants) | {"below": True}, people=people) == {child.pk}
    assert members(recent(3, implants) | {"below": True}, people=people) == {child.pk}


def test_places_are_asked_for_by_class_topic_channel_and_window(implants):
    about, other = class_about("About", implants), class_about("Other")
    here, there, gone, old = (prospect(name) for name in "abcd")
    Registration.objects.create(live_class=about, person=here, channel="wechat")
    Registration.objects.create(live_class=other, person=there, channel="email")
    Registration.objects.create(live_class=about, person=gone, cancelled_at=NOON)
    Registration.objects.create(live_class=about, person=old, registered_at=NOON - 40 * DAY)
    record = prospect("merged", merged_into=there, merged_at=NOON)
    Registration.objects.create(live_class=about, person=record)
    people = (here, there, gone, old, record)

    def ids(**fields):
        return members(asked("registered", **fields), people=people)

    assert ids() == {here.pk, there.pk, old.pk}
    assert ids(topic=implants) == {here.pk, there.pk, old.pk}
    assert ids(live_class=other) == {there.pk}
    assert ids(text="wechat") == {here.pk}
    assert ids(days=30) == {here.pk, there.pk}


def test_answers_count_with_a_name_whether_one_or_many_could_be_chosen():
    from classroom.models import QuestionnaireRound, QuestionnaireVersion

    version = QuestionnaireVersion.objects.create(
        questions=[
            {
                "key": "q-1",
                "kind": "many",
                "words": {"en": "Why?"},
                "options": [{"key": "a-1", "words": {"en": "Pain"}}],
            }
        ],
        questions_hash="x",
    )
    asking = QuestionnaireRound.objects.create(
        live_class=class_about("About"), version=version, closes_at=NOON
    )
    one, many, other, scale = (prospect(name) for name in "abcd")
    for person, answers in (
        (one, {"q-1": "a-1"}),
        (many, {"q-1": ["a-2", "a-1"]}),
        (other, {"q-1": ["a-11"]}),
        (scale, {"q-2": 4}),
    ):
        QuestionnaireReply.objects.create(
            round=asking, person=person, answers=answers, sent_at=NOON
        )
    QuestionnaireReply.objects.create(round=asking, answers={"q-1": "a-1"})
    people = (one, many, other, scale)
    answered = list_of("answered", asked("answer", text="q-1:a-1", days=5))
    was = found(answered, *people)
    assert set(was) == {one.pk, many.pk}
    assert was[one.pk].due_at == NOON + 5 * DAY + timedelta(milliseconds=1)
    assert "“Pain” to “Why?”" in words_of(was, one)
    assert members(asked("answer", text="q-2:4"), people=people) == {scale.pk}


def test_language_branch_and_declared_interest_are_read_from_the_record(implants):
    here = Branch.objects.create(slug="here", name="Here")
    one, other = prospect("a", language="zh-hans", branch=here), prospect("b", language="en")
    for person in (one, other):
        warm(person, implants, heat=0.1)
        Declaration.objects.create(profile=person.profile, topic=implants, at=NOON - DAY)
    Veto.objects.create(profile=other.profile, topic=implants, reason="not_interested")
    people = (one, other)
    assert members(asked("language", text="zh-hans"), people=people) == {one.pk}
    assert members(asked("branch", branch=here), people=people) == {one.pk}
    assert members(asked("declared", topic=implants), people=people) == {one.pk}


def test_a_branch_or_list_that_is_gone_is_a_problem_and_not_nobody():
    here, asked_for = Branch.objects.create(slug="here", name="Here"), list_of("asked", recent(3))
    person = prospect(branch=here)
    by_branch = list_of("branch", asked("branch", branch=here))
    by_list = list_of("list", asked("list", other_list=asked_for))
    refresh_lists()
    here.delete()
    asked_for.delete()
    refresh_lists()
    assert [one.person_id for one in members_of(by_branch)] == [person.pk]
    for lead_list in (by_branch, by_list):
        assert len(problems_of(rules_of(lead_list).conditions)) == 1


def test_ages_begin_and_end_with_the_year(noon):
    child = prospect("guardian's", profiling=False, birth_year=2018)
    grown, guardian, guest = prospect("a", birth_year=1986), prospect("b"), prospect("c")
    child.guardian = guardian
    child.save()
    place = Registration.objects.create(live_class=class_about("About"), person=guest)
    ChildPlace.objects.create(registration=place, nickname="Bo", birth_year=2021)
    forty = list_of("forty", asked("age", age_from=40, age_to=40))
    parents = list_of("parents", asked("child", age_from=6, age_to=9))
    refresh_lists()
    assert [one.person_id for one in members_of(forty)] == [grown.pk]
    assert [one.person_id for one in members_of(parents)] == [guardian.pk]
    assert members_of(forty).get().due_at == datetime(2027, 1, 1, tzinfo=UTC)
    noon.move_to(datetime(2027, 1, 1, tzinfo=UTC))
    refresh_lists()
    assert not members_of(forty)
    assert {one.person_id for one in members_of(parents)} == {guardian.pk, guest.pk}
    noon.move_to(datetime(2028, 1, 1, tzinfo=UTC))
    refresh_lists()
    assert {one.person_id for one in members_of(parents)} == {guest.pk}


def test_a_list_can_ask_for_another_and_follows_who_comes_and_goes_by_time(implants, noon):
    whole = list_of("whole", tag(implants))
    part = grouped_list("part", ("all", asked("list", other_list=whole)))
    person = prospect("a")
    refresh_lists()
    tagged(person, implants, days=3)
    refresh_lists()
    assert [one.person_id for one in members_of(part)] == [person.pk]
    noon.move_to(NOON + 3 * DAY)
    refresh_lists()
    assert not members_of(part)


def test_stage_owner_label_and_contact_are_read_from_the_work_of_staff(noon):
    owner = staff(Role.CONSULTANT)
    kinds = LabelSet.objects.create(slug="skin", name="Skin")
    oily = Label.objects.create(label_set=kinds, slug="oily", name="Oily")
    one, other, missed = prospect("a"), prospect("b"), prospect("c")
    Lead.objects.create(person=one, stage="talking", owner=owner)
    PersonLabel.objects.create(person=one, label=oily, by="x", at=NOON)
    PersonLabel.objects.create(person=other, label=oily, by="x", at=NOON, removed_at=NOON)
    for person, outcome in ((one, "reached"), (missed, "not_reached")):
        FollowUp.objects.create(
            person=person, kind="call", due_at=NOON, done_at=NOON, outcome=outcome
        )
    people = (one, other, missed)
    assert members(asked("stage", text="talking"), people=people) == {one.pk}
    assert members(asked("stage", text="new"), people=people) == {other.pk, missed.pk}
    assert members(asked("owner", owner=owner), people=people) == {one.pk}
    assert members(asked("label", label=oily), people=people) == {one.pk}
    assert members(asked("contacted", days=7), people=people) == {one.pk}
    quiet = grouped_list("quiet", ("none", asked("contacted", days=7)))
    refresh_lists()
    look = DueLook.objects.get()
    assert (look.person, look.due_at) == (one, NOON + 7 * DAY + timedelta(milliseconds=1))
    noon.move_to(look.due_at)
    refresh_lists()
    member = members_of(quiet).get(person=one)
    words = reason_in_words(member.reason, words_for([member.reason]))
    assert words == "Not spoken or written to since 20 November 2026"


def test_a_label_on_a_sensitive_topic_is_never_asked_for():
    kinds = LabelSet.objects.create(slug="wish", name="Wish")
    secret = Label.objects.create(
        label_set=kinds, slug="s", name="S", topic=topic_named("Secret", sensitive=True)
    )
    (problem,) = problems_of([Condition(kind="label", label=secret)])
    assert "never shown beside a name" in str(problem)


def test_who_was_not_exported_enters_by_time_alone_and_the_reason_says_since_when(noon):
    lately, long_ago, never = (prospect(name) for name in "abc")
    exported(lately, at=NOON - 10 * DAY)
    exported(long_ago, at=NOON - 50 * DAY)
    lead_list = grouped_list("quiet", ("none", asked("exported", days=30)))
    was = found(lead_list, lately, long_ago, never)
    assert set(was) == {long_ago.pk, never.pk}
    assert words_of(was, long_ago) == "In no downloaded export since 1 October 2026"
    assert words_of(was, never) == "Never in a downloaded export"
    refresh_lists()
    look = DueLook.objects.get()
    assert (look.person_id, look.due_at) == (lately.pk, NOON + 20 * DAY + timedelta(milliseconds=1))
    noon.move_to(look.due_at - timedelta(milliseconds=2))
    assert refresh_due() == 0
    noon.move_to(look.due_at)
    assert refresh_due() == 1
    assert members_of(lead_list).count() == 3
    assert not DueLook.objects.exists()


def test_a_look_is_kept_only_for_who_meets_all_the_rest(implants, noon):
    warm_one, cold = prospect("a"), prospect("b")
    warm(warm_one, implants, heat=8.0)
    exported(warm_one)
    exported(cold)
    lead_list = grouped_list(
        "both", ("all", heat(implants, 1.0)), ("none", asked("exported", days=10), tag(implants))
    )
    tagged(warm_one, implants, days=20)
    refresh_lists()
    assert not members_of(lead_list)
    look = DueLook.objects.get()
    assert (look.person_id, look.due_at) == (warm_one.pk, NOON + 20 * DAY)
    noon.move_to(look.due_at)
    refresh_lists()
    assert [one.person_id for one in members_of(lead_list)] == [warm_one.pk]


def test_groups_are_joined_by_the_lists_own_match(implants):
    room = class_about("Room", implants)
    both, guest, neither = prospect("a", source="x"), prospect("b"), prospect("c", source="y")
    for person in (both, guest):
        attended(person, room)
    groups = (
        ("any", asked("source", text="x"), asked("source", text="y")),
        ("all", asked("attended")),
    )
    people = (both, guest, neither)
    assert set(found(grouped_list("all", *groups), *people)) == {both.pk}
    any_of = grouped_list("any", *groups, match=Match.ANY)
    assert set(found(any_of, *people)) == {one.pk for one in people}
    nobody = grouped_list("none", ("none", *groups[0][1:], *groups[1][1:]))
    assert not found(nobody, *people)


def test_a_none_group_names_what_stands_in_the_way(implants):
    person = prospect("a", source="x")
    lead_list = grouped_list("none", ("none", asked("source", text="x")), ("all", asked("consent")))
    moment = moment_now()
    outcome = evaluated(rules_of(lead_list), Glance(moment, Scope(ids=(person.pk,))))
    assert outcome.unmet_of(person.pk) == [
        {"kind": "source", "topic": None, "none": True},
        {"kind": "consent", "topic": None},
    ]


def test_rules_survive_being_kept_as_data(implants):
    lead_list = grouped_list(
        "kept",
        (
            "any",
            heat(implants, 1.5) | {"below": True},
            asked("read", count=2, since=date(2026, 1, 2)),
        ),
        ("none", asked("exported", days=30)),
    )
    data = rules_in_data(rules_of(lead_list))
    assert data["groups"][0]["conditions"][0] == {
        "kind": "heat",
        "topic": implants.pk,
        "below": True,
        "value": 1.5,
    }
    assert rules_in_data(rules_from_data(data)) == data


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"kind": "read", "text": "poem"}, "text"),
        ({"kind": "read", "since": date(2026, 2, 2), "until": date(2026, 2, 1)}, "until"),
        ({"kind": "read", "value": 80.0}, "value"),
        ({"kind": "declared"}, "topic"),
        ({"kind": "registered", "text": "pigeon"}, "text"),
        ({"kind": "answer", "text": "q"}, "text"),
        ({"kind": "language", "text": "xx"}, "text"),
        ({"kind": "branch"}, "branch"),
        ({"kind": "age"}, "age_from"),
        ({"kind": "child", "age_from": 9, "age_to": 6}, "age_to"),
        ({"kind": "list"}, "other_list"),
        ({"kind": "channel"}, "text"),
        ({"kind": "form", "text": "letter"}, "text"),
        ({"kind": "form", "text": "questionnaire:987"}, "text"),
        ({"kind": "stage"}, "text"),
        ({"kind": "owner"}, "owner"),
        ({"kind": "label"}, "label"),
        ({"kind": "exported", "since": date(2026, 2, 2), "until": date(2026, 2, 1)}, "until"),
    ],
)
def test_a_condition_that_cannot_be_evaluated_names_the_field(fields, at_fault):
    condition = Condition(**fields)
    assert RULES[condition.kind].problem(condition).field == at_fault


def test_every_kind_has_a_rule_and_words():
    from leads.condition_words import condition_in_words

    assert set(RULES) == set(ConditionKind.values)
    for kind in ConditionKind.values:
        assert "does not know" not in condition_in_words(Condition(kind=kind, text="x"))
