"""Writes texts where development writes mails, for the "would be sent" page; never in production."""

from django.core.mail import EmailMessage

from outbox.development import is_private_development
from outbox.registry import Refused


class WrittenTexts:
    """The adapter of a machine without a gateway."""

    def send(self, *, to: str, text: str, key: str) -> None:
        """Write it as a mail to the number; raises Refused wherever strangers could look."""
        if not is_private_development():
            raise Refused("Texts are written to files in development only.")
        EmailMessage(subject="SMS", body=text, to=[to]).send()
