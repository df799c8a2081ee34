"""Live classes, who registered and who attended; rows of service, not of profile."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel
from wagtail.api import APIField
from wagtail.fields import StreamField
from wagtail.search import index

from cms.blocks import BodyBlock
from cms.models import ClinicianPage, PiecePage
from people.models import Person


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

    content_panels = [
        *PiecePage.opening_panels,
        FieldPanel("starts_at"),
        FieldPanel("minutes"),
        FieldPanel("time_zone"),
        FieldPanel("capacity"),
        FieldPanel("room_url"),
        FieldPanel("clinicians"),
        FieldPanel("body"),
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


class Registration(models.Model):
    """One person's place in one class."""

    live_class = models.ForeignKey(
        LiveClass, on_delete=models.CASCADE, related_name="registrations"
    )
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="registrations")
    registered_at = models.DateTimeField(default=timezone.now)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["live_class", "person"], name="registration_once_a_class"
            )
        ]

    def __str__(self) -> str:
        return f"person {self.person_id} in class {self.live_class_id}"


class Attendance(models.Model):
    """One person's union of intervals in one class, live and replay apart, in seconds.

    `share` is the live part of the class's length (0 to 1). `first_join` and `last_leave` are
    moments on the server's clock.
    """

    live_class = models.ForeignKey(LiveClass, on_delete=models.CASCADE, related_name="attendances")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="attendances")
    first_join = models.DateTimeField()
    last_leave = models.DateTimeField()
    live_seconds = models.FloatField(default=0.0)
    replay_seconds = models.FloatField(default=0.0)
    share = models.FloatField(default=0.0)
    attended = models.BooleanField(default=False)
    sources = models.JSONField(default=list)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["live_class", "person"], name="attendance_once_a_class"
            )
        ]

    def __str__(self) -> str:
        return f"attendance of person {self.person_id} in class {self.live_class_id}"
