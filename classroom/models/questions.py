"""Questions of people to the clinic, wherever they were asked, and the answers to them."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from classroom.models.places import QUESTION_LENGTH, Registration
from people.models import Person


class Question(models.Model):
    """What one person asked, about a class, a piece or nothing of the site; it waits for somebody.

    `agreed_to` names the wording under which the person let us read and answer it.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("waits for an answer")
        ANSWERED = "answered", _("answered")
        CLOSED = "closed", _("closed without an answer")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="questions")
    page = models.ForeignKey(
        Page, null=True, blank=True, on_delete=models.SET_NULL, related_name="questions"
    )
    registration = models.OneToOneField(
        Registration, null=True, blank=True, on_delete=models.SET_NULL, related_name="question"
    )
    text = models.TextField(_("question"), max_length=QUESTION_LENGTH)
    language = models.CharField(max_length=10)
    may_publish = models.BooleanField(default=False)
    agreed_to = models.CharField(max_length=40)
    asked_at = models.DateTimeField(default=timezone.now)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who answers"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="questions_to_answer",
    )
    due_at = models.DateTimeField(_("due"))
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.OPEN)

    class Meta:
        indexes = [models.Index(fields=["status", "due_at"], name="question_queue")]
        ordering = ["due_at", "pk"]

    def __str__(self) -> str:
        return f"question {self.pk}"


class Answer(models.Model):
    """One answer: to the person alone, or for every reader with the question in other words."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="answers")
    text = models.TextField(_("answer"), max_length=4000)
    is_public = models.BooleanField(_("for every reader"), default=False)
    public_question = models.CharField(
        _("the question as readers see it"), max_length=300, blank=True
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)
    taken_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"answer to question {self.question_id}"
