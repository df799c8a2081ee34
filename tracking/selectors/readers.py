"""Reads how pieces are read, for those who wrote or edit them; page counts only, never persons."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet, Sum
from wagtail.models import Page

from classroom.models import LiveClass
from cms.models import ArticlePage, ComicPage, CoursePage, ModulePage
from cms.reviewers import in_groups, is_clinician
from people.models import User
from people.roles import Role
from tracking.models import PageCounter
from tracking.selectors.statistics import SMALL_GROUP, Figure, figure, opens_by_step, told_active_s

PIECES = (ArticlePage, ComicPage, CoursePage, ModulePage, LiveClass)
SEE_ALL = (Role.EDITOR, Role.REVIEWER, Role.ADMINISTRATOR)
WINDOW = timedelta(days=30)


@dataclass(frozen=True)
class PieceReaders:
    """One piece and how it was read in the window: small groups are not shown as figures.

    `days` has a figure for each day of the window, or for each six where most are hidden, oldest
    first; all are none where `opens` is hidden, so that nothing tells it.
    """

    page: Page
    opens: Figure
    to_the_end: Figure
    minutes: int | None
    days: list[Figure]

    @property
    def end_share(self) -> int | None:
        """How many of a hundred openings came to the end; None where that is not shown."""
        return self.to_the_end.share_of(self.opens)


def window_days(today: date) -> list[date]:
    """The 30 days that end today, oldest first."""
    return [today - WINDOW + timedelta(days=n) for n in range(1, WINDOW.days + 1)]


def may_see_readers(user: User) -> bool:
    """Clinicians see their own pieces; editors, reviewers and administrators all."""
    return sees_all_pieces(user) or is_clinician(user)


def sees_all_pieces(user: User) -> bool:
    """Whether the user's role looks after everybody's pieces."""
    return in_groups(user, *SEE_ALL)


def sees_readers_of(page: Page, user: User) -> bool:
    """Whether the user has a screen about this page's readers; asks once a login for all pages."""
    model = page.cached_content_type.model_class()
    if not page.live or model is None or not issubclass(model, PIECES):
        return False
    if sees_all_pieces(user):
        return True
    if not is_clinician(user):
        return False
    kept = vars(user)  # one list of pages asks for each of its rows
    if "pieces_read" not in kept:
        kept["pieces_read"] = frozenset(pieces_of(user).values_list("pk", flat=True))
    return page.pk in kept["pieces_read"]


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
    window = window_days(today)
    totals: dict[int, dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    days: dict[int, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    rows = (
        PageCounter.objects.filter(
            page_id__in=[page.pk for page in pages],
            day__gte=window[0],
            dimension__in=("open", "active_ms", "depth"),
        )
        .values_list("page_id", "day", "dimension", "value")
        .annotate(total=Sum("count"))
    )
    for page_id, day, dimension, value, total in rows:
        totals[page_id][dimension, value] += total
        if dimension == "open":
            days[page_id][day] += total
    return [_piece_readers(page, totals[page.pk], days[page.pk], window=window) for page in pages]


def _piece_readers(
    page: Page, totals: dict[tuple[str, str], int], days: dict[date, int], *, window: list[date]
) -> PieceReaders:
    opens = totals["open", ""]
    active_s = told_active_s(totals["active_ms", ""], opens=opens)
    step, shown = opens_by_step(days if opens >= SMALL_GROUP else {}, since=window[0])
    return PieceReaders(
        page=page,
        opens=figure(opens),
        to_the_end=figure(min(opens, totals["depth", "1"])),
        minutes=None if active_s is None else active_s // 60,
        days=[shown.get(day, Figure(0)) for day in window[::step]],
    )
