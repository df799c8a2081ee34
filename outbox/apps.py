"""Django's entry to the package."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "outbox"
