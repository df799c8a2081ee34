"""Django's entry to the package."""

from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "leads"
