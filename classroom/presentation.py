"""What class pages show, and what classes add to the pages of the content package; reads only."""

from datetime import timedelta

from django.db.models import Case, F, QuerySet, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import Page

from classroom.after_class import next_class, questionnaire_url, replay_until
from classroom.channels import channel_of
from classroom.class_calls import dress_class_calls
from classroom.learning_pages import reader_context
from classroom.models import LiveClass
from classroom.question_selectors import public_answers
from classroom.readers import reader_of
from classroom.selectors import (
    announced_classes,
    class_itself,
    is_on,
    places_left_of,
    registration_of,
    turn_of,
)
from classroom.series_lines import series_lines
from cms import access, presentation, searching
from cms.body_presentation import body_dressers
from cms.models import Access, ClinicianPage, HomePage, IndexPage, PageTopic, PiecePage
from cms.models.presented import page_context
from cms.models.presented import reader_context as reader_contexts

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
    """Classes of a language that anybody may know of and that are not over, the next one first."""
    return (
        announced_classes()
        .filter(
            locale_id=locale_id,
            cancelled_at=None,
            starts_at__gte=timezone.now() - timedelta(hours=1),
        )
        .select_related("author", "cover")
        .order_by("starts_at")
    )


def offer_class(page: PiecePage) -> presentation.NextThing | None:
    """The next class on a topic of the piece; a class offers the one after it, once it is over."""
    if isinstance(page, LiveClass):
        return _offer_after(page)
    about = PageTopic.objects.filter(tag__in=page.shown_topics).values("content_object")
    found = upcoming_classes(page.locale_id).filter(pk__in=about).first()
    if found is None:
        return None
    return presentation.NextThing(
        page=found, why=_("A class about this"), action=_("See when it is")
    )


def _offer_after(page: LiveClass) -> presentation.NextThing | None:
    over = page.ends_at is not None and page.ends_at < timezone.now()
    found = next_class(page) if over or page.cancelled_at else None
    if found is None:
        return None
    return presentation.NextThing(page=found, why=_("The next class"), action=_("See when it is"))


def classes_of(page: Page) -> dict:
    """The classes of a front page or a clinician's page; what was asked about a piece."""
    if isinstance(page, HomePage):
        classes = upcoming_classes(page.locale_id)[:CLASSES_ON_THE_FRONT_PAGE]
        return {"upcoming_classes": presentation.dressed(classes)}
    if isinstance(page, ClinicianPage):
        return {
            "classes": presentation.dressed(
                upcoming_classes(page.locale_id).filter(clinicians=page)
            )
        }
    if isinstance(page, PiecePage):
        return {
            "public_answers": public_answers(page),
            "ask_url": f"{reverse('ask_question')}?about={page.pk}",
        }
    return {}


@page_context.register
def class_context(page: LiveClass, request: HttpRequest) -> dict:
    """A class: a piece with its teachers, its places and whether the reader has one."""
    now = timezone.now()
    itself = class_itself(page)
    over = bool(page.starts_at and page.starts_at + timedelta(minutes=page.minutes) < now)
    places_left = places_left_of(itself)
    for_staff = page.access == Access.STAFF
    open_room = for_staff or page.access == Access.OPEN
    until = replay_until(page) if over else None
    person = reader_of(request)
    registration = person and registration_of(live_class=itself, person=person)
    # By their ids, because a preview holds its clinicians in memory, where nothing can be asked.
    ids = [clinician.pk for clinician in page.clinicians.all()]
    teachers = list(ClinicianPage.objects.live().filter(pk__in=ids).select_related("portrait"))
    presentation.fetch_renditions(teacher.portrait for teacher in teachers)
    return {
        **presentation.piece_context(page, request),
        "teachers": teachers,
        "places_left": places_left,
        "is_over": over,
        "is_open": bool(page.starts_at)
        and not (for_staff or over or page.cancelled_at or places_left == 0),
        "for_staff": for_staff,
        "for_everybody": page.access == Access.OPEN,
        "room_url": itself.room_url if open_room and is_on(itself) else "",
        "is_registered": bool(registration and registration.has_place),
        "turn": turn_of(registration) if registration else 0,
        "needs_name": bool(person and not person.display_name),
        "channel": channel_of(request),
        "series": series_lines(itself, page=page, person=person),
        "replay_until": until.astimezone(page.zone) if until else None,
        "replay_url": itself.replay_url if until and open_room else "",
        "questionnaire_url": questionnaire_url(registration) if registration and over else "",
    }


def classes_for_staff() -> QuerySet:
    """Tree path and access of the classes that only staff may know of."""
    return LiveClass.objects.filter(access=Access.STAFF).values_list("path", "access")


def register() -> None:
    """Hand the content package what only this one knows; called once at start."""
    access.guarded.append(classes_for_staff)
    presentation.next_thing_offers.append(offer_class)
    searching.searched_types.append(LiveClass)
    presentation.more_context.append(classes_of)
    presentation.form_names[LiveClass] = gettext_lazy("Class")
    body_dressers.append(dress_class_calls)
    presentation.shelf_querysets[IndexPage.Shelf.CLASSES] = classes_on_shelf
    reader_contexts.append(reader_context)
