"""What the templates of the content pages show, gathered in a fixed number of queries; it writes nothing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from operator import or_
from typing import Any

from django.core.paginator import Page as Leaf
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet, prefetch_related_objects
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from cms.access import doors_of, empty_lessons
from cms.body_presentation import dress_body, pictures_of_body
from cms.models import (
    Access,
    ArticlePage,
    ClinicianPage,
    ComicPage,
    CoursePage,
    CoursePrerequisite,
    HomePage,
    IndexPage,
    ModulePage,
    PageTopic,
    PiecePage,
    Topic,
)
from cms.models.presented import page_context
from cms.reviews import overdue_since, review_shown
from cms.selectors import expected_seconds, played_ids, played_lengths

PIECES_ON_A_SHELF = 24
RELATED_PIECES = 3


@dataclass(frozen=True)
class NextThing:
    """The one thing to do after a piece; `why` stands above its title, `action` on its button."""

    page: Page
    why: str
    action: str


#: Packages above add what only they know: the class to attend next, the classes of a page.
next_thing_offers: list[Callable[[PiecePage], NextThing | None]] = []
more_context: list[Callable[[Page], dict]] = []
shelf_querysets: dict[str, Callable[[IndexPage], QuerySet]] = {
    IndexPage.Shelf.CLINICIANS: lambda page: _children(ClinicianPage, page).select_related(
        "portrait"
    ),
}


#: What a piece is called in lists that mix forms; an article needs no word.
form_names: dict[type[Page], Any] = {
    ComicPage: _("Comic"),
    CoursePage: _("Course"),
    ModulePage: _("Module"),
    ClinicianPage: _("Clinician"),
}


def _children(model: type[Page], parent: Page) -> QuerySet:
    return model.objects.live().child_of(parent)


def newest(model: type[PiecePage], locale_id: int) -> QuerySet:
    """The clinic's own live pieces of one type and language, newest first."""
    pages = model.objects.live().filter(locale_id=locale_id, reviewed_here=True)
    if model is CoursePage:
        pages = pages.exclude(access=Access.STAFF)
    return pages.select_related("cover", "author").order_by("-first_published_at", "-pk")


def minutes_of(page: Page, *, lengths: Mapping[int, float] | None = None) -> int | None:
    """How long reading the page takes, in whole minutes, or None where it cannot be told."""
    if getattr(page, "minutes", None):
        return page.minutes
    seconds = expected_seconds(page, lengths=lengths)
    return max(1, round(seconds / 60)) if seconds else None


def topics_by_page(page_ids: Iterable[int]) -> dict[int, list[Topic]]:
    """The topics of each page, merges resolved, heaviest first; one query."""
    rows = (
        PageTopic.objects.filter(content_object_id__in=list(page_ids))
        .select_related("tag__merged_into")
        .order_by("-weight", "tag__slug")
    )
    topics: dict[int, list[Topic]] = {}
    for row in rows:
        known = topics.setdefault(row.content_object_id, [])
        if row.tag.resolved not in known:
            known.append(row.tag.resolved)
    return topics


def dressed(pages: Iterable[Page]) -> list[Page]:
    """The pages with `shown_topics`, `shown_form`, `shown_minutes` and the sizes of their pictures at hand."""
    pages = list(pages)
    topics = topics_by_page(page.pk for page in pages)
    minutes_by_course = _minutes_by_course(page for page in pages if isinstance(page, CoursePage))
    lengths = played_lengths([media_id for page in pages for media_id in played_ids(page)])
    for page in pages:
        page.shown_topics = topics.get(page.pk, [])
        page.shown_form = form_names.get(type(page), "")
        page.shown_minutes = minutes_by_course.get(page.pk) or minutes_of(page, lengths=lengths)
    for model in {type(page) for page in pages if isinstance(page, PiecePage)}:
        prefetch_related_objects([page for page in pages if type(page) is model], "author", "cover")
    fetch_renditions(
        picture
        for page in pages
        for picture in (getattr(page, "cover", None), getattr(page, "portrait", None))
    )
    return pages


