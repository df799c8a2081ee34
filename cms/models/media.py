"""Films and recordings with their captions and transcript."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtailmedia.models import AbstractMedia

from cms.models.images import ShowsPatient
from cms.uploads.fields import unguessable_name
from cms.uploads.media import content_type_of


def media_file_name(media: "ClinicMedia", name: str) -> str:
    """A name that tells nobody's."""
    return f"played/{unguessable_name(name)}"


def captions_file_name(media: "ClinicMedia", name: str) -> str:
    """A name that cannot be guessed."""
    return f"captions/{unguessable_name(name)}"


class ClinicMedia(ShowsPatient, AbstractMedia):
    """A film or a recording; who cannot hear or see it has its transcript, and a film its captions."""

    file = models.FileField(_("file"), upload_to=media_file_name)
    #: Wagtailmedia's own takes any file; the still picture is an image like all others.
    thumbnail = None
    poster = models.ForeignKey(
        "cms.ClinicImage",
        verbose_name=_("still picture"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    language = models.CharField(
        _("spoken language"), max_length=10, choices=settings.LANGUAGES, blank=True
    )
    captions = models.FileField(
        _("captions"),
        upload_to=captions_file_name,
        blank=True,
        help_text=_("WebVTT (.vtt). A film without captions cannot go live."),
    )
    transcript = models.TextField(
        _("transcript"),
        blank=True,
        help_text=_("Everything that is said and shown, in words. Needed before it goes live."),
    )
    credit = models.CharField(_("credit"), max_length=200, blank=True)

    admin_form_fields = (
        "title",
        "file",
        "collection",
        "language",
        "transcript",
        "captions",
        "duration",
        "width",
        "height",
        "poster",
        "credit",
        "patient_shown",
        "tags",
    )

    class Meta(AbstractMedia.Meta):
        # A file is asked for by its name, many times for one film.
        indexes = [
            models.Index(fields=["file"], name="media_by_file"),
            models.Index(fields=["captions"], name="media_by_captions"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def content_type(self) -> str:
        """What the file is, for browsers."""
        return content_type_of(self.file.name)
