"""Sends mail, or a text to a phone, as an effect: who gets it and what it says is put together at
sending time alone.

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

from outbox.development import is_private_development
from outbox.models import Effect
from outbox.registry import Refused, handles
from outbox.services.running import ATTEMPTS_AT_MOST
from outbox.texts import send_text

PATIENCE_S = 20
#: Backends that send nothing: what they take is seen in development alone.
FILES = "django.core.mail.backends.filebased.EmailBackend"
STAYS_HERE = {
    FILES,
    "django.core.mail.backends.console.EmailBackend",
    "django.core.mail.backends.dummy.EmailBackend",
}


@dataclass(frozen=True)
class Enclosure:
    """A file that goes with a letter."""

    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True)
class Letter:
    """What a composer returns: one address, its language, and what the template may use."""

    to: str
    language: str = "en"
    context: dict = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    enclosures: tuple[Enclosure, ...] = ()


@dataclass(frozen=True)
class Text:
    """What a composer returns for a phone: a number in E.164, its language, and the template's words.

    `unsendable` is called when the number is refused for good, or the last attempt failed, so that
    somebody can be told. It may be called again after a crash.
    """

    to: str
    language: str = "en"
    context: dict = field(default_factory=dict)
    unsendable: Callable[[], object] | None = None


Composer = Callable[[dict], Letter | Text | None]
_composers: dict[str, Composer] = {}


def composes(template: str) -> Callable[[Composer], Composer]:
    """Decorate the function that turns an effect's ids into what is sent, or None if it is moot."""

    def register(composer: Composer) -> Composer:
        _composers[template] = composer
        return composer

    return register


def message_id(key: str) -> str:
    """Return the Message-ID of an effect's key: a second sending is the same message."""
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{host}>"


def reaches_mailboxes() -> bool:
    """Tell whether a mail would leave the house, or be shown to a developer."""
    if settings.EMAIL_BACKEND in STAYS_HERE:
        return settings.EMAIL_BACKEND == FILES and is_private_development()
    return True


@handles("mail.send", outside=True)
def send_mail(effect: Effect) -> None:
    """Compose and send one mail or text; nothing is sent when its reason is gone."""
    template = effect.payload["template"]
    composed = _composers[template](effect.payload["ids"])
    if isinstance(composed, Text):
        _send_text(composed, template=template, effect=effect)
    elif composed is not None:
        _send_letter(composed, template=template, key=effect.key)


def words_of_text(*, template: str, language: str, context: dict) -> str:
    """Return a text's words in a language."""
    with translation.override(language):
        words = render_to_string(
            f"texts/{template}.txt", {**context, "base_url": settings.BASE_URL}
        )
    return words.strip()


def _send_text(text: Text, *, template: str, effect: Effect) -> None:
    words = words_of_text(template=template, language=text.language, context=text.context)
    try:
        send_text(to=text.to, text=words, key=effect.key)
    except Exception as error:
        last = isinstance(error, Refused) or effect.attempts >= ATTEMPTS_AT_MOST
        if last and text.unsendable is not None:
            text.unsendable()
        raise


def _send_letter(letter: Letter, *, template: str, key: str) -> None:
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
            "Message-ID": message_id(key),
            "Auto-Submitted": "auto-generated",
            **letter.headers,
        },
        connection=get_connection(timeout=PATIENCE_S),
    )
    if html:
        message.attach_alternative(html, "text/html")
    for enclosure in letter.enclosures:
        message.attach(enclosure.name, enclosure.content, enclosure.content_type)
    message.send()


def _html(template: str, context: dict) -> str:
    """Return the mail as a page, or nothing where the template has only text."""
    try:
        return render_to_string(f"emails/{template}.html", context)
    except TemplateDoesNotExist:
        return ""
