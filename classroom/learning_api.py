"""The API of taking courses; it decides who asks and calls one service each."""

import uuid
from datetime import datetime

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.errors import HttpError

from classroom.api_auth import PersonBySession
from classroom.checks import NotTheseAnswers, questions_hash, questions_of
from classroom.models import Certificate, Enrolment
from classroom.progress import Progress, courses_of, progress_in, progress_of
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
from cms.access import doors_of
from cms.models import CoursePage, ModulePage
from people.models import Person
from people.selectors import records_of

router = Router()
QUESTIONS_AT_MOST = 100


class LearningModuleOut(Schema):
    """A module of a course for one person."""

    id: int
    title: str
    done: bool
    played: bool
    check_passed: bool
    check_needed: bool


class LearningCourseOut(Schema):
    """How far somebody came in a course; `next_module` is null where nothing is left to do."""

    id: int
    title: str
    enrolled_at: datetime | None
    completed_at: datetime | None
    done: int
    modules: list[LearningModuleOut]
    next_module: int | None


class LearningCertificateOut(Schema):
    """A certificate; /certificates/{serial}/ of the site confirms it to anybody."""

    serial: str
    course: str
    name: str
    issued_at: datetime
    revoked_at: datetime | None


class LearningOut(Schema):
    """What one learns."""

    courses: list[LearningCourseOut]
    certificates: list[LearningCertificateOut]


class AskedQuestionOut(Schema):
    """A question of a check; with `several` more than one answer may be right."""

    question: str
    answers: list[str]
    several: bool


class CheckOut(Schema):
    """A check to answer; send `asked` back with the answers."""

    asked: str
    questions: list[AskedQuestionOut]


class CheckIn(Schema):
    """For each question the places of the chosen answers from 0; the same `form` counts once."""

    asked: str = Field(max_length=64)
    form: uuid.UUID
    answers: list[list[int]] = Field(max_length=QUESTIONS_AT_MOST)


class AnswerResultOut(Schema):
    """One answer: whether it is right, whether it was chosen, and why."""

    text: str
    correct: bool
    chosen: bool
    explanation: str


class QuestionResultOut(Schema):
    """One question as it was answered."""

    question: str
    right: bool
    answers: list[AnswerResultOut]


class CheckResultOut(Schema):
    """A check as it was answered: the share of right questions in percent, and the course after it."""

    score: int
    passed: bool
    questions: list[QuestionResultOut]
    course: LearningCourseOut


@router.get("/me/learning", response=LearningOut, auth=PersonBySession(), summary="What one learns")
def read_learning(request: HttpRequest) -> dict:
    """The courses taken now and every certificate."""
    person: Person = request.auth  # type: ignore[attr-defined]
    courses = courses_of(person)
    progress = progress_in(person=person, courses=courses)
    rows = Certificate.objects.filter(enrolment__person__in=records_of(person)).order_by(
        "-issued_at"
    )
    return {
        "courses": [_shown(progress[course.pk]) for course in courses],
        "certificates": [
            {
                "serial": row.serial,
                "course": row.course_title,
                "name": row.holder_name,
                "issued_at": row.issued_at,
                "revoked_at": row.revoked_at,
            }
            for row in rows
        ],
    }


@router.post(
    "/courses/{course_id}/enrolment",
    response={200: LearningCourseOut, 201: LearningCourseOut},
    auth=PersonBySession(),
    summary="Take a course",
)
def create_enrolment(request: HttpRequest, course_id: int):
    """201 where it is new, 200 where it was taken already, 409 where something comes first."""
    person: Person = request.auth  # type: ignore[attr-defined]
    course = _course(request, course_id)
    takes_it = Enrolment.objects.filter(
        person__in=records_of(person), course_key=course.translation_key, left_at=None
    ).exists()
    try:
        enrol(person=person, course=course)
    except NotReady as error:
        titles = ", ".join(page.title for page in error.missing)
        raise HttpError(409, f"First comes: {titles}") from None
    return Status(200 if takes_it else 201, _shown(progress_of(person=person, course=course)))


