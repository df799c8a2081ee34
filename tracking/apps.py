"""Django's entry to the package."""

from django.apps import AppConfig


class TrackingConfig(AppConfig):
    name = "tracking"
