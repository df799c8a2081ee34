"""Django's entry to the package."""

from django.apps import AppConfig


class CmsConfig(AppConfig):
    name = "cms"

    def ready(self) -> None:
        """Say what the templates of the page types need."""
        from cms import presentation  # noqa: F401  importing registers
