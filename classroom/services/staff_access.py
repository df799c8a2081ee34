"""Lets staff reach a class's attendance, and notes each look at people; every screen goes through here.

A class that somebody may not see and one that does not exist answer alike: Http404.
"""

from django.db.models import Min, Q, QuerySet
from django.http import Http404

from classroom.models import LiveClass
from classroom.selectors import class_itself
from outbox.services import record_audit
from people.models import Person, User
from people.roles import Role

SEE_ALL = (Role.CONSULTANT, Role.MARKETING, Role.ADMINISTRATOR)
FIND_PEOPLE = "people.view_person"


def _roles(user: User) -> frozenset[str]:
    """The user's roles, asked once for each request: lists of pages ask for every row."""
    held = getattr(user, "_class_roles", None)
    if held is None:
        held = user._class_roles = frozenset(user.groups.values_list("name", flat=True))  # type: ignore[attr-defined]
    return held


def sees_all_classes(user: User) -> bool:
    """Whether the user's role looks after everybody's classes."""
    return user.is_superuser or not _roles(user).isdisjoint(role.value for role in SEE_ALL)


def may_see_classes(user: User) -> bool:
    """Consultants, marketing and administrators see all classes, clinicians those they give."""
    return sees_all_classes(user) or Role.CLINICIAN.value in _roles(user)


def classes_seen_by(user: User) -> QuerySet[LiveClass]:
    """The classes a user may look into, one of each set of translations, the latest first."""
    firsts = LiveClass.objects.order_by().values("translation_key").annotate(first=Min("pk"))
    classes = LiveClass.objects.filter(pk__in=firsts.values("first"))
    if not sees_all_classes(user):
        if not may_see_classes(user):
            return classes.none()
        own = LiveClass.objects.filter(
            Q(owner=user) | Q(author__user=user) | Q(clinicians__user=user)
        )
        classes = classes.filter(translation_key__in=own.order_by().values("translation_key"))
    return classes.order_by("-starts_at", "-pk")


def access_class(*, user: User, class_id: int) -> LiveClass:
    """The class that holds registrations and attendance, whichever translation was asked for."""
    page = LiveClass.objects.filter(pk=class_id).first()
    itself = class_itself(page) if page is not None else None
    if itself is None or not classes_seen_by(user).filter(pk=itself.pk).exists():
        raise Http404
    return itself


def note_look(*, user: User, live_class: LiveClass, part: str, shown: int) -> None:
    """Note that somebody looked at people of a class: which screen, how many of them."""
    record_audit(
        actor=f"user:{user.pk}",
        action="attendance.viewed",
        subject=f"class:{live_class.pk}",
        detail={"part": part, "shown": shown},
    )


def note_look_at_person(*, user: User, live_class: LiveClass, person: Person) -> None:
    """Note that somebody read one person's ledger."""
    record_audit(
        actor=f"user:{user.pk}",
        action="attendance.viewed",
        subject=f"person:{person.external_id}",
        detail={"part": "ledger", "class": live_class.pk},
    )
