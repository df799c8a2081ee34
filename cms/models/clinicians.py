"""The pages of doctors and consultants."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel
from wagtail.api import APIField
from wagtail.models import Page

from cms.api_fields import BranchesField, PictureField
from cms.models.pieces import PiecePage
from cms.models.presented import Presented
from cms.search_fields import PAGE_SEARCH_FIELDS, WordsField


class ClinicianPage(Presented, Page):
    """A doctor or consultant who publishes and teaches."""

    role = models.CharField(_("role"), max_length=120, blank=True)
    specialties = models.CharField(_("specialties"), max_length=300, blank=True)
    spoken_languages = models.CharField(_("languages"), max_length=120, blank=True)
    professional_licence = models.CharField(_("licence"), max_length=120, blank=True)
    register_url = models.URLField(
        _("address in the public register"),
        blank=True,
        help_text=_("Where readers can look the licence up, if there is such a register."),
    )
    biography = models.TextField(_("biography"), blank=True)
    portrait = models.ForeignKey(
        "cms.ClinicImage",
        verbose_name=_("portrait"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    user = models.ForeignKey(
        "people.User",
        verbose_name=_("login"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="clinician_pages",
    )
    branches = ParentalManyToManyField("people.Branch", blank=True, related_name="clinicians")

    content_panels = [
        *Page.content_panels,
        FieldPanel("role"),
        FieldPanel("specialties"),
        FieldPanel("spoken_languages"),
        FieldPanel("professional_licence"),
        FieldPanel("register_url"),
        FieldPanel("biography"),
        FieldPanel("portrait"),
        FieldPanel("user"),
        FieldPanel("branches"),
        PiecePage.topics_panel,
    ]
    search_fields = [
        *PAGE_SEARCH_FIELDS,
        WordsField("role"),
        WordsField("specialties"),
        WordsField("biography"),
    ]
    api_fields = [
        APIField("role"),
        APIField("specialties"),
        APIField("spoken_languages"),
        APIField("professional_licence"),
        APIField("register_url"),
        APIField("biography"),
        APIField("portrait", serializer=PictureField()),
        APIField("branches", serializer=BranchesField()),
    ]
    parent_page_types = ["cms.IndexPage"]
    subpage_types: list[str] = []
    template = "cms/clinician_page.html"
