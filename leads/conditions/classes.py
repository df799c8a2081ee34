"""Conditions on places in classes and on what guests answered afterwards."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from classroom.models import Attendance, Channel, QuestionnaireReply, Registration
from cms.models import PageTopic
from leads.conditions.base import ConditionRule, Evidence, Moment, Problem, Scope
from leads.conditions.interests import TopicRule
from leads.conditions.told import Leaves, Told
from leads.conditions.windows import WINDOW, within
from leads.models import Condition


class AttendedRule(TopicRule):
    """Attended a class: that one or any, on a topic or any, at least that share of it."""

    takes = ("topic", "below", "live_class", "value", *WINDOW)

    def problem(self, condition: Condition) -> Problem | None:
        """A share is a part of the class: 0 to 1."""
        if condition.value is not None and not 0 <= condition.value <= 1:
            message = _("The share of the class is a number from 0 to 1; 0.5 is half of it.")
            return Problem("value", message)
        return super().problem(condition)

    def _attendances(self, condition: Condition, moment: Moment) -> QuerySet[Attendance]:
        rows = Attendance.objects.filter(**within("last_leave", condition, moment))
        if condition.value is None:
            rows = rows.filter(attended=True)
        else:
            rows = rows.filter(share__gte=condition.value)
        return rows.filter(of_class(condition, moment))

    def matching(self, condition: Condition, moment: Moment) -> QuerySet:
        """Persons with such an attendance."""
        return self._attendances(condition, moment).values("person_id")

    def told(self, condition: Condition, moment: Moment) -> Told:
        """The newest such attendance; it ends when that one leaves the window, if there is one."""
        return Told(
            rows=self._attendances(condition, moment),
            person="person_id",
            constant={"kind": "attended"},
            columns={"last_at": "last_leave", "class": "live_class_id", "share": "share"},
            ends=Leaves("last_at", condition.days),
        )


class RegisteredRule(TopicRule):
    """Registered for a class and did not cancel: that class or any, by that channel or any."""

    takes = ("topic", "below", "live_class", "text", *WINDOW)

    def problem(self, condition: Condition) -> Problem | None:
        """The channel must be one there is."""
        if condition.text and condition.text not in Channel.values:
            return Problem("text", _("There is no such channel."))
        return super().problem(condition)

    def _places(self, condition: Condition, moment: Moment) -> QuerySet[Registration]:
        rows = Registration.objects.filter(
            Q(cancelled_at=None) | Q(cancelled_at__gt=moment.at),
            of_class(condition, moment),
            **within("registered_at", condition, moment),
        )
        if condition.text:
            rows = rows.filter(channel=condition.text)
        # A place of a merged person is one of whoever stands for them.
        return rows.annotate(guest=Coalesce("person__merged_into_id", "person_id"))

    def matching(self, condition: Condition, moment: Moment) -> QuerySet:
        """Persons with such a place, or a turn on the waiting list."""
        return self._places(condition, moment).values("guest")

    def told(self, condition: Condition, moment: Moment) -> Told:
        """The newest such place; it ends when that one leaves the window, if there is one."""
        return Told(
            rows=self._places(condition, moment),
            person="guest",
            constant={"kind": "registered"},
            columns={"last_at": "registered_at", "class": "live_class_id", "text": "channel"},
            ends=Leaves("last_at", condition.days),
        )


class ChannelRule(ConditionRule):
    """Registered for their first class of all coming by a channel; time alone never ends it.

    Where they said nothing that first time, it is not known, and no later place stands for it.
    """

    takes = ("text",)

    def problem(self, condition: Condition) -> Problem | None:
        """The channel must be one there is."""
        if condition.text not in Channel.values:
            return Problem("text", _("Choose a channel."))
        return None

    def _firsts(self, condition: Condition, moment: Moment) -> QuerySet[Registration]:
        # A place of a merged person is one of whoever stands for them; a cancelled one counts.
        guest = Coalesce("person__merged_into_id", "person_id")
        rows = Registration.objects.filter(registered_at__lte=moment.at).annotate(guest=guest)
        same = rows.filter(guest=OuterRef("guest"))
        before = same.filter(registered_at__lt=OuterRef("registered_at")) | same.filter(
            registered_at=OuterRef("registered_at"), pk__lt=OuterRef("pk")
        )
        return rows.filter(~Exists(before), channel=condition.text)

    def matching(self, condition: Condition, moment: Moment) -> QuerySet:
        """Persons whose first place came so."""
        return self._firsts(condition, moment).values("guest")

    def evidence(self, condition: Condition, moment: Moment, scope: Scope) -> Iterator[Evidence]:
        """That first place."""
        rows = self._firsts(condition, moment).filter(**scope.on("guest"))
        for person_id, at in rows.values_list("guest", "registered_at"):
            fact = {"kind": "channel", "text": condition.text, "last_at": at.isoformat()}
            yield Evidence(person_id, fact, None)


class AnswerRule(TopicRule):
    """Gave an answer to a question after a class, with their name; `text` is question:answer."""

    takes = ("text", *WINDOW)

    def problem(self, condition: Condition) -> Problem | None:
        """Both keys are needed."""
        question, _colon, answer = condition.text.partition(":")
        if not question or not answer:
            return Problem("text", _("Choose a question and its answer."))
        return super().problem(condition)

    def _replies(self, condition: Condition, moment: Moment) -> QuerySet[QuestionnaireReply]:
        question, _colon, answer = condition.text.partition(":")
        rows = QuestionnaireReply.objects.filter(
            **within("sent_at", condition, moment), person__isnull=False
        ).annotate(
            said=KeyTransform(question, "answers"),
            guest=Coalesce("person__merged_into_id", "person_id"),
        )
        if answer.isdigit():
            return rows.filter(said=int(answer))
        # An answer's key is in quotes where several could be chosen.
        return rows.filter(Q(said=answer) | Q(said__icontains=f'"{answer}"'))

    def matching(self, condition: Condition, moment: Moment) -> QuerySet:
        """Persons who gave it."""
        return self._replies(condition, moment).values("guest")

    def told(self, condition: Condition, moment: Moment) -> Told:
        """The newest reply with it; it ends when that one leaves the window, if there is one."""
        return Told(
            rows=self._replies(condition, moment),
            person="guest",
            constant={"kind": "answer", "text": condition.text},
            columns={"last_at": "sent_at", "class": "round__live_class_id"},
            ends=Leaves("last_at", condition.days),
        )


def of_class(condition: Condition, moment: Moment) -> Q:
    """What confines rows with a `live_class` to the class and the topics a condition names."""
    found = Q()
    if condition.live_class is not None:
        # Places and attendance hang on the first of a class's translations, whichever was chosen.
        key = condition.live_class.translation_key
        found &= Q(live_class__translation_key=key)
    if condition.topic_id is not None:
        family = moment.family(condition.topic_id, below=condition.below)
        about = PageTopic.objects.filter(tag_id__in=family, weight__gt=0)
        found &= Q(live_class__in=about.values("content_object_id"))
    return found
