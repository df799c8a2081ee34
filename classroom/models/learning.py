"""Who takes which course and how far they came; rows of service, not of profile.

A course or module is named by its translation key: whoever did a module in Chinese has done its
English twin, and a row outlives the page it was made on.
"""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cms.models import ClinicianPage, CoursePage, ModulePage
from people.models import Person, opaque_id


class Enrolment(models.Model):
    """One person's taking of one course; coming back after leaving takes up the same row."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="enrolments")
    course_key = models.UUIDField(db_index=True)
    course = models.ForeignKey(CoursePage, null=True, on_delete=models.SET_NULL, related_name="+")
    enrolled_at = models.DateTimeField(default=timezone.now)
    left_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "course_key"], name="enrolment_once_a_course")
        ]

    def __str__(self) -> str:
        return f"person {self.person_id} in course {self.course_id}"


class LearningAct(models.Model):
    """Append-only: something a person did with a module that counts for its course, once a kind."""

    class Kind(models.TextChoices):
        DONE = "done", _("done")
        PASSED = "passed", _("check passed")
        PLAYED = "played", _("played through")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="learning_acts")
    module_key = models.UUIDField(db_index=True)
    module = models.ForeignKey(ModulePage, null=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "module_key", "kind"], name="learning_act_once_a_module"
            )
        ]

    def __str__(self) -> str:
        return f"person {self.person_id}: module {self.module_id} {self.kind}"


class CheckAttempt(models.Model):
    """Append-only: one answering of a module's check. Which answers were given is not kept.

    `score` is the share of questions answered right, in percent; `questions_hash` says which
    questions these were. `form` comes with the form, so that a double click counts once.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="check_attempts")
    module_key = models.UUIDField()
    module = models.ForeignKey(ModulePage, null=True, on_delete=models.SET_NULL, related_name="+")
    form = models.UUIDField(default=uuid.uuid4)
    score = models.PositiveSmallIntegerField()
    passed = models.BooleanField()
    questions_hash = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "form"], name="check_attempt_once_a_form")
        ]
        indexes = [models.Index(fields=["person", "module_key"])]

    def __str__(self) -> str:
        return f"person {self.person_id}: module {self.module_id} {self.score} %"


class Certificate(models.Model):
    """That a person completed a course, in the words of the day it was issued.

    What the course is called later, or whether it still stands, changes nothing here.
    """

    enrolment = models.OneToOneField(
        Enrolment, on_delete=models.CASCADE, related_name="certificate"
    )
    serial = models.CharField(max_length=20, unique=True, default=opaque_id, editable=False)
    holder_name = models.CharField(_("name on it"), max_length=120)
    course_title = models.CharField(_("course"), max_length=255)
    clinician_name = models.CharField(_("clinician"), max_length=255, blank=True)
    language = models.CharField(max_length=10)
    minutes = models.PositiveIntegerField(_("minutes"), default=0)
    completed_at = models.DateTimeField(_("completed on"))
    issued_at = models.DateTimeField(_("issued on"), default=timezone.now)
    revoked_at = models.DateTimeField(_("revoked on"), null=True, blank=True)
    revoked_reason = models.CharField(_("why it was revoked"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")

    def __str__(self) -> str:
        return self.serial


class ClinicianFollow(models.Model):
    """One person's following of one clinician, from when until when; following again is a new row."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="follows")
    clinician_key = models.UUIDField(db_index=True)
    clinician = models.ForeignKey(ClinicianPage, on_delete=models.CASCADE, related_name="follows")
    followed_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "clinician_key"],
                condition=models.Q(ended_at__isnull=True),
                name="follow_once_a_clinician",
            )
        ]

    def __str__(self) -> str:
        return f"person {self.person_id} follows {self.clinician_id}"
