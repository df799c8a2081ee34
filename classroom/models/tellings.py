"""What somebody at the clinic has to tell a person by hand, because no mail and no text reaches them."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classroom.models.classes import LiveClass
from classroom.models.places import Registration
from classroom.models.questions import Question
from people.models import Person


class Telling(models.Model):
    """One thing to tell one person by hand, until `told_at`, or `lasts_until` when it is pointless.

    Of each `subject` (a class, a series, the answers to questions) one at most waits: what came
    newer (`since`) stands in place of the older. `words` are what to say without the link; the
    link is made when it is shown. `key` is the same for the same thing, however often it is put
    here.
    """

    class About(models.TextChoices):
        PLACE = "class_place", _("the place is kept")
        TURN = "class_turn", _("a turn on the waiting list")
        REMINDER = "class_reminder", _("reminder")
        NOTICE = "class_notice", _("a change")
        QUESTIONNAIRE = "class_questionnaire", _("how was it")
        SERIES = "series_places", _("places in a series")
        ANSWER = "question_answered", _("a question is answered")

    class Reason(models.TextChoices):
        NO_CONTACT = "no_contact", _("no contact that mail or text reaches")
        REFUSED = "refused", _("the text could not be delivered")

    class Link(models.TextChoices):
        NONE = "", _("no link")
        JOIN = "j", _("the way into the class")
        QUESTIONS = "q", _("the questions after the class")
        CLASS = "c", _("the class")
        MINE = "m", _("one's own page")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tellings")
    live_class = models.ForeignKey(
        LiveClass, null=True, on_delete=models.CASCADE, related_name="tellings"
    )
    registration = models.ForeignKey(
        Registration, null=True, on_delete=models.CASCADE, related_name="tellings"
    )
    question = models.ForeignKey(
        Question, null=True, on_delete=models.CASCADE, related_name="tellings"
    )
    about = models.CharField(max_length=20, choices=About.choices)
    reason = models.CharField(max_length=10, choices=Reason.choices)
    subject = models.CharField(max_length=40)
    key = models.CharField(max_length=64, unique=True)
    language = models.CharField(max_length=10)
    words = models.TextField()
    link = models.CharField(max_length=1, choices=Link.choices, blank=True)
    since = models.DateTimeField()
    lasts_until = models.DateTimeField()
    at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(null=True, blank=True)
    told_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "subject"],
                condition=models.Q(told_at=None),
                name="telling_waits_once_a_subject",
            )
        ]
        indexes = [models.Index(fields=["told_at", "lasts_until"], name="tellings_that_wait")]

    def __str__(self) -> str:
        return f"{self.about} for person {self.person_id}"
