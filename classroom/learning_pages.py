"""What the pages of courses, modules and clinicians, and "my learning", show of one reader."""

import uuid

from django.http import HttpRequest
from django.utils import timezone
from wagtail.models import Page

from classroom.checks import questions_hash, questions_of
from classroom.models import Attendance, Certificate, ClinicianFollow, LiveClass, Registration
from classroom.progress import (
    course_of,
    courses_of,
    in_language_of_moment,
    missing_prerequisites,
    progress_in,
    progress_of,
)
from classroom.readers import reader_of
from cms import presentation
from cms.models import ClinicianPage, CoursePage, ModulePage
from cms.selectors import played_ids
from people.models import Person, Visitor
from people.selectors import records_of


def reader_context(page: Page, request: HttpRequest) -> dict:
    """What a page shows of the one who reads: progress in a course, a follow."""
    if not isinstance(page, CoursePage | ModulePage | ClinicianPage):
        return {}
    person = reader_of(request)
    if isinstance(page, ClinicianPage):
        return {"is_followed": person is not None and follows(person=person, clinician=page)}
    if person is None:
        return {"progress": None}
    if isinstance(page, CoursePage):
        progress = progress_of(person=person, course=page)
        waiting = not progress.is_enrolled and missing_prerequisites(person=person, course=page)
        return {"progress": progress, "missing": waiting or [], "is_reader": True}
    course = course_of(page)
    if course is None:
        return {"progress": None}
    return module_context(page, course, person)


def module_context(module: ModulePage, course: CoursePage, person: Person) -> dict:
    """A module with the reader's step, and its check as a form that counts."""
    progress = progress_of(person=person, course=course)
    context: dict = {"progress": progress, "step": progress.step_of(module), "is_reader": True}
    if progress.is_enrolled and played_ids(module):
        context["plays"] = True
    if progress.is_enrolled and len(module.check_questions):
        context |= {
            "questions": questions_of(module),
            "asked": questions_hash(module),
            "form": uuid.uuid4(),
        }
    return context


def follows(*, person: Person, clinician: ClinicianPage) -> bool:
    """Whether the person follows the clinician, in whatever language."""
    return ClinicianFollow.objects.filter(
        person__in=records_of(person), clinician_key=clinician.translation_key, ended_at=None
    ).exists()


def learning_section(
    request: HttpRequest, person: Person | None, visitor: Visitor | None
) -> tuple[str, dict] | None:
    """The section of the page /me/ that leads to "my learning"."""
    return ("classroom/me_learning.html", {}) if person else None


def my_learning(person: Person) -> dict:
    """Everything of "my learning", in a number of queries that its length does not change."""
    courses = presentation.dressed(courses_of(person))
    progress = progress_in(person=person, courses=courses)
    shown = [progress[course.pk] for course in courses]
    keys = ClinicianFollow.objects.filter(person__in=records_of(person), ended_at=None).order_by(
        "-followed_at"
    )
    clinicians = in_language_of_moment(
        ClinicianPage.objects.live().select_related("portrait"),
        list(keys.values_list("clinician_key", flat=True)),
    )
    context = {
        "under_way": [each for each in shown if not each.is_completed],
        "completed": [each for each in shown if each.is_completed],
        "certificates": Certificate.objects.filter(
            enrolment__person__in=records_of(person)
        ).order_by("-issued_at"),
        "coming": _coming_classes(person),
        "attended": Attendance.objects.filter(person=person, attended=True)
        .select_related("live_class")
        .order_by("-first_join"),
        "clinicians": presentation.dressed(clinicians),
    }
    return {**context, "is_empty": not any(context.values())}


def _coming_classes(person: Person) -> list[LiveClass]:
    places = Registration.objects.filter(person__in=records_of(person)).with_place()
    keys = list(
        places.filter(live_class__starts_at__gte=timezone.now())
        .order_by("live_class__starts_at")
        .values_list("live_class__translation_key", flat=True)
    )
    classes = LiveClass.objects.live().select_related("author", "cover")
    return presentation.dressed(in_language_of_moment(classes, keys))