def _minutes_by_course(courses: Iterable[CoursePage]) -> dict[int, int]:
    """The minutes of each course's modules added up; one query."""
    paths = {course.path: course.pk for course in courses}
    if not paths:
        return {}
    minutes: dict[int, int] = {}
    within = reduce(or_, (Q(path__startswith=path) for path in paths))
    for path, length in ModulePage.objects.live().filter(within).values_list("path", "minutes"):
        course = paths.get(path[: -ModulePage.steplen])
        if course and length:
            minutes[course] = minutes.get(course, 0) + length
    return minutes


def fetch_renditions(images: Iterable) -> None:
    """Load the known sizes of all these images, and where patients are shown their consents.

    Two queries at most.
    """
    images = [image for image in images if image is not None]
    if images:
        prefetch_related_objects(images, "renditions")
    patients = [image for image in images if image.patient_shown]
    if patients:
        prefetch_related_objects(patients, "patient_consents")


def leaf(
    request: HttpRequest,
    queryset: QuerySet | Sequence[Any],
    *,
    turned_into: Callable[[Sequence[Any]], Iterable[Page]] = lambda items: items,
) -> Leaf:
    """The asked-for leaf of a long list, its pages dressed; `turned_into` makes pages of items."""
    found = Paginator(queryset, PIECES_ON_A_SHELF).get_page(request.GET.get("leaf"))
    found.object_list = dressed(turned_into(found.object_list))
    return found


def gathered(page: Page) -> dict:
    """What the packages above add to a page."""
    return {name: value for add in more_context for name, value in add(page).items()}


def twins_of(page: Page) -> dict[str, Page]:
    """The live translations of a page by language code, itself included."""
    twins = {
        twin.locale.language_code: twin
        for twin in page.get_translations().live().select_related("locale")
    }
    return {page.locale.language_code: page, **twins}


@page_context.register
def home_context(page: HomePage, request: HttpRequest) -> dict:
    """The front page: what is new, a comic, courses, people and topics."""
    articles = list(newest(ArticlePage, page.locale_id)[:7])
    comics = list(newest(ComicPage, page.locale_id)[:1])
    courses = list(newest(CoursePage, page.locale_id)[:2])
    clinicians = list(
        ClinicianPage.objects.live().filter(locale_id=page.locale_id).select_related("portrait")[:6]
    )
    # The piece that leads has a picture, where the newest ones have any.
    articles.sort(key=lambda article: article.cover is None)
    dressed([*articles, *comics, *courses, *clinicians])
    for comic in comics:
        comic.opening_panels_shown = [block.value for block in comic.panels_in_order][:3]
    fetch_renditions(p["image"] for comic in comics for p in comic.opening_panels_shown)
    return {
        "twins": twins_of(page),
        "articles": articles,
        "comics": comics,
        "courses": courses,
        "clinicians": clinicians,
        "topics": topics_in_use(page.locale_id),
        **gathered(page),
    }


def topics_in_use(locale_id: int) -> list[Topic]:
    """Topics that a reviewed live page of the language carries, alphabetically."""
    carried = Q()
    for model in (ArticlePage, ComicPage, CoursePage):
        carried |= Q(content_object__in=newest(model, locale_id).order_by().values("pk"))
    used = PageTopic.objects.filter(carried)
    topics = Topic.objects.filter(pk__in=used.values("tag"), merged_into=None)
    return sorted(topics, key=lambda topic: topic.label)


@page_context.register
def shelf_context(page: IndexPage, request: HttpRequest) -> dict:
    """A shelf: its pieces, leaf by leaf."""
    models = {
        IndexPage.Shelf.COMICS: ComicPage,
        IndexPage.Shelf.COURSES: CoursePage,
    }
    special = shelf_querysets.get(page.shelf)
    if special:
        queryset = doors_of(request).known(special(page))
    else:
        queryset = (
            _children(models.get(page.shelf, ArticlePage), page)
            .select_related("cover", "author")
            .order_by("-first_published_at", "-pk")
        )
        if page.shelf == IndexPage.Shelf.COURSES:
            queryset = doors_of(request).known(queryset)
    return {"twins": twins_of(page), "leaf": leaf(request, queryset), **gathered(page)}


