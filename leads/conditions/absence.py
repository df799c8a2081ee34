"""The condition on who registered for a class and did not come."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce

from classroom.models import Attendance, LiveClass, Registration
from leads.conditions.base import Evidence, Moment, Scope
from leads.conditions.interests import TopicRule
from leads.conditions.windows import WINDOW, leaves_at, window_of
from leads.models import Condition


class AbsentRule(TopicRule):
    """Had a place in a class that is over, and was not there: that class or any, on a topic or any.

    A class that was cancelled is nobody's absence, and one of which no presence is known (its
    report has not come yet) says nothing about anybody.
    """

    takes = ("topic", "below", "live_class", *WINDOW)

    def _ends(self, condition: Condition, moment: Moment) -> dict[int, datetime]:
        """Class id to its end, for the classes in question; their number is small."""
        classes = LiveClass.objects.filter(cancelled_at=None, starts_at__lt=moment.at)
        if condition.live_class is not None:
            # Places and attendance hang on the first of a class's translations.
            classes = classes.filter(translation_key=condition.live_class.translation_key)
        if condition.topic_id is not None:
            classes = classes.filter(
                page_topics__tag_id__in=moment.family(condition.topic_id, below=condition.below),
                page_topics__weight__gt=0,
            )
        there = Attendance.objects.filter(live_class=OuterRef("pk"), live_seconds__gt=0)
        since, until = window_of(condition, moment)
        rows = classes.filter(Exists(there)).values_list("pk", "starts_at", "minutes")
        ends = {pk: start + timedelta(minutes=minutes) for pk, start, minutes in rows}
        return {pk: end for pk, end in ends.items() if end <= until and (not since or end >= since)}

    def _places(self, ends: dict[int, datetime]) -> QuerySet[Registration]:
        there = Attendance.objects.filter(
            live_class=OuterRef("live_class"), person_id=OuterRef("guest"), live_seconds__gt=0
        )
        places = Registration.objects.filter(live_class__in=list(ends)).with_place()
        # A place of a merged person is one of whoever stands for them.
        guest = Coalesce("person__merged_into_id", "person_id")
        return places.annotate(guest=guest).exclude(Exists(there))

    def matching(self, condition: Condition, moment: Moment) -> QuerySet:
        """Persons with such a place."""
        return self._places(self._ends(condition, moment)).values("guest")

    def evidence(self, condition: Condition, moment: Moment, scope: Scope) -> Iterator[Evidence]:
        """The newest such class; it ends when that one leaves the window, if there is one."""
        ends = self._ends(condition, moment)
        newest: dict[int, tuple[datetime, int]] = {}
        rows = self._places(ends).filter(**scope.on("guest"))
        for person_id, class_id in rows.values_list("guest", "live_class_id"):
            one = (ends[class_id], class_id)
            newest[person_id] = max(newest.get(person_id, one), one)
        for person_id, (ended_at, class_id) in newest.items():
            fact = {"kind": "absent", "class": class_id, "last_at": ended_at.isoformat()}
            yield Evidence(person_id, fact, leaves_at(condition, ended_at))
