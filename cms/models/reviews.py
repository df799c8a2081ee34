"""Who may review, under which rules, and each review there was; what follows is in cms/services."""

from datetime import date, datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page, Revision

from cms.models.clinicians import ClinicianPage
from cms.models.pieces import ReviewKind
from people.models import User


class LicenceQuerySet(models.QuerySet):
    def in_force(self, on: date | None = None) -> "LicenceQuerySet":
        """Licences that are valid on a day, today where none is named."""
        day = on or timezone.localdate()
        return self.filter(Q(valid_until=None) | Q(valid_until__gte=day))


class ReviewerLicence(models.Model):
    """The licence with which somebody of the clinic reviews; without one in force nobody may."""

    user = models.OneToOneField(
        User,
        verbose_name=_("login"),
        on_delete=models.CASCADE,
        related_name="reviewer_licence",
    )
    number = models.CharField(_("number"), max_length=80)
    authority = models.CharField(_("authority"), max_length=120)
    register_url = models.URLField(
        _("address in the public register"),
        blank=True,
        help_text=_("Readers can check the licence there."),
    )
    valid_until = models.DateField(
        _("valid until"), null=True, blank=True, help_text=_("Empty where it does not expire.")
    )
    recorded_by = models.ForeignKey(
        User, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = LicenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("reviewer's licence")
        verbose_name_plural = _("reviewers' licences")

    def __str__(self) -> str:
        return f"{self.authority} {self.number}"


class Verdict(models.TextChoices):
    APPROVED = "approved", _("Approved")
    SENT_BACK = "sent_back", _("Sent back")


class ReviewQuerySet(models.QuerySet):
    def of_words(self, *, page_ids: list[int], content_hash: str) -> "ReviewQuerySet":
        """Reviews of exactly these words of one of these pages, the latest first."""
        return self.filter(page_id__in=page_ids, content_hash=content_hash).order_by("-at", "-pk")


class Review(models.Model):
    """Append-only: one verdict of one reviewer on exactly the words of one piece.

    Name, licence and register are copied, so that they stay when the login goes. An approval counts
    from `effective_at`; the latest verdict on the same words holds.
    """

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="reviews")
    revision = models.ForeignKey(
        Revision, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    content_hash = models.CharField(max_length=64)
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    kind = models.CharField(max_length=10, choices=ReviewKind.choices, default=ReviewKind.COLLEAGUE)
    reviewer = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="reviews"
    )
    reviewer_name = models.CharField(max_length=120)
    licence = models.CharField(max_length=200, blank=True)
    register_url = models.URLField(blank=True)
    clinician = models.ForeignKey(
        ClinicianPage, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    note = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)
    effective_at = models.DateTimeField(default=timezone.now)
    next_review_at = models.DateField(null=True, blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        indexes = [models.Index(fields=["page", "content_hash", "at"], name="review_of_words")]
        permissions = [("waive_review", "May say that a piece is not about health")]

    def __str__(self) -> str:
        return f"{self.verdict} by {self.reviewer_name}"

    def save(self, *args, **kwargs) -> None:
        """Add a row; a row that stands is never changed."""
        if self.pk is not None and not self._state.adding:
            raise TypeError("A review is never changed; record another one.")
        super().save(*args, **kwargs)

    def is_effective(self, at: datetime | None = None) -> bool:
        """Whether it is an approval that counts at a moment, now where none is named."""
        return self.verdict == Verdict.APPROVED and self.effective_at <= (at or timezone.now())


class OutsideInvitation(models.Model):
    """A personal link for one colleague outside the clinic, for one decision about one revision.

    Only the SHA-256 of the link's token is kept; it is empty until the link is shown or sent.
    """

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="outside_invitations")
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="+")
    content_hash = models.CharField(max_length=64)
    colleague_name = models.CharField(_("name of the colleague"), max_length=120)
    email = models.EmailField(
        _("e-mail"),
        blank=True,
        help_text=_("The link goes there. Leave it empty to copy the link yourself."),
    )
    language = models.CharField(max_length=10, default="en")
    token_hash = models.CharField(max_length=64, blank=True, db_index=True)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    review = models.OneToOneField(
        Review, null=True, blank=True, on_delete=models.SET_NULL, related_name="invitation"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"invitation of {self.colleague_name}"

    @property
    def is_open(self) -> bool:
        """Whether a decision may still come through it."""
        ended = self.revoked_at or self.decided_at
        return ended is None and self.expires_at > timezone.now()
