"""What people are asked after a class, in which words, and what they answered.

An answer stays with the version of the words it answers. It belongs to a person only where the
person said so; otherwise it is kept without one, and nothing says whose it is.
"""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.fields import StreamField

from classroom.blocks import QuestionsBlock
from classroom.models.places import Registration
from people.models import Person


class Questionnaire(models.Model):
    """A few questions as staff edit them; people see the version that a class was opened with."""

    name = models.CharField(
        _("name"), max_length=80, help_text=_("For colleagues; people who answer do not see it.")
    )
    questions = StreamField(QuestionsBlock(), verbose_name=_("questions"), blank=True)
    #: The newest is the clinic's own, for classes that name none.
    default_since = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("questionnaire")
        verbose_name_plural = _("questionnaires")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class QuestionnaireVersion(models.Model):
    """Append-only: the questions in the words of one moment, as a list of plain values.

    Each has `key`, `kind` (one, many, scale, text), `words` by language, and `options` (of one and
    many) or `low` and `high` (of scale), with words of their own.
    """

    questionnaire = models.ForeignKey(
        Questionnaire, null=True, on_delete=models.SET_NULL, related_name="versions"
    )
    questions = models.JSONField()
    questions_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"version {self.pk} of questionnaire {self.questionnaire_id}"


class QuestionnaireRound(models.Model):
    """The asking of one class: with which words, and until when answers come in or change."""

    live_class = models.OneToOneField(
        "classroom.LiveClass", on_delete=models.CASCADE, related_name="questionnaire_round"
    )
    version = models.ForeignKey(
        QuestionnaireVersion, on_delete=models.PROTECT, related_name="rounds"
    )
    opened_at = models.DateTimeField(default=timezone.now)
    closes_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"questionnaire of class {self.live_class_id}"


class QuestionnaireInvitation(models.Model):
    """That the guest of a place was asked, by which mail, and whether they answered; not what."""

    round = models.ForeignKey(
        QuestionnaireRound, on_delete=models.CASCADE, related_name="invitations"
    )
    registration = models.OneToOneField(
        Registration, on_delete=models.CASCADE, related_name="questionnaire_invitation"
    )
    #: Which of the reasons to write brought the one mail; empty while there was none.
    mailed_for = models.CharField(max_length=40, blank=True)
    has_answered = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"questionnaire for registration {self.registration_id}"


class QuestionnaireReply(models.Model):
    """The answers of somebody: with the person and a moment where they agreed, else with neither.

    `answers` is question key to the chosen option's key (or list of keys), a figure or a text.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(QuestionnaireRound, on_delete=models.CASCADE, related_name="replies")
    person = models.ForeignKey(
        Person,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="questionnaire_replies",
    )
    agreed_to = models.CharField(max_length=40, blank=True)
    answers = models.JSONField(default=dict)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["round", "person"],
                condition=models.Q(person__isnull=False),
                name="reply_once_a_person",
            ),
            models.CheckConstraint(
                condition=models.Q(person__isnull=False, sent_at__isnull=False)
                | models.Q(person__isnull=True, sent_at__isnull=True, agreed_to=""),
                name="reply_without_person_has_no_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"reply in round {self.round_id}"
