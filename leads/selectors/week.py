"""What the last seven days brought, against the seven before: who became contactable, came, went, left.

Everything about people is read through the consent that holds now, so that nobody is counted, and
nobody is named, whom no list could hold any more.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Greatest, Substr
from django.utils import timezone

from classroom.models import LiveClass, Registration
from classroom.selectors import announced_classes
from leads.models import MembershipLog
from leads.selectors.consent import agreed, may_be_listed, verified_contact
from leads.selectors.visibility import visible_to
from people.models import (
    Consent,
    ConsentEvent,
    ConsentMethod,
    ContactPoint,
    Person,
    Purpose,
    User,
)
from tracking.models import InterestTag

SPAN = timedelta(days=7)
AHEAD = timedelta(days=14)
FEW_WITHOUT_LIMIT = 5  # places kept, where a class has no limit to be measured by


class Window(NamedTuple):
    """A stretch of time: from `since` on, up to but without `until`."""

    since: datetime
    until: datetime

    def on(self, path: str) -> Q:
        """The filter that confines a moment to the window."""
        return Q(**{f"{path}__gte": self.since, f"{path}__lt": self.until})


def windows(now: datetime) -> tuple[Window, Window]:
    """The last seven days, and the seven before."""
    return Window(now - SPAN, now), Window(now - 2 * SPAN, now - SPAN)


def contactable_since() -> QuerySet[Person]:
    """People a message may reach, each with `at`: when the last thing it needs came about."""

    def agreed_at(purpose: str) -> Subquery:
        held = Consent.objects.filter(person=OuterRef("pk"), purpose=purpose, given=True)
        return Subquery(held.values("at")[:1])

    reached = ContactPoint.objects.filter(person=OuterRef("pk"), verified_at__isnull=False)
    first = reached.order_by().values("person").annotate(at=Min("verified_at")).values("at")
    return (
        may_be_listed()
        .filter(agreed(Purpose.MARKETING), verified_contact())
        .annotate(
            at=Greatest(agreed_at(Purpose.PROFILING), agreed_at(Purpose.MARKETING), Subquery(first))
        )
    )


def moves(*, entered: bool) -> QuerySet[MembershipLog]:
    """Enterings (or leavings) of lists, of people who may be listed now."""
    return MembershipLog.objects.filter(
        agreed(Purpose.PROFILING, path="person_id"),
        entered=entered,
        person__merged_into__isnull=True,
    )


def lapsed_tags(now: datetime) -> QuerySet[InterestTag]:
    """Interest tags that have lapsed, fit to be shown beside a name."""
    return InterestTag.objects.filter(
        agreed(Purpose.PROFILING, path="profile__person_id"),
        lapses_at__lte=now,
        profile__person__merged_into__isnull=True,
        topic__sensitive=False,
    )


def withdrawals() -> QuerySet[ConsentEvent]:
    """Decisions by which a person took an agreement back; of people who are not erased."""
    known = Person.objects.values("external_id")
    return ConsentEvent.objects.annotate(external_id=Substr("subject", len("person:") + 1)).filter(
        method=ConsentMethod.WITHDRAWAL, external_id__in=known
    )


class ShortClass(NamedTuple):
    """A class that wants guests (of its translations the page that holds the places), and how many come."""

    page: LiveClass
    places: int


def short_classes(now: datetime) -> list[ShortClass]:
    """Classes of the next two weeks with few places kept, the next first: 2 queries.

    Few is under half of the capacity, or under five where there is no limit.
    """
    coming = announced_classes().filter(
        cancelled_at=None, starts_at__gte=now, starts_at__lt=now + AHEAD
    )
    firsts = (
        LiveClass.objects.filter(translation_key__in=coming.values("translation_key"))
        .order_by()
        .values("translation_key")
        .annotate(first=Min("pk"))
        .values("first")
    )
    classes = list(LiveClass.objects.filter(pk__in=firsts).order_by("starts_at", "pk"))
    places = dict(
        Registration.objects.filter(live_class__in=classes)
        .with_place()
        .values_list("live_class")
        .annotate(count=Count("pk"))
    )
    found = [ShortClass(page, places.get(page.pk, 0)) for page in classes]
    return [one for one in found if one.places < _wanted(one.page)]


def _wanted(page: LiveClass) -> float:
    return page.capacity / 2 if page.capacity else FEW_WITHOUT_LIMIT


class Figure(NamedTuple):
    """One figure's rows: a queryset, the path of its moment, whose are seen, what one row counts by."""

    rows: Callable[[datetime], QuerySet]
    moment: str
    seen: Callable[[User], Q] = visible_to
    counted: str = "pk"


def _seen_at(path: str) -> Callable[[User], Q]:
    return partial(visible_to, path=path)


def _seen_by_id(user: User) -> Q:
    people = Person.objects.filter(visible_to(user))
    return Q(external_id__in=people.values("external_id"))


FIGURES: dict[str, Figure] = {
    "contactable": Figure(lambda now: contactable_since(), "at"),
    "entered": Figure(lambda now: moves(entered=True), "at", _seen_at("person__"), "person_id"),
    "left": Figure(lambda now: moves(entered=False), "at", _seen_at("person__"), "person_id"),
    "lapsed": Figure(lapsed_tags, "lapses_at", _seen_at("profile__person__")),
    "withdrawn": Figure(lambda now: withdrawals(), "at", _seen_by_id, "subject"),
}


def figures_of(user: User, now: datetime | None = None) -> dict[str, tuple[int, int]]:
    """Each figure for the last seven days and the seven before, of whom the user may see.

    A query a figure.
    """
    now = now or timezone.now()
    this, last = windows(now)
    found = {}
    for key, figure in FIGURES.items():
        counts = (
            figure.rows(now)
            .filter(figure.seen(user))
            .aggregate(
                this=Count(figure.counted, filter=this.on(figure.moment), distinct=True),
                last=Count(figure.counted, filter=last.on(figure.moment), distinct=True),
            )
        )
        found[key] = (counts["this"], counts["last"])
    return found


def rows_of(key: str, window: Window, now: datetime, *, user: User) -> QuerySet:
    """The rows behind a figure that the user may see, the newest first, each with `moment`."""
    figure = FIGURES[key]
    rows = figure.rows(now).filter(figure.seen(user), window.on(figure.moment))
    return rows.annotate(moment=F(figure.moment)).order_by("-moment", "-pk")
