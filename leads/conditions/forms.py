"""The condition on what somebody sent through a form of the site, with their name."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from classroom.models import CheckAttempt, Question, Questionnaire, QuestionnaireReply
from cms.models import PageTopic
from leads.conditions.base import Evidence, Moment, Problem, Scope
from leads.conditions.interests import TopicRule
from leads.conditions.windows import WINDOW, leaves_at, within
from leads.models import Condition
from people.models import Person

# What a condition's text may say, and what that is called; "questionnaire:3" is one of several.
FORMS: dict[str, Promise] = {
    "question": _("a question to the clinic"),
    "questionnaire": _("answers after a class"),
    "check": _("the check of a lesson"),
}


def questionnaire_of(text: str) -> int | None:
    """The key of the questionnaire that a condition's text names; None where it names none."""
    kind, _colon, key = text.partition(":")
    return int(key) if kind == "questionnaire" and key.isdecimal() else None


class FormRule(TopicRule):
    """Sent a question, answers after a class or the check of a lesson: that form or any, on a topic or any.

    Answers that were given without a name are nobody's.
    """

    takes = ("text", "topic", "below", *WINDOW)

    def problem(self, condition: Condition) -> Problem | None:
        """The form must be one there is; a questionnaire that was deleted is a problem."""
        named = questionnaire_of(condition.text)
        if named is not None:
            if not Questionnaire.objects.filter(pk=named).exists():
                return Problem("text", _("This questionnaire was removed. Choose another form."))
        elif condition.text and condition.text not in FORMS:
            return Problem("text", _("There is no such form."))
        return super().problem(condition)

    def _sent(self, condition: Condition, moment: Moment) -> dict[str, QuerySet]:
        """The rows of each form asked for, with `guest` and `sent`."""
        named = questionnaire_of(condition.text)
        questions = Question.objects.annotate(sent=F("asked_at"))
        replies = QuestionnaireReply.objects.filter(person__isnull=False).annotate(
            sent=F("sent_at")
        )
        checks = CheckAttempt.objects.annotate(sent=F("at"))
        if named is not None:
            replies = replies.filter(round__version__questionnaire=named)
        if condition.topic_id is not None:
            family = moment.family(condition.topic_id, below=condition.below)
            about = PageTopic.objects.filter(tag_id__in=family, weight__gt=0)
            pages = about.values("content_object_id")
            questions = questions.filter(Q(page__in=pages) | Q(registration__live_class__in=pages))
            replies = replies.filter(round__live_class__in=pages)
            checks = checks.filter(module__in=pages)
        asked = "questionnaire" if named is not None else condition.text
        forms = {"question": questions, "questionnaire": replies, "check": checks}
        # What a merged record sent counts for whoever stands for it.
        guest = Coalesce("person__merged_into_id", "person_id")
        return {
            form: rows.filter(**within("sent", condition, moment)).annotate(guest=guest)
            for form, rows in forms.items()
            if asked in ("", form)
        }

    def matching(self, condition: Condition, moment: Moment) -> QuerySet:
        """Persons who sent one."""
        found = Q(pk__in=[])
        for rows in self._sent(condition, moment).values():
            found |= Q(pk__in=rows.values("guest"))
        return Person.objects.filter(found).values("pk")

    def evidence(self, condition: Condition, moment: Moment, scope: Scope) -> Iterator[Evidence]:
        """The newest of them; it ends when that one leaves the window, if there is one."""
        newest: dict[int, tuple[datetime, str]] = {}
        for form, rows in self._sent(condition, moment).items():
            mine = rows.filter(**scope.on("guest")).order_by()
            for person_id, sent_at in mine.values_list("guest", "sent"):
                newest[person_id] = max(newest.get(person_id, (sent_at, form)), (sent_at, form))
        for person_id, (sent_at, form) in newest.items():
            fact = {"kind": "form", "text": form, "last_at": sent_at.isoformat()}
            yield Evidence(person_id, fact, leaves_at(condition, sent_at))
