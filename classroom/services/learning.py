"""Lets people take courses: enrolling, leaving, modules done or played, checks, completion.

Every act needs an enrolment; a second call of any of them changes nothing.
"""

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from classroom.checks import CheckResult, questions_hash, scored
from classroom.models import CheckAttempt, Enrolment, LearningAct
from classroom.progress import Progress, course_of, missing_prerequisites, progress_of
from classroom.signals import answers_changed
from cms.models import CoursePage, ModulePage
from cms.selectors import played_ids
from people.models import Person
from people.selectors import records_of


class NotReady(Exception):
    """A required course or module comes first; `missing` are their pages."""

    def __init__(self, missing: list):
        super().__init__()
        self.missing = missing


class NotEnrolled(Exception):
    """The person does not take the module's course, or the module is of none."""


class NothingToPlay(Exception):
    """The module has no film and no recording."""


class OtherQuestions(Exception):
    """The questions were changed while they were being answered."""


def enrol(*, person: Person, course: CoursePage) -> Enrolment:
    """Let the person take the course; raises NotReady. Who left comes back to what they had."""
    with transaction.atomic():
        missing = missing_prerequisites(person=person, course=course)
        if missing:
            raise NotReady(missing)
        enrolment, made = Enrolment.objects.get_or_create(
            person=person, course_key=course.translation_key, defaults={"course": course}
        )
        if not made and enrolment.left_at is not None:
            enrolment.left_at = None
            enrolment.course = course
            enrolment.save(update_fields=["left_at", "course"])
    return enrolment


def leave_course(*, person: Person, course: CoursePage) -> bool:
    """Stop taking the course; returns whether it was taken. What was done stays done."""
    rows = Enrolment.objects.filter(
        person__in=records_of(person), course_key=course.translation_key, left_at=None
    )
    return bool(rows.update(left_at=timezone.now()))


def mark_done(*, person: Person, module: ModulePage) -> Progress:
    """Record that the person has done the module; raises NotEnrolled."""
    with transaction.atomic():
        course = _taken_course(person, module)
        _record(person, module, LearningAct.Kind.DONE)
        return _settle(person, course)


def mark_played(*, person: Person, module: ModulePage) -> Progress:
    """Record that all the module's films and recordings were played through, which makes it done.

    Raises NothingToPlay and NotEnrolled. The player tells; what was measured for interests has no
    part in it.
    """
    if not played_ids(module):
        raise NothingToPlay
    with transaction.atomic():
        course = _taken_course(person, module)
        _record(person, module, LearningAct.Kind.PLAYED)
        _record(person, module, LearningAct.Kind.DONE)
        return _settle(person, course)


def record_check(
    *,
    person: Person,
    module: ModulePage,
    chosen: Sequence[Sequence[int]],
    asked: str,
    form: uuid.UUID,
) -> tuple[CheckResult, Progress]:
    """Score the chosen answers, keep the attempt, and with enough right ones the module as passed.

    `chosen` names for each question the places of the chosen answers from 0, `asked` is the
    `questions_hash` they were given to. Raises NotEnrolled, OtherQuestions, NotTheseAnswers. An
    attempt with the same `form` is kept once; passing a check makes its module done too.
    """
    fingerprint = questions_hash(module)
    if asked != fingerprint:
        raise OtherQuestions
    result = scored(module, chosen)
    with transaction.atomic():
        course = _taken_course(person, module)
        attempt, is_new = CheckAttempt.objects.get_or_create(
            person=person,
            form=form,
            defaults={
                "module_key": module.translation_key,
                "module": module,
                "score": result.score,
                "passed": result.score >= course.pass_percent,
                "questions_hash": fingerprint,
            },
        )
        if attempt.passed and attempt.module_key == module.translation_key:
            _record(person, module, LearningAct.Kind.PASSED)
            _record(person, module, LearningAct.Kind.DONE)
        if is_new:
            answers_changed.send(CheckAttempt, person_id=person.pk, page_id=module.pk)
        return result, _settle(person, course)


def settle_completion(*, person: Person, course: CoursePage) -> Progress:
    """Record completion where the course's rule is met by now; returns how far the person came."""
    with transaction.atomic():
        return _settle(person, course)


def _taken_course(person: Person, module: ModulePage) -> CoursePage:
    course = course_of(module)
    taken = course and Enrolment.objects.select_for_update().filter(
        person__in=records_of(person), course_key=course.translation_key, left_at=None
    )
    if course is None or not taken:
        raise NotEnrolled
    return course


def _record(person: Person, module: ModulePage, kind: LearningAct.Kind) -> None:
    LearningAct.objects.get_or_create(
        person=person, module_key=module.translation_key, kind=kind, defaults={"module": module}
    )


def _settle(person: Person, course: CoursePage) -> Progress:
    progress = progress_of(person=person, course=course)
    enrolment = progress.enrolment
    if enrolment is not None and progress.meets_rule and enrolment.completed_at is None:
        enrolment.completed_at = timezone.now()
        enrolment.save(update_fields=["completed_at"])
    return progress
