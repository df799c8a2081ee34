"""Django's entry to the package."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CmsConfig(AppConfig):
    name = "cms"

    def ready(self) -> None:
        """Say what the templates of the page types need, and name personal data."""
        from cms import personal_data, presentation  # noqa: F401  importing registers

        personal_data.register_all()
        post_migrate.connect(follow_base_url, sender=self)


def follow_base_url(**kwargs: Any) -> None:
    """After each migrate, addresses of pages begin with BASE_URL."""
    from cms.services.site import follow_base_url as follow

    follow()
