"""Django's entry to the package."""

from django.apps import AppConfig


class ClassroomConfig(AppConfig):
    name = "classroom"
