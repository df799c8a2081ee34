"""Logins, persons, contact points, consent and visitors; nothing here knows what anyone read."""

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _


def opaque_id() -> str:
    """Return a new public id: 20 letters and figures, about 119 bits, meaning nothing."""
    return get_random_string(20)


class User(AbstractUser):
    """A login, and nothing else: who somebody is stands in Person."""

    is_demo = models.BooleanField(default=False, editable=False)


class Branch(models.Model):
    """One place of the clinic."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    name_zh = models.CharField(max_length=120, blank=True)
    address = models.CharField(max_length=300, blank=True)
    address_zh = models.CharField(max_length=300, blank=True)
    telephone = models.CharField(max_length=40, blank=True)
    hours = models.CharField(max_length=200, blank=True)
    hours_zh = models.CharField(max_length=200, blank=True)
    practice_licence = models.CharField(max_length=120, blank=True)

    class Meta:
        verbose_name_plural = "branches"

    def __str__(self) -> str:
        return self.name


class Clinic(models.Model):
    """The one clinic that runs this installation (row 1)."""

    name = models.CharField(max_length=120, default="Wellread")
    name_zh = models.CharField(max_length=120, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    languages = models.JSONField(default=list)
    is_demo = models.BooleanField(default=False)
    demo_loaded_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Person(models.Model):
    """A known human. Addresses name them by `external_id`; `merged_into` is a redirect."""

    external_id = models.CharField(max_length=20, unique=True, default=opaque_id, editable=False)
    user = models.OneToOneField(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="person"
    )
    display_name = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=10, blank=True)
    branch = models.ForeignKey(Branch, null=True, blank=True, on_delete=models.SET_NULL)
    guardian = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="wards"
    )
    birth_year = models.PositiveSmallIntegerField(null=True, blank=True)
    imported_key = models.CharField(max_length=200, null=True, blank=True, unique=True)
    source = models.CharField(max_length=40, blank=True)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="merged_from"
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return self.display_name or self.imported_key or self.external_id


class ContactKind(models.TextChoices):
    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone")


class ContactPoint(models.Model):
    """One e-mail address or phone number of a person; only a verified one identifies anybody."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="contact_points")
    kind = models.CharField(max_length=5, choices=ContactKind.choices)
    value = models.CharField(max_length=254)
    verified_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "value"],
                condition=models.Q(verified_at__isnull=False),
                name="contact_verified_once",
            ),
            models.UniqueConstraint(
                fields=["person", "kind", "value"], name="contact_once_a_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.person_id}"


class ContactVerification(models.Model):
    """One asked-for code: only its hash is kept, bound to the browser that asked."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=5, choices=ContactKind.choices)
    value = models.CharField(max_length=254)
    language = models.CharField(max_length=10, default="en")
    browser_hash = models.CharField(max_length=64)
    address_hash = models.CharField(max_length=64, blank=True)
    code_hash = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"verification {self.public_id}"


class Visitor(models.Model):
    """A browser that consented to profiling; its signed `public_id` is the visitor token."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.CASCADE, related_name="visitors"
    )
    created_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"visitor {self.pk}"


class VisitorLink(models.Model):
    """Append-only: when a visitor was joined to a person or parted from them, and by whom."""

    visitor = models.ForeignKey(Visitor, on_delete=models.CASCADE, related_name="links")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="visitor_links")
    joined = models.BooleanField()
    at = models.DateTimeField(default=timezone.now)
    actor = models.CharField(max_length=120)

    def __str__(self) -> str:
        return f"visitor {self.visitor_id} {'joined' if self.joined else 'parted'}"


class Purpose(models.TextChoices):
    PROFILING = "profiling", _("Interests")
    MARKETING = "marketing", _("Messages from the clinic")


class ConsentMethod(models.TextChoices):
    PANEL = "panel", _("on the site")
    SIGN_IN = "sign_in", _("carried over when the contact was verified")
    REGISTRATION = "registration", _("when registering")
    IMPORT = "import", _("import basis")
    STAFF = "staff", _("recorded by staff")
    WITHDRAWAL = "withdrawal", _("withdrawn")
    BATCH_UNDONE = "batch_undone", _("import undone")


class ConsentEvent(models.Model):
    """Append-only proof of one decision; `subject` stays when the person is erased.

    `subject` is `person:<external id>` or `visitor:<public id>`. `text_hash` is the SHA-256 of
    the purpose's text in that language and notice version (or of the import basis).
    """

    subject = models.CharField(max_length=60, db_index=True)
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    given = models.BooleanField()
    at = models.DateTimeField(default=timezone.now)
    notice = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=10, blank=True)
    text_hash = models.CharField(max_length=64, blank=True)
    method = models.CharField(max_length=12, choices=ConsentMethod.choices)
    basis = models.CharField(max_length=500, blank=True)
    file_hash = models.CharField(max_length=64, blank=True)
    receipt = models.UUIDField(default=uuid.uuid4)

    def __str__(self) -> str:
        return f"{self.purpose} {'given' if self.given else 'refused'}"


class Consent(models.Model):
    """What holds now for one person or visitor and purpose: the newest ConsentEvent, as a row."""

    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.CASCADE, related_name="consents"
    )
    visitor = models.ForeignKey(
        Visitor, null=True, blank=True, on_delete=models.CASCADE, related_name="consents"
    )
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    given = models.BooleanField()
    at = models.DateTimeField()
    event = models.ForeignKey(ConsentEvent, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "purpose"], name="consent_once_a_person"),
            models.UniqueConstraint(fields=["visitor", "purpose"], name="consent_once_a_visitor"),
            models.CheckConstraint(
                condition=models.Q(person__isnull=True) ^ models.Q(visitor__isnull=True),
                name="consent_of_one",
            ),
        ]
        indexes = [models.Index(fields=["purpose", "given", "person"])]

    def __str__(self) -> str:
        return f"{self.purpose}: {self.given}"


class StaffToken(models.Model):
    """A bearer token for the staff API; only its SHA-256 is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="staff_tokens")
    name = models.CharField(max_length=80)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name
