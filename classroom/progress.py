"""How far a person came in courses, in a fixed number of queries; reads only."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.utils.translation import get_language
from wagtail.models import Page

from classroom.models import Certificate, Enrolment, LearningAct
from cms.models import CoursePage, ModulePage
from people.models import Person
from people.selectors import records_of

Kind = LearningAct.Kind
DONE, PASSED, PLAYED = Kind.DONE, Kind.PASSED, Kind.PLAYED


@dataclass(frozen=True)
class Step:
    """One module of a course for one person."""

    module: ModulePage
    number: int
    is_done: bool
    is_passed: bool
    is_played: bool
    needs_check: bool

    @property
    def is_complete(self) -> bool:
        """Whether it counts for the course."""
        return self.is_done and (self.is_passed or not self.needs_check)


@dataclass(frozen=True)
class Progress:
    """How far one person came in one course; `enrolment` is None where they never took it."""

    course: CoursePage
    enrolment: Enrolment | None
    certificate: Certificate | None
    steps: list[Step]

    @property
    def is_enrolled(self) -> bool:
        """Whether they take it now."""
        return self.enrolment is not None and self.enrolment.left_at is None

    @property
    def total(self) -> int:
        """How many modules there are."""
        return len(self.steps)

    @property
    def complete_count(self) -> int:
        """How many modules count already."""
        return sum(1 for step in self.steps if step.is_complete)

    @property
    def next_step(self) -> Step | None:
        """The first module that is still to do."""
        return next((step for step in self.steps if not step.is_complete), None)

    @property
    def meets_rule(self) -> bool:
        """Whether every module is done and every check that counts is passed."""
        return bool(self.steps) and self.next_step is None

    @property
    def is_completed(self) -> bool:
        """Whether completion was recorded; modules that are added later do not take it back."""
        return self.enrolment is not None and self.enrolment.completed_at is not None

    @property
    def complete_keys(self) -> set[UUID]:
        """The translation keys of the modules that count already."""
        return {step.module.translation_key for step in self.steps if step.is_complete}

    @property
    def open_check_keys(self) -> set[UUID]:
        """The translation keys of the modules that are done but for their check."""
        return {
            step.module.translation_key
            for step in self.steps
            if step.is_done and not step.is_complete
        }

    def step_of(self, module: Page) -> Step | None:
        """The step of a module of the course, whatever its language."""
        return next(
            (step for step in self.steps if step.module.translation_key == module.translation_key),
            None,
        )


def modules_by_course(courses: Collection[CoursePage]) -> dict[int, list[ModulePage]]:
    """The live modules of each course in order; 1 query."""
    found: dict[int, list[ModulePage]] = {course.pk: [] for course in courses}
    by_path = {course.path: course.pk for course in courses}
    if not by_path:
        return found
    within = reduce(or_, (Q(path__startswith=path) for path in by_path))
    modules = ModulePage.objects.live().filter(within).defer("body", "references", "corrections")
    for module in modules.order_by("path"):
        course = by_path.get(module.path[: -ModulePage.steplen])
        if course is not None:
            found[course].append(module)
    return found


def progress_in(*, person: Person, courses: Collection[CoursePage]) -> dict[int, Progress]:
    """How far the person came in each course, by the course's id; 3 queries."""
    enrolments = {
        row.course_key: row
        for row in Enrolment.objects.filter(
            person__in=records_of(person),
            course_key__in=[course.translation_key for course in courses],
        )
        .select_related("certificate")
        # Of two records of one human the one that came furthest counts, so it is read last.
        .order_by(F("left_at").asc(nulls_last=True), F("completed_at").desc(nulls_first=True))
    }
    modules = modules_by_course(courses)
    acts = _acts_of(person, (module.translation_key for own in modules.values() for module in own))
    return {
        course.pk: _progress(
            course, modules[course.pk], acts, enrolments.get(course.translation_key)
        )
        for course in courses
    }


def progress_of(*, person: Person, course: CoursePage) -> Progress:
    """How far the person came in one course; 3 queries."""
    return progress_in(person=person, courses=[course])[course.pk]


def _acts_of(person: Person, keys: Iterable[UUID]) -> dict[UUID, set[str]]:
    acts: dict[UUID, set[str]] = defaultdict(set)
    rows = LearningAct.objects.filter(person__in=records_of(person), module_key__in=list(keys))
    for key, kind in rows.values_list("module_key", "kind"):
        acts[key].add(kind)
    return acts


def _progress(
    course: CoursePage,
    modules: list[ModulePage],
    acts: dict[UUID, set[str]],
    enrolment: Enrolment | None,
) -> Progress:
    steps = [
        Step(
            module=module,
            number=number,
            is_done=DONE in acts[module.translation_key],
            is_passed=PASSED in acts[module.translation_key],
            is_played=PLAYED in acts[module.translation_key],
            needs_check=course.pass_percent > 0 and len(module.check_questions) > 0,
        )
        for number, module in enumerate(modules, start=1)
    ]
    certificate = getattr(enrolment, "certificate", None) if enrolment else None
    return Progress(course=course, enrolment=enrolment, certificate=certificate, steps=steps)


def course_of(module: Page) -> CoursePage | None:
    """The course a module belongs to, None for one that stands alone."""
    return CoursePage.objects.parent_of(module).first()


def missing_prerequisites(*, person: Person, course: CoursePage) -> list[Page]:
    """The required courses and modules that the person has not done yet; 3 queries."""
    rows = course.prerequisites.filter(required=True).select_related("page")
    required = [row.page for row in rows if row.page.live]
    if not required:
        return []
    keys = [page.translation_key for page in required]
    done = set(
        Enrolment.objects.filter(
            person__in=records_of(person), course_key__in=keys, completed_at__isnull=False
        ).values_list("course_key", flat=True)
    )
    done |= set(
        LearningAct.objects.filter(
            person__in=records_of(person), module_key__in=keys, kind=DONE
        ).values_list("module_key", flat=True)
    )
    return [page for page in required if page.translation_key not in done]


def courses_of(person: Person) -> list[CoursePage]:
    """The live courses the person takes now, each in the language of the moment where it has it."""
    rows = Enrolment.objects.filter(person__in=records_of(person), left_at=None).order_by(
        "-enrolled_at", "-pk"
    )
    return in_language_of_moment(
        CoursePage.objects.live(), list(rows.values_list("course_key", flat=True))
    )


def in_language_of_moment(pages: QuerySet, keys: list[UUID]) -> list:
    """Of each key the page in the language of the moment, else the first; in the order of keys."""
    language = get_language()
    found: dict[UUID, Page] = {}
    for page in pages.filter(translation_key__in=keys).select_related("locale").order_by("pk"):
        if page.translation_key not in found or page.locale.language_code == language:
            found[page.translation_key] = page
    return [found[key] for key in keys if key in found]


def certificate_of_serial(serial: str) -> Certificate | None:
    """The certificate of that serial."""
    return Certificate.objects.filter(serial=serial).select_related("enrolment").first()
