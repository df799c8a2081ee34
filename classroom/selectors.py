"""What is known about classes and their places; reads only."""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from classroom.models import LiveClass, Registration
from cms.models import Access
from people.models import Person
from people.selectors import records_of

DOORS_OPEN = timedelta(minutes=30)


def class_itself(live_class: LiveClass) -> LiveClass:
    """The page that holds a class's registrations: translations share those of the first one."""
    twins = LiveClass.objects.filter(translation_key=live_class.translation_key)
    return twins.order_by("pk").first() or live_class


def announced_classes() -> QuerySet[LiveClass]:
    """Live classes that anybody may know of, those for staff left out."""
    return LiveClass.objects.live().exclude(access=Access.STAFF)


def is_on(live_class: LiveClass) -> bool:
    """Whether the room is open: from half an hour before the class to half an hour after it."""
    start, end = live_class.starts_at, live_class.ends_at
    if start is None or end is None or live_class.cancelled_at is not None:
        return False
    return start - DOORS_OPEN <= timezone.now() <= end + DOORS_OPEN


def coming_in_series(live_class: LiveClass) -> list[LiveClass]:
    """The classes of a series still to come that anybody may know of, in order of time.

    Of each the page that holds its places; empty for a class of no series.
    """
    if live_class.series_id is None:
        return []
    keys = (
        announced_classes()
        .filter(series_id=live_class.series_id, cancelled_at=None, starts_at__gte=timezone.now())
        .values("translation_key")
    )
    holders: dict = {}
    for page in LiveClass.objects.filter(translation_key__in=keys).order_by("pk"):
        holders.setdefault(page.translation_key, page)
    return sorted(holders.values(), key=lambda page: (page.starts_at, page.pk))


def in_language(live_class: LiveClass, language: str) -> LiveClass:
    """The live translation of a class in a language; the class itself where there is none."""
    twins = LiveClass.objects.filter(translation_key=live_class.translation_key)
    return twins.live().filter(locale__language_code=language).first() or live_class


def places_left_of(live_class: LiveClass) -> int | None:
    """How many more can register; None where there is no limit."""
    if live_class.capacity is None:
        return None
    taken = Registration.objects.filter(live_class=live_class).with_place().count()
    return max(0, live_class.capacity - taken)


def has_place(*, live_class: LiveClass, person: Person) -> bool:
    """Whether the person has a place; a turn on the waiting list is none."""
    return (
        Registration.objects.filter(live_class=live_class, person__in=records_of(person))
        .with_place()
        .exists()
    )


def registration_of(*, live_class: LiveClass, person: Person) -> Registration | None:
    """The person's place or turn on the waiting list, None where there is neither."""
    return Registration.objects.filter(
        live_class=live_class, person__in=records_of(person), cancelled_at=None
    ).first()


def turn_of(registration: Registration) -> int:
    """Which turn it has on the waiting list, from 1; 0 for one that does not wait."""
    if registration.waits_since is None:
        return 0
    waiting = list(
        Registration.objects.filter(live_class_id=registration.live_class_id)
        .waiting()
        .values_list("pk", flat=True)
    )
    return waiting.index(registration.pk) + 1 if registration.pk in waiting else 0


def classes_of_person(person: Person) -> list[LiveClass]:
    """The classes the person has a place in and those cancelled meanwhile, in order of time."""
    return list(
        LiveClass.objects.filter(
            registrations__in=Registration.objects.filter(
                person__in=records_of(person)
            ).with_place(),
            starts_at__isnull=False,
        )
        .exclude(access=Access.STAFF)
        .order_by("starts_at", "pk")
    )


def class_of_reference(reference: str) -> LiveClass | None:
    """The class an id or an imported key names, the one that holds its registrations."""
    pages = LiveClass.objects.filter(imported_item__key=reference)
    found = pages.first()
    if found is None and reference.isdecimal() and len(reference) < 19:
        found = LiveClass.objects.filter(pk=int(reference)).first()
    return class_itself(found) if found else None
