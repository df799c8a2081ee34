"""Taking courses: acts are kept once, the rule decides, twins count for each other."""

import json
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from classroom.checks import NotTheseAnswers, questions_hash, scored
from classroom.models import CheckAttempt, Enrolment, LearningAct
from classroom.progress import courses_of, progress_in, progress_of
from classroom.services.learning import (
    NotEnrolled,
    NothingToPlay,
    NotReady,
    OtherQuestions,
    enrol,
    leave_course,
    mark_done,
    mark_played,
    record_check,
)
from cms.models import CoursePrerequisite
from tests.factories import content
from tests.factories.people import make_person

pytestmark = pytest.mark.django_db


def answer(person, module, chosen, **fields):
    fields = {"asked": questions_hash(module), "form": uuid.uuid4(), **fields}
    return record_check(person=person, module=module, chosen=chosen, **fields)


@pytest.fixture
def person():
    return make_person()


def test_only_the_exact_right_answers_count():
    course = content.course()
    module = content.module(
        course, questions=(content.question("One"), content.question("Two", right=(0, 2)))
    )
    scores = {
        places: scored(module, places).score
        for places in (((0,), (0, 2)), ((0,), (0,)), ((1,), (0, 1, 2)), ((), ()))
    }
    assert list(scores.values()) == [100, 50, 0, 0]
    for wrong in ([[0]], [[0], [3]], [[0], [-1]]):
        with pytest.raises(NotTheseAnswers):
            scored(module, wrong)


def test_enrolling_twice_is_once_and_leaving_keeps_what_was_done(person):
    course = content.course()
    module = content.module(course)
    content.module(course)
    first = enrol(person=person, course=course)
    assert enrol(person=person, course=course) == first
    mark_done(person=person, module=module)
    assert leave_course(person=person, course=course)
    assert not leave_course(person=person, course=course)
    assert not progress_of(person=person, course=course).is_enrolled
    assert courses_of(person) == []
    enrol(person=person, course=course)
    assert progress_of(person=person, course=course).complete_count == 1
    assert Enrolment.objects.count() == 1


def test_nothing_counts_for_who_does_not_take_the_course(person):
    course = content.course()
    module = content.module(course, questions=(content.question(),))
    with pytest.raises(NotEnrolled):
        mark_done(person=person, module=module)
    with pytest.raises(NotEnrolled):
        answer(person, module, [[0]])
    assert not LearningAct.objects.exists() and not CheckAttempt.objects.exists()


def test_playing_through_makes_done_and_a_check_is_still_to_pass(person):
    course = content.course()
    film = [{"type": "video", "value": {"video": content.media().pk, "caption": ""}}]
    shown = content.module(course, body=json.dumps(film))
    asked = content.module(
        course, body=json.dumps(film), questions=(content.question("Why?", right=(0,)),)
    )
    read = content.module(course)
    with pytest.raises(NotEnrolled):
        mark_played(person=person, module=shown)
    enrol(person=person, course=course)
    for _ in range(2):
        progress = mark_played(person=person, module=shown)
    assert sorted(LearningAct.objects.values_list("kind", flat=True)) == ["done", "played"]
    assert [step.is_played for step in progress.steps] == [True, False, False]
    assert progress.complete_count == 1
    assert mark_played(person=person, module=asked).complete_count == 1
    assert answer(person, asked, [[0]])[1].complete_count == 2
    with pytest.raises(NothingToPlay):
        mark_played(person=person, module=read)


def test_a_course_is_completed_by_its_rule_and_stays_so(person):
    course = content.course(pass_percent=60)
    plain = content.module(course)
    checked = content.module(course, questions=tuple(content.question(str(n)) for n in range(5)))
    enrol(person=person, course=course)
    mark_done(person=person, module=plain)
    mark_done(person=person, module=checked)
    assert not progress_of(person=person, course=course).meets_rule
    result, progress = answer(person, checked, [[0], [0], [1], [1], [1]])
    assert (result.score, progress.is_completed) == (40, False)
    result, progress = answer(person, checked, [[0], [0], [0], [1], [1]])
    assert (result.score, progress.is_completed) == (60, True)
    content.module(course)
    later = progress_of(person=person, course=course)
    assert (later.meets_rule, later.is_completed) == (False, True)


def test_passing_is_recorded_once_and_a_double_click_is_one_attempt(person):
    module = content.module(content.course(), questions=(content.question(),))
    enrol(person=person, course=module.get_parent().specific)
    form = uuid.uuid4()
    answer(person, module, [[0]], form=form)
    answer(person, module, [[0]], form=form)
    answer(person, module, [[1]])
    answer(person, module, [[0]])
    assert list(CheckAttempt.objects.order_by("pk").values_list("score", flat=True)) == [
        100, 0, 100,
    ]  # fmt: skip
    assert sorted(LearningAct.objects.values_list("kind", flat=True)) == ["done", "passed"]


def test_answers_to_other_questions_are_not_counted(person):
    module = content.module(content.course(), questions=(content.question(),))
    enrol(person=person, course=module.get_parent().specific)
    with pytest.raises(OtherQuestions):
        answer(person, module, [[0]], asked="0" * 64)
    assert not CheckAttempt.objects.exists()


def test_a_check_that_needs_no_passing_does_not_hold_up_a_course(person):
    course = content.course(pass_percent=0)
    module = content.module(course, questions=(content.question(),))
    enrol(person=person, course=course)
    assert mark_done(person=person, module=module).is_completed


def test_a_module_done_in_chinese_is_done_in_english(person):
    english = content.course()
    chinese = content.course("zh-hans", translation_key=english.translation_key)
    one = content.module(english)
    content.module(english)
    twin = content.module(chinese, translation_key=one.translation_key)
    enrol(person=person, course=chinese)
    mark_done(person=person, module=twin)
    progress = progress_of(person=person, course=english)
    assert progress.is_enrolled
    assert [step.is_complete for step in progress.steps] == [True, False]
    enrol(person=person, course=english)
    assert Enrolment.objects.count() == 1


def test_a_required_course_comes_first_and_a_helpful_one_need_not(person):
    before, helpful, course = (content.course() for _ in range(3))
    module = content.module(before)
    CoursePrerequisite.objects.create(course=course, page=before, required=True)
    CoursePrerequisite.objects.create(course=course, page=helpful, required=False)
    with pytest.raises(NotReady) as refusal:
        enrol(person=person, course=course)
    assert [page.pk for page in refusal.value.missing] == [before.pk]
    assert not Enrolment.objects.exists()
    enrol(person=person, course=before)
    mark_done(person=person, module=module)
    assert enrol(person=person, course=course).course == course


def test_progress_takes_the_same_queries_whatever_the_courses_hold(person):
    def count(courses) -> int:
        with CaptureQueriesContext(connection) as queries:
            progress_in(person=person, courses=courses)
        return len(queries)

    courses = [content.course() for _ in range(3)]
    content.module(courses[0])
    one = count(courses[:1])
    for course in courses:
        for _ in range(3):
            content.module(course, questions=(content.question(),))
        enrol(person=person, course=course)
    assert count(courses) == one == 3
