"""Django's entry to the package."""

from django.apps import AppConfig


class CmsConfig(AppConfig):
    name = "cms"
