"""Sends short texts to phones by the one adapter that a setting names; it knows no person.

An adapter is a class without arguments and one method,
`send(*, to: str, text: str, key: str) -> None`: `to` in E.164, `key` the same at every attempt.
It raises `outbox.registry.Refused` where trying again is of no use, anything else where it is.
`SMS_ADAPTER` holds its dotted path; empty where the clinic reaches no phone.
"""

from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from outbox.development import is_private_development

WRITTEN = "outbox.texts.written.WrittenTexts"


class TextAdapter(Protocol):
    """What sends one text."""

    def send(self, *, to: str, text: str, key: str) -> None:
        """Hand the text over, once for each key as far as the other side keeps count."""


def reaches_phones() -> bool:
    """Tell whether a text would leave the house, or be shown to a developer."""
    if settings.SMS_ADAPTER == WRITTEN:
        return is_private_development()
    return bool(settings.SMS_ADAPTER)


def send_text(*, to: str, text: str, key: str) -> None:
    """Hand one text to the adapter; raises what the adapter raises."""
    adapter: TextAdapter = import_string(settings.SMS_ADAPTER)()
    adapter.send(to=to, text=text, key=key)
