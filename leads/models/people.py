"""Where the clinic's work with a person stands: stage, owner, wishes, notes, follow-ups.

These are service rows: they hold what staff did and what a person asked for, never what was tracked.
"""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from people.models import Branch, Person


class Workplace(models.Model):
    """A member of staff works at a branch, and so may see the people of that branch."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("member of staff"),
        on_delete=models.CASCADE,
        related_name="workplaces",
    )
    branch = models.ForeignKey(
        Branch, verbose_name=_("branch"), on_delete=models.CASCADE, related_name="workplaces"
    )

    class Meta:
        verbose_name = _("workplace")
        verbose_name_plural = _("workplaces")
        ordering = ["branch__name", "user__username"]
        constraints = [models.UniqueConstraint(fields=["user", "branch"], name="workplace_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.branch}"


class Stage(models.TextChoices):
    NEW = "new", _("new")
    CONTACTED = "contacted", _("contacted")
    TALKING = "talking", _("in conversation")
    BOOKED = "booked", _("visit booked")
    CAME = "came", _("came to the clinic")
    NOT_NOW = "not_now", _("not now")
    CLOSED = "closed", _("closed")


class Lead(models.Model):
    """Stage and owner of a person, at most one row each; without a row: new, and nobody's.

    It is the current row of the append-only `LeadChange`.
    """

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="lead")
    stage = models.CharField(
        _("stage"), max_length=12, choices=Stage.choices, default=Stage.NEW, db_index=True
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="leads",
    )
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        default_permissions = ("view", "change")
        permissions = [
            ("view_all_lead", "Can see people of every branch and owner"),
            ("assign_lead", "Can give people to owners, many at once and by rule"),
        ]

    def __str__(self) -> str:
        return f"lead of person {self.person_id}"


class LeadField(models.TextChoices):
    STAGE = "stage", _("stage")
    OWNER = "owner", _("owner")


class LeadChange(models.Model):
    """Append-only: a stage or an owner changed. An owner stands in it by the key of the login.

    `by` is the actor as in the audit log; where a rule did it, `rule:<key>`. What a rule did
    rests on what somebody read, so it goes when profiling consent does.
    """

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="changes")
    what = models.CharField(max_length=5, choices=LeadField.choices)
    before = models.CharField(max_length=20, blank=True)
    after = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=120)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.what} of lead {self.lead_id}"


class Channel(models.TextChoices):
    PHONE = "phone", _("by phone")
    WECHAT = "wechat", _("by WeChat")
    TEXT = "text", _("by text message")
    EMAIL = "email", _("by e-mail")


class ContactWish(models.Model):
    """How a person wants to be spoken to, as they said it; `do_not_call` wins over a channel."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="contact_wish")
    channel = models.CharField(_("how"), max_length=8, choices=Channel.choices, blank=True)
    not_before = models.TimeField(_("not before"), null=True, blank=True)
    not_after = models.TimeField(_("not after"), null=True, blank=True)
    words = models.CharField(_("in their words"), max_length=200, blank=True)
    do_not_call = models.BooleanField(_("do not call"), default=False)
    by = models.CharField(max_length=120)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("wish")
        verbose_name_plural = _("wishes")

    def __str__(self) -> str:
        return f"wish of person {self.person_id}"


class PersonNote(models.Model):
    """What a member of staff wrote down about a person; they may read it in their access report."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notes")
    text = models.TextField(_("note"), max_length=2000)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"note on person {self.person_id}"


class FollowUpKind(models.TextChoices):
    CALL = "call", _("call")
    MESSAGE = "message", _("message")
    VISIT = "visit", _("visit")
    OTHER = "other", _("other")


class Outcome(models.TextChoices):
    REACHED = "reached", _("we spoke")
    LEFT_WORD = "left_word", _("left word")
    NOT_REACHED = "not_reached", _("not reached")
    BOOKED = "booked", _("visit booked")
    CAME = "came", _("they came")
    NOT_WANTED = "not_wanted", _("they do not want it")
    DROPPED = "dropped", _("no longer needed")


class FollowUp(models.Model):
    """One task for one person: what to do by when, how it ended, and which one came after it.

    `about` is what to talk about, in staff's words. Done is where `done_at` stands.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="follow_ups")
    kind = models.CharField(_("kind"), max_length=8, choices=FollowUpKind.choices)
    about = models.CharField(_("what for"), max_length=200, blank=True)
    due_at = models.DateTimeField(_("due"), db_index=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="follow_ups"
    )
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices, blank=True)
    remark = models.CharField(_("what was said"), max_length=500, blank=True)
    previous = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="next_step"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        ordering = ["due_at", "pk"]
        indexes = [
            models.Index(
                fields=["owner", "due_at"],
                condition=models.Q(done_at__isnull=True),
                name="open_follow_ups",
            )
        ]

    def __str__(self) -> str:
        return f"follow-up with person {self.person_id}"