@router.delete(
    "/courses/{course_id}/enrolment",
    response={204: None},
    auth=PersonBySession(),
    summary="Stop taking a course",
)
def delete_enrolment(request: HttpRequest, course_id: int):
    """What was done is kept for coming back. A second call is fine."""
    person: Person = request.auth  # type: ignore[attr-defined]
    leave_course(person=person, course=_course(request, course_id))
    return Status(204, None)


@router.post(
    "/modules/{module_id}/done",
    response=LearningCourseOut,
    auth=PersonBySession(),
    summary="A module is done",
)
def create_done(request: HttpRequest, module_id: int) -> dict:
    """409 for who does not take its course. A second call changes nothing."""
    person: Person = request.auth  # type: ignore[attr-defined]
    module = _module(request, module_id)
    try:
        return _shown(mark_done(person=person, module=module))
    except NotEnrolled:
        raise HttpError(409, "Take the course first.") from None


@router.post(
    "/modules/{module_id}/played",
    response=LearningCourseOut,
    auth=PersonBySession(),
    summary="A module was played through",
)
def create_played(request: HttpRequest, module_id: int) -> dict:
    """All its films and recordings, which makes it done; a second call changes nothing.

    409 for who does not take its course, and where there is nothing to play.
    """
    person: Person = request.auth  # type: ignore[attr-defined]
    module = _module(request, module_id)
    try:
        return _shown(mark_played(person=person, module=module))
    except NotEnrolled:
        raise HttpError(409, "Take the course first.") from None
    except NothingToPlay:
        raise HttpError(409, "This module has no film and no recording.") from None


@router.get("/modules/{module_id}/check", response=CheckOut, summary="The questions of a module")
def read_check(request: HttpRequest, module_id: int) -> dict:
    """The questions without what is right; 404 where the module is not yours to read."""
    module = _module(request, module_id)
    return {
        "asked": questions_hash(module),
        "questions": [vars(question) for question in questions_of(module)],
    }


@router.post(
    "/modules/{module_id}/check",
    response=CheckResultOut,
    auth=PersonBySession(),
    summary="Answer the check of a module",
)
def create_check(request: HttpRequest, module_id: int, payload: CheckIn) -> dict:
    """Each answer with why; the attempt is kept, the answers are not.

    409 where the course is not taken or the questions were changed, 422 where the answers do not
    fit the questions.
    """
    person: Person = request.auth  # type: ignore[attr-defined]
    module = _module(request, module_id)
    try:
        result, progress = record_check(
            person=person,
            module=module,
            chosen=payload.answers,
            asked=payload.asked,
            form=payload.form,
        )
    except NotEnrolled:
        raise HttpError(409, "Take the course first.") from None
    except OtherQuestions:
        raise HttpError(409, "The questions were changed meanwhile. Ask for them again.") from None
    except NotTheseAnswers:
        raise HttpError(422, "These answers do not fit the questions.") from None
    return {
        "score": result.score,
        "passed": result.score >= progress.course.pass_percent,
        "questions": [
            {
                "question": question.question,
                "right": question.right,
                "answers": [vars(answer) for answer in question.answers],
            }
            for question in result.questions
        ],
        "course": _shown(progress),
    }


def _course(request: HttpRequest, course_id: int) -> CoursePage:
    course = (
        doors_of(request).known(CoursePage.objects.live().public()).filter(pk=course_id).first()
    )
    if course is None:
        raise HttpError(404, "There is no such course.")
    return course


def _module(request: HttpRequest, module_id: int) -> ModulePage:
    module = doors_of(request).read(ModulePage.objects.live().public()).filter(pk=module_id).first()
    if module is None:
        raise HttpError(404, "There is no such module.")
    return module


def _shown(progress: Progress) -> dict:
    enrolment = progress.enrolment
    following = progress.next_step
    return {
        "id": progress.course.pk,
        "title": progress.course.title,
        "enrolled_at": enrolment.enrolled_at if enrolment else None,
        "completed_at": enrolment.completed_at if enrolment else None,
        "done": progress.complete_count,
        "modules": [
            {
                "id": step.module.pk,
                "title": step.module.title,
                "done": step.is_done,
                "played": step.is_played,
                "check_passed": step.is_passed,
                "check_needed": step.needs_check,
            }
            for step in progress.steps
        ],
        "next_module": following.module.pk if following else None,
    }
