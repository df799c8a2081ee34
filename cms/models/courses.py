"""Courses and their modules; who takes them and how far they came is the classroom's."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, PageChooserPanel
from wagtail.api import APIField
from wagtail.fields import StreamField
from wagtail.models import Orderable

from cms.api_fields import LessonField, ModulesField, PrerequisitesField, ReadableField
from cms.blocks import BodyBlock, CheckQuestionBlock
from cms.models.pieces import PiecePage
from cms.search_fields import WordsField


class Access(models.TextChoices):
    """Who may read the modules of a course; a staff-only course is unknown to everybody else."""

    OPEN = "open", _("Everybody")
    REGISTERED = "registered", _("People who signed in")
    STAFF = "staff", _("Staff alone")


def _objectives() -> StreamField:
    return StreamField(
        [("objective", blocks.CharBlock(label=_("Objective")))],
        verbose_name=_("objectives"),
        blank=True,
    )


class ForReaders:
    """A page that only some may read: 404 to who may not know of it, and no shared copy of it."""

    def serve(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        from cms.access import doors_of  # access knows the page types

        doors = doors_of(request)
        if not doors.knows(self):
            raise Http404
        response = super().serve(request, *args, **kwargs)
        if doors.concern(self):
            patch_cache_control(response, private=True)
        return response


class CoursePage(ForReaders, PiecePage):
    """A course; its modules are its child pages, in tree order."""

    objectives = _objectives()
    body = StreamField(BodyBlock(), verbose_name=_("about the course"), blank=True)
    access = models.CharField(
        _("who may read the modules"), max_length=10, choices=Access.choices, default=Access.OPEN
    )
    pass_percent = models.PositiveSmallIntegerField(
        _("right answers needed, in percent"),
        default=80,
        validators=[MaxValueValidator(100)],
        help_text=_("For the check of each module. With 0 the checks are there to practise only."),
    )
    gives_certificate = models.BooleanField(
        _("gives a certificate"),
        default=True,
        help_text=_("To whoever has done every module and passed its check."),
    )

    content_panels = [
        *PiecePage.opening_panels,
        FieldPanel("objectives"),
        FieldPanel("body"),
        InlinePanel(
            "prerequisites",
            heading=_("What comes before"),
            label=_("Course or module"),
            panels=[
                PageChooserPanel("page", page_type=["cms.CoursePage", "cms.ModulePage"]),
                FieldPanel("required"),
            ],
        ),
        MultiFieldPanel(
            [
                FieldPanel("access"),
                FieldPanel("pass_percent"),
                FieldPanel("gives_certificate"),
            ],
            heading=_("Taking the course"),
        ),
        FieldPanel("references"),
    ]
    search_fields = [*PiecePage.search_fields, WordsField("body")]
    api_fields = [
        *PiecePage.api_fields,
        APIField("objectives"),
        APIField("body"),
        APIField("access"),
        APIField("pass_percent"),
        APIField("gives_certificate"),
        APIField("prerequisites", serializer=PrerequisitesField()),
        APIField("modules", serializer=ModulesField()),
    ]
    parent_page_types = ["cms.IndexPage", "cms.HomePage"]
    subpage_types = ["cms.ModulePage"]
    template = "cms/course_page.html"


class CoursePrerequisite(Orderable):
    """What should be taken before a course; a required one must be, before one can enrol."""

    course = ParentalKey(CoursePage, on_delete=models.CASCADE, related_name="prerequisites")
    page = models.ForeignKey(
        "wagtailcore.Page",
        verbose_name=_("course or module"),
        on_delete=models.CASCADE,
        related_name="+",
    )
    required = models.BooleanField(
        _("required"), default=False, help_text=_("Nobody can enrol before it is done.")
    )

    def clean(self) -> None:
        """Refuse a course that would wait for itself."""
        super().clean()
        if self.page_id and self.page_id == self.course_id:
            raise ValidationError({"page": _("A course cannot come before itself.")})


class ModulePage(ForReaders, PiecePage):
    """One module of a course: objectives, a lesson, a check."""

    objectives = _objectives()
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    body = StreamField(BodyBlock(), verbose_name=_("lesson"), blank=True)
    check_questions = StreamField(
        [("question", CheckQuestionBlock())], verbose_name=_("check"), blank=True
    )

    content_panels = [
        *PiecePage.opening_panels,
        FieldPanel("objectives"),
        FieldPanel("minutes"),
        FieldPanel("body"),
        FieldPanel("check_questions"),
        FieldPanel("references"),
    ]
    search_fields = [
        *PiecePage.search_fields,
        WordsField("objectives"),
        WordsField("searched_lesson"),
    ]
    api_fields = [
        *PiecePage.api_fields,
        APIField("objectives"),
        APIField("minutes"),
        APIField("readable", serializer=ReadableField()),
        APIField("body", serializer=LessonField()),
        APIField("check_questions", serializer=LessonField()),
    ]
    parent_page_types = ["cms.CoursePage", "cms.IndexPage"]
    subpage_types: list[str] = []
    template = "cms/module_page.html"

    def searched_lesson(self) -> str:
        """The lesson as search may find it: not at all where it is not open to everybody."""
        from cms.access import is_open_to_all

        if not is_open_to_all(self):
            return ""
        return " ".join(self._meta.get_field("body").get_searchable_content(self.body))
