"""Reads how pieces are read, for those who wrote or edit them; page counts only, never persons."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet, Sum
from wagtail.models import Page

from classroom.models import LiveClass
from cms.models import ArticlePage, ComicPage, CoursePage, ModulePage
from people.models import User
from people.roles import Role
from tracking.models import PageCounter
from tracking.selectors.statistics import Figure, figure

PIECES = (ArticlePage, ComicPage, CoursePage, ModulePage, LiveClass)
SEE_ALL = (Role.EDITOR, Role.REVIEWER, Role.ADMINISTRATOR)
WINDOW = timedelta(days=30)


@dataclass(frozen=True)
class PieceReaders:
    """One piece and how it was read in the window: small groups are not shown as figures."""

    page: Page
    opens: Figure
    to_the_end: Figure
    minutes: int | None
    days: list[int]


def may_see_readers(user: User) -> bool:
    """Clinicians see their own pieces; editors, reviewers and administrators all."""
    return sees_all_pieces(user) or user.groups.filter(name=Role.CLINICIAN).exists()


def sees_all_pieces(user: User) -> bool:
    """Whether the user's role looks after everybody's pieces."""
    return user.is_superuser or user.groups.filter(name__in=SEE_ALL).exists()


def pieces_of(user: User) -> QuerySet[Page]:
    """Live pieces whose readers the user may see, newest first."""
    pieces = Page.objects.live().type(*PIECES).order_by("-first_published_at", "-pk")
    if sees_all_pieces(user):
        return pieces
    own = Q(owner=user)
    for model in PIECES:
        own |= Q(**{f"{model._meta.model_name}__author__user": user})
    return pieces.filter(own)


def readers_of(pages: list[Page], *, today: date) -> list[PieceReaders]:
    """How each page was read in the last 30 days: 1 query, whatever the number of pages."""
    since = today - WINDOW
    totals: dict[int, dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    days: dict[int, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    rows = (
        PageCounter.objects.filter(
            page_id__in=[page.pk for page in pages],
            day__gt=since,
            dimension__in=("open", "active_ms", "depth"),
        )
        .values_list("page_id", "day", "dimension", "value")
        .annotate(total=Sum("count"))
    )
    for page_id, day, dimension, value, total in rows:
        totals[page_id][dimension, value] += total
        if dimension == "open":
            days[page_id][day] += total
    window = [since + timedelta(days=n) for n in range(1, WINDOW.days + 1)]
    return [
        PieceReaders(
            page=page,
            opens=figure(opens := totals[page.pk]["open", ""]),
            to_the_end=figure(totals[page.pk]["depth", "1"]),
            minutes=None if 0 < opens < 5 else totals[page.pk]["active_ms", ""] // 60_000,
            days=[days[page.pk][day] if opens >= 5 else 0 for day in window],
        )
        for page in pages
    ]
