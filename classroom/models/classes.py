"""Live classes: when they are, who may come, and what attended means for them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.api import APIField
from wagtail.fields import StreamField

from classroom.models.class_form import ClassForm
from cms.api_fields import PeopleField
from cms.blocks import BodyBlock
from cms.models import Access, ClinicianPage, PiecePage
from cms.models.courses import ForReaders
from cms.search_fields import WordsField


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


class ClassSeries(models.Model):
    """Classes that belong together: the same class again, or parts of one subject."""

    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "class series"

    def __str__(self) -> str:
        return f"series {self.pk}"


class LiveClass(ForReaders, PiecePage):
    """An online class: a page of the content tree that begins at a moment in a time zone.

    Without `starts_at` (an imported one may have none) it takes no attendance report.
    """

    starts_at = models.DateTimeField(_("starts at"), null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=60)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    capacity = models.PositiveIntegerField(_("capacity"), null=True, blank=True)
    access = models.CharField(
        _("who may come"),
        max_length=10,
        choices=Access.choices,
        default=Access.REGISTERED,
        help_text=_(
            "Everybody: the way into the room stands on the page. People who signed in: it is for "
            "those who keep a place. Staff alone: nobody else sees the class."
        ),
    )
    room_url = models.URLField(_("address of the room"), blank=True)
    body = StreamField(BodyBlock(), verbose_name=_("about the class"), blank=True)
    clinicians = ParentalManyToManyField(
        ClinicianPage, verbose_name=_("clinicians"), blank=True, related_name="classes"
    )
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    series = models.ForeignKey(
        "classroom.ClassSeries",
        verbose_name=_("series"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="classes",
        editable=False,
    )
    # The date that everybody with a place was told; another one is told when it is published.
    told_starts_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Grows with everything that a calendar has to take over: a move, a cancellation.
    calendar_changes = models.PositiveIntegerField(default=0, editable=False)
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

    asks_afterwards = models.BooleanField(
        _("ask how it was"),
        default=True,
        help_text=_("Who attended gets one mail after the class, with a link to a few questions."),
    )
    questionnaire = models.ForeignKey(
        "classroom.Questionnaire",
        verbose_name=_("questionnaire"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="classes",
        help_text=_("Empty for the clinic's own."),
    )

    replay_url = models.URLField(
        _("address of the recording"),
        blank=True,
        help_text=_("Shown on the personal pages of the guests as long as the replay lasts."),
    )

    content_panels = [
        *PiecePage.opening_panels,
        FieldPanel("starts_at"),
        FieldPanel("minutes"),
        FieldPanel("time_zone"),
        FieldPanel("access"),
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
                FieldPanel("replay_url"),
            ],
            heading=_("Attendance"),
            classname="collapsed",
        ),
        MultiFieldPanel(
            [FieldPanel("asks_afterwards"), FieldPanel("questionnaire")],
            heading=_("After the class"),
            classname="collapsed",
        ),
    ]
    search_fields = [*PiecePage.search_fields, WordsField("body")]
    api_fields = [
        *PiecePage.api_fields,
        APIField("starts_at"),
        APIField("minutes"),
        APIField("ends_at"),
        APIField("time_zone"),
        APIField("access"),
        APIField("capacity"),
        APIField("replay_days"),
        APIField("cancelled_at"),
        APIField("clinicians", serializer=PeopleField()),
        APIField("body"),
    ]
    parent_page_types = ["cms.IndexPage", "cms.HomePage"]
    subpage_types: list[str] = []
    base_form_class = ClassForm
    needs_references = False
    wordless = PiecePage.wordless | {"time_zone", "room_url", "replay_url"}
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

    def with_content_json(self, content: dict) -> "LiveClass":
        """A draft's words with the class as it stands: a draft from before calls nothing off or on."""
        draft = super().with_content_json(content)
        names = ("cancelled_at", "calendar_changes", "told_starts_at", "series_id")
        stands = LiveClass.objects.filter(pk=self.pk).values(*names).first() or {}
        for name, value in stands.items():
            setattr(draft, name, value)
        return draft

    def clean(self) -> None:
        """Refuse an unknown time zone, and a share that nobody could reach."""
        super().clean()
        if zone_of(self.time_zone) is None:
            raise ValidationError({"time_zone": _("Name a zone, such as Europe/Berlin.")})
        self._check_access()
        by_share = self.attended_measure == AttendanceMeasure.SHARE
        if by_share and self.attended_at_least is not None and self.attended_at_least > 1:
            raise ValidationError({"attended_at_least": _("A share goes from 0 to 1.")})

    def _check_access(self) -> None:
        """Without places there is nothing to limit; who was let in is not shut out unawares."""
        if self.access == Access.OPEN and self.capacity is not None:
            raise ValidationError(
                {"capacity": _("A class for everybody has no limit: leave this empty.")}
            )
        if self.access == Access.STAFF and self._has_places():
            raise ValidationError(
                {"access": _("People have places in this class. Cancel it, or make another one.")}
            )

    def _has_places(self) -> bool:
        twins = LiveClass.objects.filter(translation_key=self.translation_key)
        return twins.filter(registrations__isnull=False, registrations__cancelled_at=None).exists()
