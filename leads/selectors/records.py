"""What one record of a person has, so that staff can tell whether two of them are one human."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from classroom.models import Attendance, Enrolment, Question, Registration
from leads.models import Membership
from leads.selectors.people import decisions_of
from people.models import ContactPoint, Person, Purpose
from tracking.models import ImportedEvent, InterestTag, Reading


@dataclass(frozen=True)
class Line:
    """One thing both records are compared by, a value for each; `differ` where these are not equal."""

    label: str | Promise
    values: tuple[str | int, ...]

    @property
    def differ(self) -> bool:
        """Whether the two say something else."""
        return len(set(self.values)) > 1


COUNTS: tuple[tuple[str | Promise, Callable[[Person], int]], ...] = (
    (_("Places in classes"), lambda one: Registration.objects.filter(person=one).count()),
    (_("Classes with attendance"), lambda one: Attendance.objects.filter(person=one).count()),
    (_("Courses"), lambda one: Enrolment.objects.filter(person=one).count()),
    (_("Questions"), lambda one: Question.objects.filter(person=one).count()),
    (_("Readings"), lambda one: Reading.objects.filter(profile__person=one).count()),
    (_("Imported rows"), lambda one: ImportedEvent.objects.filter(person=one).count()),
    (_("Interest tags"), lambda one: InterestTag.objects.filter(profile__person=one).count()),
    (_("Lists"), lambda one: Membership.objects.filter(person=one).count()),
)


def person_named(text: str) -> Person | None:
    """The record of an external id, an imported key or a verified contact; merges are not followed."""
    text = text.strip()
    if not text:
        return None
    found = Person.objects.filter(external_id=text).first()
    found = found or Person.objects.filter(imported_key=text).first()
    if found is None:
        points = ContactPoint.objects.filter(value=text.lower(), verified_at__isnull=False)
        point = points.select_related("person").first()
        found = point.person if point else None
    return found


def compared(people: list[Person]) -> list[Line]:
    """What each of the people says of themself, and how much of everything there is of them."""
    lines = [
        Line(_("Name"), tuple(one.display_name for one in people)),
        Line(_("Id"), tuple(one.external_id for one in people)),
        Line(_("Imported key"), tuple(one.imported_key or "" for one in people)),
        Line(_("Contacts"), tuple(_contacts(one) for one in people)),
        Line(_("Year of birth"), tuple(one.birth_year or "" for one in people)),
        Line(_("Guardian"), tuple(str(one.guardian or "") for one in people)),
        Line(_("Language"), tuple(one.language for one in people)),
        Line(_("Branch"), tuple(str(one.branch or "") for one in people)),
        Line(_("Came from"), tuple(one.source for one in people)),
        Line(_("Known since"), tuple(f"{one.created_at:%Y-%m-%d}" for one in people)),
    ]
    for purpose in Purpose:
        lines.append(Line(purpose.label, tuple(_decision(one, purpose) for one in people)))
    lines += [Line(label, tuple(count(one) for one in people)) for label, count in COUNTS]
    return [line for line in lines if any(line.values)]


def _contacts(person: Person) -> str:
    points = ContactPoint.objects.filter(person=person).order_by("kind", "value")
    return ", ".join(point.value if point.verified_at else f"({point.value})" for point in points)


def _decision(person: Person, purpose: Purpose) -> str:
    decision = decisions_of(person)[purpose]
    if decision["at"] is None:
        return str(_("not asked yet"))
    return str(_("agreed") if decision["given"] else _("refused"))
