"""Live classes and who registered for them; rows of service, not of profile."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.api import APIField
from wagtail.fields import StreamField
from wagtail.search import index

from cms.blocks import BodyBlock
from cms.models import ClinicianPage, PiecePage
from people.models import Person


def zone_of(name: str) -> ZoneInfo | None:
    """The time zone of that name, None where there is none."""
    try:
        return ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        return None


class AttendanceMeasure(models.TextChoices):
    SHARE = "share", _("share of the class (0 to 1)")
    MINUTES = "minutes", _("minutes")


class AttendanceCounts(models.TextChoices):
    LIVE = "live", _("the live class alone")
    LIVE_OR_REPLAY = "live_or_replay", _("the live class and its replay")


class LiveClass(PiecePage):
    """An online class: a page of the content tree that begins at a moment in a time zone.

    Without `starts_at` (an imported one may have none) it takes no attendance report.
    """

    starts_at = models.DateTimeField(_("starts at"), null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=60)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    capacity = models.PositiveIntegerField(_("capacity"), null=True, blank=True)
    room_url = models.URLField(_("address of the room"), blank=True)
    body = StreamField(BodyBlock(), verbose_name=_("about the class"), blank=True)
    clinicians = ParentalManyToManyField(
        ClinicianPage, verbose_name=_("clinicians"), blank=True, related_name="classes"
    )
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    attended_measure = models.CharField(
        _("attended is measured in"),
        max_length=8,
        choices=AttendanceMeasure.choices,
        default=AttendanceMeasure.SHARE,
    )
    attended_at_least = models.FloatField(
        _("attended from"), default=0.5, validators=[MinValueValidator(0)]
    )
    attended_counts = models.CharField(
        _("what counts"),
        max_length=14,
        choices=AttendanceCounts.choices,
        default=AttendanceCounts.LIVE,
    )
    replay_days = models.PositiveSmallIntegerField(
        _("days of replay"),
        null=True,
        blank=True,
        help_text=_("How long a recording may be watched after the class; empty for none."),
    )

    content_panels = [
        *PiecePage.opening_panels,
        FieldPanel("starts_at"),
        FieldPanel("minutes"),
        FieldPanel("time_zone"),
        FieldPanel("capacity"),
        FieldPanel("room_url"),
        FieldPanel("clinicians"),
        FieldPanel("body"),
        MultiFieldPanel(
            [
                FieldPanel("attended_measure"),
                FieldPanel("attended_at_least"),
                FieldPanel("attended_counts"),
                FieldPanel("replay_days"),
            ],
            heading=_("Attendance"),
            classname="collapsed",
        ),
    ]
    search_fields = [*PiecePage.search_fields, index.SearchField("body")]
    api_fields = [
        *PiecePage.api_fields,
        APIField("starts_at"),
        APIField("minutes"),
        APIField("time_zone"),
        APIField("body"),
    ]
    parent_page_types = ["cms.IndexPage", "cms.HomePage"]
    subpage_types: list[str] = []
    template = "classroom/live_class.html"

    class Meta:
        verbose_name = _("class")
        verbose_name_plural = _("classes")

    @property
    def ends_at(self) -> datetime | None:
        """When it is over, None where it has no date."""
        return self.starts_at and self.starts_at + timedelta(minutes=self.minutes)

    @property
    def zone(self) -> ZoneInfo:
        """Its time zone; UTC in place of one that is not known."""
        return zone_of(self.time_zone) or ZoneInfo("UTC")

    def clean(self) -> None:
        """Refuse an unknown time zone, and a share that nobody could reach."""
        super().clean()
        if zone_of(self.time_zone) is None:
            raise ValidationError({"time_zone": _("Name a zone, such as Europe/Berlin.")})
        by_share = self.attended_measure == AttendanceMeasure.SHARE
        if by_share and self.attended_at_least is not None and self.attended_at_least > 1:
            raise ValidationError({"attended_at_least": _("A share goes from 0 to 1.")})


class Registration(models.Model):
    """One person's place in one class."""

    live_class = models.ForeignKey(
        LiveClass, on_delete=models.CASCADE, related_name="registrations"
    )
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="registrations")
    registered_at = models.DateTimeField(default=timezone.now)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    # Part of the signed join link; a new number makes every link handed out so far worthless.
    join_number = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["live_class", "person"], name="registration_once_a_class"
            )
        ]

    def __str__(self) -> str:
        return f"person {self.person_id} in class {self.live_class_id}"
