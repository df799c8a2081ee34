"""What is known about a class's places; reads only."""

from classroom.models import LiveClass, Registration
from people.models import Person


def class_itself(live_class: LiveClass) -> LiveClass:
    """The page that holds a class's registrations: translations share those of the first one."""
    twins = LiveClass.objects.filter(translation_key=live_class.translation_key)
    return twins.order_by("pk").first() or live_class


def places_left_of(live_class: LiveClass) -> int | None:
    """How many more can register; None where there is no limit."""
    if live_class.capacity is None:
        return None
    taken = Registration.objects.filter(live_class=live_class, cancelled_at=None).count()
    return max(0, live_class.capacity - taken)


def has_place(*, live_class: LiveClass, person: Person) -> bool:
    """Whether the person is registered."""
    return Registration.objects.filter(
        live_class=live_class, person=person, cancelled_at=None
    ).exists()


def class_of_reference(reference: str) -> LiveClass | None:
    """The class an id or an imported key names, the one that holds its registrations."""
    pages = LiveClass.objects.filter(imported_item__key=reference)
    found = pages.first()
    if found is None and reference.isdecimal() and len(reference) < 19:
        found = LiveClass.objects.filter(pk=int(reference)).first()
    return class_itself(found) if found else None
