"""The condition on what somebody read: how many pieces, of which type, on what, how far."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cms.models import ArticlePage, ComicPage, ModulePage, PageTopic
from leads.conditions.base import Evidence, Moment, Problem, Scope
from leads.conditions.interests import TopicRule
from leads.conditions.windows import WINDOW, leaves_at, within
from leads.models import Condition
from tracking.models import Signal, SignalKind

# What a condition's text may say, what that is called, and the pages it means.
PIECES: dict[str, tuple[Promise, type]] = {
    "article": (_("articles"), ArticlePage),
    "comic": (_("comics"), ComicPage),
    "module": (_("course modules"), ModulePage),
}


class ReadRule(TopicRule):
    """Read at least so many pieces, each for so long or so far on one day, in the window.

    A piece is on the topics it has now. An imported row without seconds counts as read where
    neither minutes nor a depth are asked for.
    """

    takes = ("count", "text", "topic", "below", "minutes", "value", *WINDOW)

    def problem(self, condition: Condition) -> Problem | None:
        """The type must be one there is, how far a share."""
        if condition.text and condition.text not in PIECES:
            return Problem("text", _("There is no such type of piece."))
        if condition.value is not None and not 0 < condition.value <= 1:
            message = _("How far it was read is a share from 0 to 1; 0.5 is half of it.")
            return Problem("value", message)
        return super().problem(condition)

    def _signals(self, condition: Condition, moment: Moment) -> QuerySet[Signal]:
        rows = Signal.objects.filter(
            **within("at", condition, moment),
            kind=SignalKind.READING,
            page_id__isnull=False,
            profile__person__isnull=False,
        )
        if condition.text:
            rows = rows.filter(page_id__in=PIECES[condition.text][1].objects.values("pk"))
        if condition.topic_id is not None:
            family = moment.family(condition.topic_id, below=condition.below)
            about = PageTopic.objects.filter(tag_id__in=family, weight__gt=0)
            rows = rows.filter(page_id__in=about.values("content_object_id"))
        if condition.minutes:
            rows = rows.filter(detail__seconds__gte=60 * condition.minutes)
        if condition.value is not None:
            rows = rows.filter(detail__depth__gte=condition.value)
        return rows

    def matching(self, condition: Condition, moment: Moment) -> QuerySet:
        """Persons with so many different pieces."""
        rows = self._signals(condition, moment).values("profile__person_id").order_by()
        counted = rows.annotate(pieces=Count("page_id", distinct=True))
        return counted.filter(pieces__gte=condition.count or 1).values("profile__person_id")

    def evidence(self, condition: Condition, moment: Moment, scope: Scope) -> Iterator[Evidence]:
        """The last reading; it ends when too few pieces are left in the window.

        How many there are is no part of the fact, as that changes by time alone.
        """
        rows = self._signals(condition, moment).filter(**scope.on("profile__person_id"))
        read: dict[int, dict[int, datetime]] = {}
        for person_id, page_id, at in rows.values_list("profile__person_id", "page_id", "at"):
            pieces = read.setdefault(person_id, {})
            pieces[page_id] = max(pieces.get(page_id, at), at)
        least = condition.count or 1
        for person_id, pieces in read.items():
            newest = sorted(pieces.values(), reverse=True)
            if len(newest) < least:
                continue
            fact = {
                "kind": "read",
                "least": least,
                "text": condition.text,
                "topic": condition.topic_id and moment.resolved(condition.topic_id),
                "last_at": newest[0].isoformat(),
            }
            yield Evidence(person_id, fact, leaves_at(condition, newest[least - 1]))
