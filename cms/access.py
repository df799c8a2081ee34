"""Who may know of a page and who may read it: pages are open unless their course or class says otherwise.

Everything that shows pages asks here: serving, lists, search, the API, sitemaps and feeds.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from wagtail.models import Page

from cms.findable import kept_out
from cms.models import Access, CoursePage
from people.models import User

#: What of a module only its readers see.
LESSON_FIELDS = ("body", "check_questions")


def guarded_courses() -> QuerySet:
    """Tree path and access of the courses that are not open."""
    return CoursePage.objects.exclude(access=Access.OPEN).values_list("path", "access")


#: What is not open to everybody, as rows of tree path and access; packages above add their own.
guarded: list[Callable[[], QuerySet]] = [guarded_courses]


@dataclass(frozen=True)
class Doors:
    """What is closed to one reader, by tree path: courses unknown to them, lessons they may not read.

    `guarded` is everything that is not open, whoever asks.
    """

    unknown: tuple[str, ...]
    locked: tuple[str, ...]
    guarded: tuple[str, ...]

    def knows(self, page: Page) -> bool:
        """Whether the reader may know that the page exists."""
        return not page.path.startswith(self.unknown)

    def opens(self, page: Page) -> bool:
        """Whether the reader may read all of it; a course that needs a sign-in presents itself."""
        return self.knows(page) and not (
            page.path.startswith(self.locked) and page.path not in self.locked
        )

    def concern(self, page: Page) -> bool:
        """Whether what the page shows depends on who reads."""
        return page.path.startswith(self.guarded)

    def known(self, pages: QuerySet) -> QuerySet:
        """The pages without those the reader may not know of."""
        for path in self.unknown:
            pages = pages.exclude(path__startswith=path)
        return pages

    def read(self, pages: QuerySet) -> QuerySet:
        """The pages of which the reader may read everything."""
        for path in self.locked:
            pages = pages.exclude(Q(path__startswith=path) & ~Q(path=path))
        return self.known(pages)


def doors_for(user: User | None) -> Doors:
    """What is closed to a login, or to somebody who is not signed in (None): 1 query."""
    first, *others = (rows().order_by() for rows in guarded)
    rows = list(first.union(*others, all=True)) if others else list(first)
    signed_in = bool(user and user.is_authenticated)
    staff = signed_in and user is not None and user.has_perm("wagtailadmin.access_admin")
    return Doors(
        unknown=tuple(path for path, access in rows if access == Access.STAFF and not staff),
        locked=tuple(
            path for path, access in rows if access == Access.REGISTERED and not signed_in
        ),
        guarded=tuple(path for path, _ in rows),
    )


def doors_of(request: HttpRequest) -> Doors:
    """What is closed to the one who asks; read once a request."""
    doors: Doors | None = getattr(request, "_doors", None)
    if doors is None:
        doors = doors_for(getattr(request, "user", None))
        request._doors = doors  # type: ignore[attr-defined]
    return doors


def may_know(page: Page, user: User | None) -> bool:
    """Whether the reader may know that the page exists; many pages: use `doors_for`."""
    return doors_for(user).knows(page)


def may_read(page: Page, user: User | None) -> bool:
    """Whether the reader may read all of the page; many pages: use `doors_for`."""
    return doors_for(user).opens(page)


def may_open(page: Page, request: HttpRequest) -> bool:
    """Whether the one who asks may read all of a live page, Wagtail's own restrictions included."""
    restrictions = page.get_view_restrictions()
    return doors_of(request).opens(page) and all(
        restriction.accept_request(request) for restriction in restrictions
    )


def is_open_to_all(page: Page) -> bool:
    """Whether anybody may read all of the page; one that stands nowhere yet is in no course."""
    return not page.path or doors_for(None).opens(page)


def empty_lessons(pages: Iterable[Page]) -> None:
    """Take the lesson out of these objects: nothing can show what they do not hold."""
    for page in pages:
        for name in LESSON_FIELDS:
            value = getattr(page, name, None)
            if value is not None:
                setattr(page, name, value.stream_block.to_python([]))


def pages_for_staff() -> QuerySet:
    """The ids of pages that only staff may know of."""
    paths = doors_for(None).unknown
    within = reduce(or_, (Q(path__startswith=path) for path in paths), Q(pk__in=[]))
    return Page.objects.filter(within).values("pk")


def listed(pages: QuerySet) -> QuerySet:
    """The pages that anybody may know of: for lists that are the same for every reader."""
    return doors_for(None).known(pages)


kept_out.append(pages_for_staff)
