"""The front page of a language and the shelves that pieces stand on."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.api import APIField
from wagtail.models import Page

from cms.models.presented import Presented
from cms.search_fields import PAGE_SEARCH_FIELDS


class HomePage(Presented, Page):
    """The front page of one language."""

    welcome = models.CharField(_("welcome"), max_length=200, blank=True)
    introduction = models.TextField(_("introduction"), blank=True)

    content_panels = [*Page.content_panels, FieldPanel("welcome"), FieldPanel("introduction")]
    search_fields = PAGE_SEARCH_FIELDS
    api_fields = [APIField("welcome"), APIField("introduction")]
    parent_page_types = ["wagtailcore.Page"]
    template = "cms/home_page.html"


class IndexPage(Presented, Page):
    """A shelf: articles, comics, courses, classes, clinicians or the imported library."""

    class Shelf(models.TextChoices):
        ARTICLES = "articles", _("Articles")
        COMICS = "comics", _("Comics")
        COURSES = "courses", _("Courses")
        CLASSES = "classes", _("Classes")
        CLINICIANS = "clinicians", _("Clinicians")
        LIBRARY = "library", _("Library")

    shelf = models.CharField(max_length=12, choices=Shelf.choices, default=Shelf.ARTICLES)
    introduction = models.TextField(_("introduction"), blank=True)

    content_panels = [*Page.content_panels, FieldPanel("shelf"), FieldPanel("introduction")]
    search_fields = PAGE_SEARCH_FIELDS
    api_fields = [APIField("shelf"), APIField("introduction")]
    parent_page_types = ["cms.HomePage"]
    template = "cms/index_page.html"
