"""Django's entry to the package."""

from django.apps import AppConfig


class ClassroomConfig(AppConfig):
    name = "classroom"

    def ready(self) -> None:
        """Let content files bring classes, and content pages list them; name personal data."""
        from classroom import (  # noqa: F401  imports register
            effects,
            importing,
            personal_data,
            presentation,
            receivers,
        )

        personal_data.register_all()
        presentation.register()
