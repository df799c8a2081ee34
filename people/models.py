"""Logins, persons, contact points, consent and visitors; nothing here knows what anyone read."""

import uuid

import phonenumbers
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
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

    slug = models.SlugField(
        _("slug"), unique=True, help_text=_("Its page is at /branches/ and this word.")
    )
    name = models.CharField(_("name"), max_length=120)
    name_zh = models.CharField(_("Chinese name"), max_length=120, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    address_zh = models.CharField(_("Chinese address"), max_length=300, blank=True)
    telephone = models.CharField(_("telephone"), max_length=40, blank=True)
    hours = models.CharField(_("opening hours"), max_length=200, blank=True)
    hours_zh = models.CharField(_("Chinese opening hours"), max_length=200, blank=True)
    map_url = models.URLField(
        _("address on a map"),
        max_length=500,
        blank=True,
        help_text=_("A link to a map of your choice; without it the site links to OpenStreetMap."),
    )
    practice_licence = models.CharField(_("practice licence"), max_length=120, blank=True)
    register_url = models.URLField(
        _("address in the public register"),
        max_length=500,
        blank=True,
        help_text=_("Where readers can look the licence up, if there is such a register."),
    )
    filing_number = models.CharField(
        _("filing number"),
        max_length=120,
        blank=True,
        help_text=_("Such as the number of the website's or the advertisement's filing."),
    )
    complaint_contact = models.CharField(
        _("contact for complaints"),
        max_length=200,
        blank=True,
        help_text=_("A telephone number, an e-mail address, or whom to ask for."),
    )
    complaint_contact_zh = models.CharField(
        _("Chinese contact for complaints"), max_length=200, blank=True
    )

    class Meta:
        verbose_name = _("branch")
        verbose_name_plural = _("branches")

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
    offers_email = models.BooleanField(
        _("people may sign in by e-mail"),
        default=True,
        help_text=_("It is offered as long as a mail server is set up."),
    )
    offers_phone = models.BooleanField(
        _("people may sign in by phone"),
        default=True,
        help_text=_("It is offered as long as a text gateway is set up; each text may cost money."),
    )
    phone_region = models.CharField(
        _("country of phone numbers"),
        max_length=2,
        blank=True,
        help_text=_(
            "Two letters, such as CN: how a number without a country code is read. "
            "Left empty, the country of the time zone."
        ),
    )
    code_texts_a_day = models.PositiveIntegerField(
        _("codes by text in 24 hours, at most"),
        default=500,
        validators=[MinValueValidator(1)],
        help_text=_("For everybody together, so that nobody can run up your gateway's bill."),
    )
    # Of the newest start; where DATA_DIR holds another, an older database was put in its place.
    start_mark = models.CharField(max_length=32, blank=True, editable=False, db_default="")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """A country is one that phone numbers are known of."""
        self.phone_region = self.phone_region.strip().upper()
        if self.phone_region and self.phone_region not in phonenumbers.SUPPORTED_REGIONS:
            raise ValidationError({"phone_region": _("Write two letters, such as CN or DE.")})


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
    wants_suggestions = models.BooleanField(default=True, db_default=True)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="merged_from"
    )
    merged_at = models.DateTimeField(null=True, blank=True)
    # What the record that stands took over, as it said nothing of it: field to value, for undoing.
    lent = models.JSONField(default=dict, blank=True)
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


class ProfilingPause(models.Model):
    """A stretch of time in which nothing about a person's interests is kept or used.

    `until` is empty while it lasts. Ended ones stay: what somebody did in one never counts. Consent
    stands beside it, untouched.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="pauses")
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(until__isnull=True), name="one_pause_at_once"
            )
        ]

    def __str__(self) -> str:
        return f"pause of person {self.person_id}"


class StaffToken(models.Model):
    """A bearer token for the staff API; only its SHA-256 is kept.

    `scopes` says what it may be used for, never more than its user may do; null, as on tokens from
    before there were scopes, is everything its user may do.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="staff_tokens")
    name = models.CharField(max_length=80)
    scopes = models.JSONField(null=True)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class VouchMethod(models.TextChoices):
    LINK = "link", _("by a link in a chat")
    SCAN = "scan", _("by a code that was scanned")


class Vouch(models.Model):
    """Append-only: staff said who a browser's reader is, and how they knew.

    `contact` is the contact point that became verified by it, if one was named; `known_as` is where
    the person was known from, such as their name in a chat.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="vouches")
    method = models.CharField(max_length=5, choices=VouchMethod.choices)
    contact = models.ForeignKey(
        ContactPoint, null=True, blank=True, on_delete=models.SET_NULL, related_name="vouches"
    )
    known_as = models.CharField(max_length=120, blank=True)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "vouches"

    def __str__(self) -> str:
        return f"{self.method} for {self.person_id}"


class WayIn(models.Model):
    """A short-lived way in for one person whom staff name; only its token's keyed hash is kept.

    For somebody new `person` is empty until it is used, and `name` is what they are called. `kind`
    and `value` are the contact that is confirmed with it, if one was named.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    token_hash = models.CharField(max_length=64, unique=True)
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.CASCADE, related_name="%(class)ss"
    )
    name = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=5, choices=ContactKind.choices, blank=True)
    value = models.CharField(max_length=254, blank=True)
    known_as = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=10, default="en")
    vouched_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="%(class)ss"
    )
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.public_id}"


class SignInLink(WayIn):
    """A link that staff paste into a chat; the first browser that presses its button is let in."""

    revoked_at = models.DateTimeField(null=True, blank=True)


class ScanRequest(WayIn):
    """A code that one browser shows for staff to scan; that browser, and no other, is let in."""

    browser_hash = models.CharField(max_length=64)
    address_hash = models.CharField(max_length=64, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)


class OutsideIdentity(models.Model):
    """A login kept elsewhere, such as WeChat's: a way in, by which nobody can be written to.

    `subject` is the person's id for one `account` of the clinic there, `union` the id that several
    accounts of one owner share, where it is told. Nothing else is kept of what is said about them.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="outside_identities")
    provider = models.CharField(max_length=20)
    account = models.CharField(max_length=64)
    subject = models.CharField(max_length=128)
    union = models.CharField(max_length=128, blank=True, db_index=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "outside identities"
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "account", "subject"], name="outside_identity_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} of {self.person_id}"
