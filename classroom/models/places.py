"""Places in classes: who has one, who waits for one, for which child, and what everybody was told."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classroom.models.classes import LiveClass
from people.models import Person

QUESTION_LENGTH = 1000


class Channel(models.TextChoices):
    """Where somebody came from to register; one of few, so that it says nothing of a person."""

    SITE = "site", _("our own pages")
    SEARCH = "search", _("a search engine")
    EMAIL = "email", _("an e-mail of ours")
    WECHAT = "wechat", _("WeChat")
    SOCIAL = "social", _("another social network")
    QR = "qr", _("a QR code")
    CLINIC = "clinic", _("somebody at the clinic")
    PARTNER = "partner", _("a partner")


class RegistrationQuerySet(models.QuerySet):
    """Registrations by what they give."""

    def with_place(self) -> "RegistrationQuerySet":
        """Those that have a place now."""
        return self.filter(cancelled_at=None, waits_since=None)

    def waiting(self) -> "RegistrationQuerySet":
        """Those on the waiting list, the longest first."""
        return self.filter(cancelled_at=None, waits_since__isnull=False).order_by(
            "waits_since", "pk"
        )


class Registration(models.Model):
    """One person's place in one class, or their turn on its waiting list (`waits_since`).

    `channel` is empty where nobody told it.
    """

    live_class = models.ForeignKey(
        LiveClass, on_delete=models.CASCADE, related_name="registrations"
    )
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="registrations")
    registered_at = models.DateTimeField(default=timezone.now)
    waits_since = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    channel = models.CharField(max_length=8, choices=Channel.choices, blank=True)
    # Part of the signed join link; a new number makes every link handed out so far worthless.
    join_number = models.PositiveIntegerField(default=1)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["live_class", "person"], name="registration_once_a_class"
            )
        ]

    def __str__(self) -> str:
        return f"person {self.person_id} in class {self.live_class_id}"

    @property
    def has_place(self) -> bool:
        """Whether it gives a place now."""
        return self.cancelled_at is None and self.waits_since is None


class ChildPlace(models.Model):
    """A child a parent comes with: a nickname and a year, never a profile of the child."""

    registration = models.ForeignKey(
        Registration, on_delete=models.CASCADE, related_name="children"
    )
    nickname = models.CharField(_("what the child is called"), max_length=40)
    birth_year = models.PositiveSmallIntegerField(
        _("year of birth"), validators=[MinValueValidator(1900), MaxValueValidator(2200)]
    )

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"child in registration {self.registration_id}"


class ClassNotice(models.Model):
    """One thing that everybody with a place is told, once; the newest says how the class stands."""

    class Kind(models.TextChoices):
        LATE = "late", _("begins late")
        MOVED = "moved", _("moved")
        CANCELLED = "cancelled", _("cancelled")
        HELD = "held", _("held after all")

    live_class = models.ForeignKey(LiveClass, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    starts_before = models.DateTimeField(null=True)
    starts_at = models.DateTimeField(null=True)
    note = models.CharField(_("a word to everybody"), max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.kind}: class {self.live_class_id}"


class CalendarFeed(models.Model):
    """The address under which a person's calendar reads their classes; a new number ends the old."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="calendar_feed")
    number = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return f"calendar of person {self.person_id}"
