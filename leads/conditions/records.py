"""Conditions on what is on record about a person: consent, attendance, source."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from classroom.models import Attendance
from leads.conditions.base import Evidence, Moment, Problem, Scope
from leads.conditions.interests import JUST_AFTER, TopicRule
from leads.models import Condition
from people.models import Consent, Person, Purpose
from people.selectors import consenting_person_ids


class ConsentRule(TopicRule):
    """Agreed to messages: valid consent to marketing."""

    def _consents(self) -> QuerySet[Consent]:
        return Consent.objects.filter(
            purpose=Purpose.MARKETING,
            given=True,
            person_id__in=consenting_person_ids(Purpose.MARKETING),
        )

    def matching(self, condition: Condition, moment: Moment) -> QuerySet:
        """Persons who agreed."""
        return self._consents().values("person_id")

    def evidence(self, condition: Condition, moment: Moment, scope: Scope) -> Iterator[Evidence]:
        """The consent; time alone never ends it."""
        rows = self._consents().filter(**scope.on("person_id"))
        for person_id, at in rows.values_list("person_id", "at"):
            yield Evidence(person_id, {"kind": "consent", "at": at.isoformat()}, None)


class AttendedRule(TopicRule):
    """Attended a class: that one or any, on a topic or any, at least that share of it."""

    takes = ("topic", "live_class", "value", "days")

    def problem(self, condition: Condition) -> Problem | None:
        """A share is a part of the class: 0 to 1."""
        if condition.value is not None and not 0 <= condition.value <= 1:
            message = _("The share of the class is a number from 0 to 1; 0.5 is half of it.")
            return Problem("value", message)
        return super().problem(condition)

    def _attendances(self, condition: Condition, moment: Moment) -> QuerySet[Attendance]:
        rows = Attendance.objects.all()
        if condition.value is None:
            rows = rows.filter(attended=True)
        else:
            rows = rows.filter(share__gte=condition.value)
        if condition.days:
            rows = rows.filter(last_leave__gte=moment.at - timedelta(days=condition.days))
        if condition.live_class is not None:
            # Attendance hangs on the first of a class's translations, whichever was chosen.
            rows = rows.filter(live_class__translation_key=condition.live_class.translation_key)
        if condition.topic_id is not None:
            rows = rows.filter(
                live_class__page_topics__tag_id__in=moment.family(condition.topic_id),
                live_class__page_topics__weight__gt=0,
            )
        return rows

    def matching(self, condition: Condition, moment: Moment) -> QuerySet:
        """Persons with such an attendance."""
        return self._attendances(condition, moment).values("person_id")

    def evidence(self, condition: Condition, moment: Moment, scope: Scope) -> Iterator[Evidence]:
        """The newest such attendance; it ends when that one leaves the window, if there is one."""
        rows = self._attendances(condition, moment).filter(**scope.on("person_id"))
        newest: dict[int, tuple[datetime, int, float]] = {}
        for person_id, last_leave, class_id, share in rows.values_list(
            "person_id", "last_leave", "live_class_id", "share"
        ):
            one = (last_leave, class_id, share)
            newest[person_id] = max(newest.get(person_id, one), one)
        for person_id, (last_leave, class_id, share) in newest.items():
            fact = {
                "kind": "attended",
                "class": class_id,
                "share": share,
                "last_at": last_leave.isoformat(),
            }
            due_at = None
            if condition.days:
                due_at = last_leave + timedelta(days=condition.days) + JUST_AFTER
            yield Evidence(person_id, fact, due_at)


class SourceRule(TopicRule):
    """Came from: the person's source, letter case aside."""

    takes = ("text",)

    def problem(self, condition: Condition) -> Problem | None:
        """An empty source would match everybody whose source nobody noted."""
        if not condition.text.strip():
            return Problem("text", _("Say which source, for example: newsletter."))
        return None

    def _people(self, condition: Condition) -> QuerySet[Person]:
        return Person.objects.filter(source__iexact=condition.text.strip())

    def matching(self, condition: Condition, moment: Moment) -> QuerySet:
        """Persons with that source."""
        return self._people(condition).values("pk")

    def evidence(self, condition: Condition, moment: Moment, scope: Scope) -> Iterator[Evidence]:
        """The source as it is written; time alone never ends it."""
        rows = self._people(condition).filter(**scope.on("pk"))
        for person_id, source in rows.values_list("pk", "source"):
            yield Evidence(person_id, {"kind": "source", "text": source}, None)
