"""The page types of the content tree; what they say about themselves, and nothing about readers."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.api import APIField
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from cms.api_fields import PersonField, PictureField, TopicsField
from cms.blocks import BodyBlock, CheckQuestionBlock, PanelBlock, ReferenceBlock
from cms.models.presented import Presented


class PieceKind(models.TextChoices):
    SCIENCE = "science", _("Science")
    PROMOTION = "promotion", _("Promotion")


class PiecePage(Presented, Page):
    """What every published piece has: standfirst, author, reviewer, topics, source, references."""

    standfirst = models.TextField(_("standfirst"), blank=True)
    kind = models.CharField(
        _("kind"), max_length=10, choices=PieceKind.choices, default=PieceKind.SCIENCE
    )
    author = models.ForeignKey(
        "cms.ClinicianPage",
        verbose_name=_("author"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    reviewer = models.ForeignKey(
        "cms.ClinicianPage",
        verbose_name=_("reviewer"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    reviewed_at = models.DateField(_("reviewed on"), null=True, blank=True)
    next_review_at = models.DateField(_("next review"), null=True, blank=True)
    cover = models.ForeignKey(
        "cms.ClinicImage",
        verbose_name=_("cover"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    references = StreamField(
        [("reference", ReferenceBlock())], verbose_name=_("references"), blank=True
    )
    reviewed_here = models.BooleanField(_("reviewed here"), default=True, editable=False)
    source = models.CharField(_("source"), max_length=200, blank=True, editable=False)
    source_url = models.URLField(_("source address"), max_length=500, blank=True, editable=False)
    licence = models.CharField(_("licence"), max_length=200, blank=True, editable=False)

    class Meta:
        abstract = True

    promote_panels = [
        MultiFieldPanel(
            [
                FieldPanel("author"),
                FieldPanel("reviewer"),
                FieldPanel("reviewed_at"),
                FieldPanel("next_review_at"),
                FieldPanel("kind"),
            ],
            heading=_("Trust"),
        ),
        *Page.promote_panels,
    ]
    topics_panel = InlinePanel(
        "page_topics",
        heading=_("Topics"),
        label=_("Topic"),
        panels=[FieldPanel("tag"), FieldPanel("weight")],
    )
    opening_panels = [
        *Page.content_panels,
        FieldPanel("standfirst"),
        FieldPanel("cover"),
        topics_panel,
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("standfirst"),
        index.FilterField("reviewed_here"),
    ]
    api_fields = [
        APIField("standfirst"),
        APIField("kind"),
        APIField("author", serializer=PersonField()),
        APIField("reviewer", serializer=PersonField()),
        APIField("reviewed_at"),
        APIField("next_review_at"),
        APIField("cover", serializer=PictureField()),
        APIField("topics", serializer=TopicsField(source="*")),
        APIField("references"),
        APIField("reviewed_here"),
        APIField("source"),
        APIField("source_url"),
        APIField("licence"),
    ]


class HomePage(Presented, Page):
    """The front page of one language."""

    welcome = models.CharField(_("welcome"), max_length=200, blank=True)
    introduction = models.TextField(_("introduction"), blank=True)

    content_panels = [*Page.content_panels, FieldPanel("welcome"), FieldPanel("introduction")]
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
    parent_page_types = ["cms.HomePage"]
    template = "cms/index_page.html"


class ArticlePage(PiecePage):
    """A science-education article."""

    key_facts = StreamField(
        [("fact", blocks.CharBlock(label=_("Key fact")))], verbose_name=_("key facts"), blank=True
    )
    body = StreamField(BodyBlock(), verbose_name=_("body"), blank=True)

    content_panels = [
        *PiecePage.opening_panels,
        FieldPanel("key_facts"),
        FieldPanel("body"),
        FieldPanel("references"),
    ]
    search_fields = [*PiecePage.search_fields, index.SearchField("body")]
    api_fields = [*PiecePage.api_fields, APIField("key_facts"), APIField("body")]
    parent_page_types = ["cms.IndexPage", "cms.HomePage"]
    subpage_types: list[str] = []
    template = "cms/article_page.html"


class ComicPage(PiecePage):
    """A comic explainer: panels in reading order, with all words as text."""

    panels_in_order = StreamField([("panel", PanelBlock())], verbose_name=_("panels"), blank=True)
    afterword = models.TextField(
        _("afterword"), blank=True, help_text=_("What to do if it is your own case.")
    )

    content_panels = [
        *PiecePage.opening_panels,
        FieldPanel("panels_in_order"),
        FieldPanel("afterword"),
        FieldPanel("references"),
    ]
    search_fields = [*PiecePage.search_fields, index.SearchField("panels_in_order")]
    api_fields = [*PiecePage.api_fields, APIField("panels_in_order"), APIField("afterword")]
    parent_page_types = ["cms.IndexPage", "cms.HomePage"]
    subpage_types: list[str] = []
    template = "cms/comic_page.html"


class CoursePage(PiecePage):
    """A course; its modules are its child pages, in tree order."""

    body = StreamField(BodyBlock(), verbose_name=_("about the course"), blank=True)

    content_panels = [
        *PiecePage.opening_panels,
        FieldPanel("body"),
        FieldPanel("references"),
    ]
    search_fields = [*PiecePage.search_fields, index.SearchField("body")]
    api_fields = [*PiecePage.api_fields, APIField("body")]
    parent_page_types = ["cms.IndexPage", "cms.HomePage"]
    subpage_types = ["cms.ModulePage"]
    template = "cms/course_page.html"


class ModulePage(PiecePage):
    """One module of a course: objectives, a lesson, a check."""

    objectives = StreamField(
        [("objective", blocks.CharBlock(label=_("Objective")))],
        verbose_name=_("objectives"),
        blank=True,
    )
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
    search_fields = [*PiecePage.search_fields, index.SearchField("body")]
    api_fields = [
        *PiecePage.api_fields,
        APIField("objectives"),
        APIField("minutes"),
        APIField("body"),
        APIField("check_questions"),
    ]
    parent_page_types = ["cms.CoursePage", "cms.IndexPage"]
    subpage_types: list[str] = []
    template = "cms/module_page.html"


class ClinicianPage(Presented, Page):
    """A doctor or consultant who publishes and teaches."""

    role = models.CharField(_("role"), max_length=120, blank=True)
    specialties = models.CharField(_("specialties"), max_length=300, blank=True)
    spoken_languages = models.CharField(_("languages"), max_length=120, blank=True)
    professional_licence = models.CharField(_("licence"), max_length=120, blank=True)
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
        FieldPanel("biography"),
        FieldPanel("portrait"),
        FieldPanel("user"),
        FieldPanel("branches"),
    ]
    search_fields = [*Page.search_fields, index.SearchField("specialties")]
    api_fields = [
        APIField("role"),
        APIField("specialties"),
        APIField("spoken_languages"),
        APIField("professional_licence"),
        APIField("biography"),
        APIField("portrait", serializer=PictureField()),
    ]
    parent_page_types = ["cms.IndexPage"]
    subpage_types: list[str] = []
    template = "cms/clinician_page.html"
