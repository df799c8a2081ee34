"""Composes the mails of the package at sending time; it sends nothing."""

from django.conf import settings
from django.urls import reverse

from cms.mails import clinic_name_in, language_of
from leads.models import WebhookEndpoint
from leads.services.webhook_notices import TEMPLATE, administrators
from outbox.mail import Letter, composes


@composes(TEMPLATE)
def compose_webhook_disabled(ids: dict) -> Letter | None:
    """To an administrator; None once the webhook is on again or the login is none any more."""
    endpoint = WebhookEndpoint.objects.filter(pk=ids["endpoint"], disabled_at__isnull=False).first()
    user = next((one for one in administrators() if one.pk == ids["user"]), None)
    if endpoint is None or user is None:
        return None
    language = language_of(user)
    return Letter(
        to=user.email,
        language=language,
        context={
            "name": endpoint.description,
            "host": endpoint.host,
            "gone": endpoint.why_disabled == "gone",
            "address": settings.BASE_URL + reverse("webhook", args=[endpoint.public_id]),
            "clinic_name": clinic_name_in(language),
        },
    )
