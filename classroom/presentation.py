"""What class pages show, and what classes add to the pages of the content package; reads only."""

from datetime import timedelta

from django.db.models import Case, F, QuerySet, When
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page

from classroom.models import LiveClass
from classroom.selectors import class_itself, has_place, places_left_of
from cms import presentation
from cms.models import ClinicianPage, HomePage, IndexPage, PageTopic, PiecePage
from cms.models.presented import page_context

CLASSES_ON_THE_FRONT_PAGE = 3


def classes_on_shelf(page: IndexPage) -> QuerySet:
    """The classes of a shelf: those to come by date, then those that were, the latest first."""
    now = timezone.now()
    return (
        LiveClass.objects.live()
        .child_of(page)
        .select_related("author", "cover")
        .order_by(
            Case(When(starts_at__gte=now, then=0), default=1),
            Case(When(starts_at__gte=now, then=F("starts_at"))),
            F("starts_at").desc(nulls_last=True),
        )
    )


def upcoming_classes(locale_id: int) -> QuerySet:
    """Live classes of a language that are not over, the next one first."""
    return (
        LiveClass.objects.live()
        .filter(
            locale_id=locale_id,
            cancelled_at=None,
            starts_at__gte=timezone.now() - timedelta(hours=1),
        )
        .select_related("author", "cover")
        .order_by("starts_at")
    )


def offer_class(page: PiecePage) -> presentation.NextThing | None:
    """The next class on a topic of the piece; a class itself offers none."""
    if isinstance(page, LiveClass):
        return None
    about = PageTopic.objects.filter(tag__in=page.shown_topics).values("content_object")
    found = upcoming_classes(page.locale_id).filter(pk__in=about).first()
    if found is None:
        return None
    return presentation.NextThing(
        page=found, why=_("A class about this"), action=_("See when it is")
    )


def classes_of(page: Page) -> dict:
    """The classes that a front page or a clinician's page lists."""
    if isinstance(page, HomePage):
        classes = upcoming_classes(page.locale_id)[:CLASSES_ON_THE_FRONT_PAGE]
        return {"upcoming_classes": presentation.dressed(classes)}
    if isinstance(page, ClinicianPage):
        return {
            "classes": presentation.dressed(
                upcoming_classes(page.locale_id).filter(clinicians=page)
            )
        }
    return {}


@page_context.register
def class_context(page: LiveClass, request: HttpRequest) -> dict:
    """A class: a piece with its teachers, its places and whether the reader has one."""
    now = timezone.now()
    itself = class_itself(page)
    over = bool(page.starts_at and page.starts_at + timedelta(minutes=page.minutes) < now)
    places_left = places_left_of(itself)
    person = getattr(request.user, "person", None) if request.user.is_authenticated else None
    teachers = list(page.clinicians.live().select_related("portrait"))
    presentation.fetch_renditions(teacher.portrait for teacher in teachers)
    return {
        **presentation.piece_context(page, request),
        "teachers": teachers,
        "places_left": places_left,
        "is_over": over,
        "is_open": bool(page.starts_at) and not (over or page.cancelled_at or places_left == 0),
        "is_registered": person is not None and has_place(live_class=itself, person=person),
    }


def register() -> None:
    """Hand the content package what only this one knows; called once at start."""
    presentation.next_thing_offers.append(offer_class)
    presentation.more_context.append(classes_of)
    presentation.shelf_querysets[IndexPage.Shelf.CLASSES] = classes_on_shelf
