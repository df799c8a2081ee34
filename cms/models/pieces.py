"""What every piece has, whatever its form: who wrote it, who answers for it, what it is about."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.api import APIField
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from cms.admin.claims_panel import ClaimsPanel
from cms.admin.topics_panel import TopicsPanel
from cms.api_fields import MinutesField, PersonField, PictureField, TopicsField
from cms.blocks import CorrectionBlock, ReferenceBlock
from cms.models.piece_form import PieceForm
from cms.models.presented import Presented
from cms.search_fields import PAGE_SEARCH_FIELDS, WordsField
from cms.words import word_fields


class PieceKind(models.TextChoices):
    SCIENCE = "science", _("Science")
    PROMOTION = "promotion", _("Promotion")


class ReviewKind(models.TextChoices):
    """Who reviewed: somebody of the clinic, an outside colleague by a link, or the author."""

    COLLEAGUE = "colleague", _("A colleague")
    OUTSIDE = "outside", _("An outside colleague")
    SELF = "self", _("The author")


class PiecePage(Presented, Page):
    """What every published piece has: standfirst, author, reviewer, topics, source, references."""

    standfirst = models.TextField(_("standfirst"), blank=True)
    kind = models.CharField(
        _("kind"), max_length=10, choices=PieceKind.choices, default=PieceKind.SCIENCE
    )
    about_health = models.BooleanField(
        _("about health"),
        default=True,
        help_text=_("A piece about health goes live only after a medical review."),
    )
    approval_number = models.CharField(
        _("approval number"),
        max_length=80,
        blank=True,
        help_text=_("The number under which the authority approved a promotion."),
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
    reviewer_name = models.CharField(
        _("reviewer's name"), max_length=120, blank=True, editable=False
    )
    reviewer_licence = models.CharField(
        _("reviewer's licence"), max_length=200, blank=True, editable=False
    )
    review_kind = models.CharField(
        _("kind of review"), max_length=10, choices=ReviewKind.choices, blank=True, editable=False
    )
    corrections = StreamField(
        [("correction", CorrectionBlock())], verbose_name=_("corrections"), blank=True
    )
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

    #: Whether such a piece, where it is about health, must say what it rests on.
    needs_references = True
    #: Fields that an approval writes when the words it approved go live; no form has them.
    trust_fields = (
        "reviewer",
        "reviewer_name",
        "reviewer_licence",
        "review_kind",
        "reviewed_at",
        "next_review_at",
    )
    #: Texts and links that say nothing to readers, so that changing them needs no new review.
    wordless: frozenset[str] = frozenset({*trust_fields, "source", "source_url", "licence"})

    #: A copy answers for itself: it needs a review of its own.
    exclude_fields_in_copy = ["reviewed_here", *trust_fields]
    base_form_class = PieceForm

    class Meta:
        abstract = True

    promote_panels = [
        MultiFieldPanel(
            [
                FieldPanel("author"),
                FieldPanel("kind"),
                FieldPanel("about_health", permission="cms.waive_review"),
                FieldPanel("approval_number"),
                FieldPanel("corrections"),
            ],
            heading=_("Trust"),
        ),
        *Page.promote_panels,
    ]
    topics_panel = TopicsPanel()
    opening_panels = [
        *Page.content_panels,
        ClaimsPanel(),
        FieldPanel("standfirst"),
        FieldPanel("cover"),
        topics_panel,
    ]
    search_fields = [
        *PAGE_SEARCH_FIELDS,
        WordsField("standfirst"),
        index.FilterField("reviewed_here"),
    ]
    api_fields = [
        APIField("standfirst"),
        APIField("kind"),
        APIField("about_health"),
        APIField("approval_number"),
        APIField("author", serializer=PersonField()),
        APIField("reviewer", serializer=PersonField()),
        APIField("reviewed_at"),
        APIField("next_review_at"),
        APIField("reviewer_name"),
        APIField("reviewer_licence"),
        APIField("review_kind"),
        APIField("corrections"),
        APIField("cover", serializer=PictureField()),
        APIField("topics", serializer=TopicsField()),
        APIField("expected_minutes", serializer=MinutesField()),
        APIField("references"),
        APIField("reviewed_here"),
        APIField("source"),
        APIField("source_url"),
        APIField("licence"),
    ]

    @classmethod
    def shows_words(cls, names: Iterable[str] | None) -> bool:
        """Whether saving these fields (None: all) could put words before readers."""
        if names is None:
            return True
        gated = {field.name for field in word_fields(cls)}
        return not gated.isdisjoint(names) or not _SWITCHES.isdisjoint(names)

    def save(self, *args: Any, **kwargs: Any) -> Any:
        """Save the row; refuse words that would be live without the approval they need.

        Every way to publish ends here: the editor, the workflow, bulk actions, the schedule, copies
        and code. Raises `cms.gate.PublicationRefused`.
        """
        from cms import gate  # it asks the reviews, which know the pieces

        names = kwargs.get("update_fields")
        if self.live and self.shows_words(names):
            gate.admit(self)
            if names is not None:
                kwargs["update_fields"] = {*names, "reviewed_here", *self.trust_fields}
        return super().save(*args, **kwargs)

    def with_content_json(self, content: dict) -> "PiecePage":
        """The piece as a revision has it; what reviews and imports wrote stays as the row has it."""
        piece = super().with_content_json(content)
        for name in ("reviewed_here", "source", "source_url", "licence", *self.trust_fields):
            column = self._meta.get_field(name).attname
            setattr(piece, column, getattr(self, column))
        return piece


#: What decides whether words need an approval at all.
_SWITCHES = frozenset({"live", "about_health", "reviewed_here"})