def related_pieces(page: Page, topics: list[Topic], *, locale_id: int | None = None) -> list[Page]:
    """The newest pieces that share a topic, in the page's own language or in another one."""
    ids = (
        PageTopic.objects.filter(tag__in=topics)
        .exclude(content_object=page)
        .values("content_object")
    )
    found: list[Page] = []
    for model in (ArticlePage, ComicPage, CoursePage):
        found += newest(model, locale_id or page.locale_id).filter(pk__in=ids)[:RELATED_PIECES]
    found.sort(key=lambda piece: piece.first_published_at or piece.latest_revision_created_at)
    return dressed(found[-RELATED_PIECES:][::-1])


@page_context.register
def piece_context(page: PiecePage, request: HttpRequest) -> dict:
    """A piece: its trust line, pictures, and what comes after it."""
    dressed([page])
    dress_body(page, request)
    people = [person for person in (page.author, page.reviewer) if person]
    fetch_renditions([*(person.portrait for person in people), *pictures_in(page)])
    related = related_pieces(page, page.shown_topics)
    offers = (offer(page) for offer in next_thing_offers)
    return {
        "twins": twins_of(page),
        "related": related,
        "next_thing": next((offer for offer in offers if offer), None),
        "review": review_shown(page),
        "overdue_since": overdue_since(page),
        **gathered(page),
    }


def pictures_in(page: PiecePage) -> list:
    """The images inside a piece's text or panels."""
    if isinstance(page, ComicPage):
        return [block.value["image"] for block in page.panels_in_order]
    return list(pictures_of_body(page))


@page_context.register
def course_context(page: CoursePage, request: HttpRequest) -> dict:
    """A course: a piece with its modules in order and what comes before it."""
    modules = ModulePage.objects.live().child_of(page).order_by("path")
    return {
        **piece_context(page, request),
        "modules": dressed(modules),
        "prerequisites": prerequisites_of(page, request),
        # To read, and not to know of: the modules say themselves that a sign-in opens them.
        "needs_sign_in": page.access == Access.REGISTERED and not request.user.is_authenticated,
    }


def prerequisites_of(course: CoursePage, request: HttpRequest) -> list[CoursePrerequisite]:
    """What comes before a course: live pages the reader may know of, in the course's language."""
    items = [item for item in course.prerequisites.select_related("page") if item.page.live]
    if not items:
        return []
    twins = Page.objects.live().filter(
        translation_key__in={item.page.translation_key for item in items},
        locale_id=course.locale_id,
    )
    by_key = {twin.translation_key: twin for twin in twins}
    for item in items:
        item.page = by_key.get(item.page.translation_key, item.page)
    doors = doors_of(request)
    return [item for item in items if doors.knows(item.page)]


@page_context.register
def module_context(page: ModulePage, request: HttpRequest) -> dict:
    """A module: a piece that knows its course and the module after it; its lesson may be closed."""
    following = page.get_next_siblings().live().type(ModulePage).first()
    context = piece_context(page, request)
    is_closed = not doors_of(request).opens(page)
    if is_closed:
        empty_lessons([page])
    return {
        **context,
        "course": CoursePage.objects.parent_of(page).first(),
        "shelf": page.get_parent(),
        "following_module": following,
        "is_closed": is_closed,
    }


@page_context.register
def clinician_context(page: ClinicianPage, request: HttpRequest) -> dict:
    """A clinician with their pieces, newest first."""
    pieces: list[Page] = []
    for model in (ArticlePage, ComicPage, CoursePage):
        pieces += newest(model, page.locale_id).filter(author=page)[:PIECES_ON_A_SHELF]
    # A page that code put up may never have been published; it counts as the oldest.
    pieces.sort(
        key=lambda piece: (piece.first_published_at or datetime.min.replace(tzinfo=UTC), piece.pk),
        reverse=True,
    )
    fetch_renditions([page.portrait])
    return {
        "twins": twins_of(page),
        "pieces": dressed(pieces),
        "branches": page.branches.all(),
        **gathered(page),
    }
