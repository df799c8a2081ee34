"""Webhooks: where other systems are told, what, what became of it, and who was ever told about whom."""

from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from people.models import opaque_id


class WebhookKind(models.TextChoices):
    """What an endpoint can be told; `person.erased` needs no choosing, and `webhook.test` has a button."""

    LEAD_ENTERED = "lead.entered", _("somebody came onto a list")
    LEAD_LEFT = "lead.left", _("somebody left a list")
    LEAD_STAGE_CHANGED = "lead.stage_changed", _("somebody's stage changed")
    CLASS_ATTENDED = "class.attended", _("somebody attended a class")
    PAGE_PUBLISHED = "page.published", _("a page went live")
    PAGE_UNPUBLISHED = "page.unpublished", _("a page was taken down")
    PERSON_ERASED = "person.erased", _("somebody was erased")
    WEBHOOK_TEST = "webhook.test", _("a test")


class WebhookField(models.TextChoices):
    """What an endpoint can be told of a person beside the opaque id."""

    NAME = "name", _("name")
    EMAIL = "email", _("e-mail address, if verified")
    PHONE = "phone", _("phone number, if verified")
    LANGUAGE = "language", _("language")
    BRANCH = "branch", _("branch")
    SOURCE = "source", _("where they came from")
    TOPICS = "topics", _("topics that are the reason, but for sensitive ones")


class WhyDisabled(models.TextChoices):
    STAFF = "staff", _("switched off by staff")
    GONE = "gone", _("it answered that it is gone (410)")
    FAILING = "failing", _("nothing was taken for days")


class WebhookEndpoint(models.Model):
    """One address of another system. The secrets are kept sealed; a new one is shown once.

    `failing_since` is when deliveries began to fail without one success since. Endpoints are
    switched off and never deleted: who was told about somebody must be told of an erasure.
    """

    public_id = models.CharField(max_length=20, unique=True, default=opaque_id, editable=False)
    url = models.CharField(max_length=500)
    description = models.CharField(max_length=120)
    kinds = models.JSONField(default=list)
    fields = models.JSONField(default=list)
    sealed_secret = models.TextField(editable=False)
    sealed_previous = models.TextField(blank=True, editable=False)
    previous_until = models.DateTimeField(null=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    disabled_at = models.DateTimeField(null=True, editable=False)
    why_disabled = models.CharField(max_length=8, choices=WhyDisabled.choices, blank=True)
    failing_since = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["description", "pk"]

    def __str__(self) -> str:
        return self.description

    @property
    def host(self) -> str:
        """The host alone: the rest of an address may hold a secret."""
        return urlsplit(self.url).hostname or ""


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENT = "sent", _("taken")
    WITHHELD = "withheld", _("not sent")
    HELD = "held", _("kept for later")
    FAILED = "failed", _("not taken")


class WhyWithheld(models.TextChoices):
    CONSENT = "consent", _("consent is not there, or was taken back")
    OVER = "over", _("it was no longer so when it was to be sent")
    SENSITIVE = "sensitive", _("a sensitive topic is part of it")
    ERASED = "erased", _("the person was erased")
    OFF = "off", _("the webhook was switched off")


class WebhookDelivery(models.Model):
    """One piece of news for one endpoint, under one id however often it is tried.

    `about` holds ids alone; what is sent is put together when it is sent. `queued` counts how often
    an effect was asked for. Until `sending_until` an attempt may be under way.
    """

    webhook_id = models.CharField(max_length=40, unique=True)
    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries"
    )
    kind = models.CharField(max_length=24, choices=WebhookKind.choices)
    person_external_id = models.CharField(max_length=20, blank=True, db_index=True)
    about = models.JSONField(default=dict)
    occurred_at = models.DateTimeField()
    state = models.CharField(
        max_length=8, choices=DeliveryState.choices, default=DeliveryState.WAITING
    )
    why = models.CharField(max_length=10, choices=WhyWithheld.choices, blank=True)
    queued = models.PositiveSmallIntegerField(default=1)
    sending_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "webhook deliveries"
        indexes = [models.Index(fields=["endpoint", "-occurred_at"], name="webhook_delivery_log")]

    def __str__(self) -> str:
        return f"{self.kind} {self.webhook_id}"


class AttemptProblem(models.TextChoices):
    STATUS = "status", _("another answer than 200 to 299")
    CERTIFICATE = "certificate", _("its certificate is not valid for this host")
    TIME = "time", _("no answer in time")
    CONNECTION = "connection", _("no connection")
    ANSWER = "answer", _("what came back is no answer")
    ADDRESS = "address", _("the address is not one that may be posted to")
    SECRET = "secret", _("the secret cannot be read any more: make a new one")


class WebhookAttempt(models.Model):
    """One try of a delivery: the status that came back, if one did, and how long it took."""

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField(default=timezone.now)
    duration_ms = models.PositiveIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True)
    problem = models.CharField(max_length=12, choices=AttemptProblem.choices, blank=True)

    def __str__(self) -> str:
        return f"{self.delivery_id}: {self.status or self.problem}"


class WebhookRecipient(models.Model):
    """An endpoint was told about a person, by external id: it must hear of their erasure."""

    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.CASCADE, related_name="recipients"
    )
    person_external_id = models.CharField(max_length=20, db_index=True)
    first_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "person_external_id"], name="webhook_recipient_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_external_id} told to {self.endpoint_id}"
