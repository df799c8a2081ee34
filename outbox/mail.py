"""Sends mail as an effect: who gets it and what it says is put together at sending time alone.

An upper package registers a composer for each template; the outbox knows no address itself.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.exceptions import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils import translation

from outbox.models import Effect
from outbox.registry import handles

PATIENCE_S = 20


@dataclass(frozen=True)
class Letter:
    """What a composer returns: one address, its language, and what the template may use."""

    to: str
    language: str = "en"
    context: dict = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


Composer = Callable[[dict], Letter | None]
_composers: dict[str, Composer] = {}


def composes(template: str) -> Callable[[Composer], Composer]:
    """Decorate the function that turns an effect's ids into a Letter, or None if it is moot."""

    def register(composer: Composer) -> Composer:
        _composers[template] = composer
        return composer

    return register


def message_id(key: str) -> str:
    """Return the Message-ID of an effect's key: a second sending is the same message."""
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{host}>"


@handles("mail.send", outside=True)
def send_mail(effect: Effect) -> None:
    """Compose and send one mail; nothing is sent when its reason is gone."""
    template = effect.payload["template"]
    letter = _composers[template](effect.payload["ids"])
    if letter is None:
        return
    context = {**letter.context, "base_url": settings.BASE_URL}
    with translation.override(letter.language):
        subject = render_to_string(f"emails/{template}.subject.txt", context)
        text = render_to_string(f"emails/{template}.txt", context)
        html = _html(template, context)
    message = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=text,
        to=[letter.to],
        headers={
            "Message-ID": message_id(effect.key),
            "Auto-Submitted": "auto-generated",
            **letter.headers,
        },
        connection=get_connection(timeout=PATIENCE_S),
    )
    if html:
        message.attach_alternative(html, "text/html")
    message.send()


def _html(template: str, context: dict) -> str:
    """Return the mail as a page, or nothing where the template has only text."""
    try:
        return render_to_string(f"emails/{template}.html", context)
    except TemplateDoesNotExist:
        return ""
