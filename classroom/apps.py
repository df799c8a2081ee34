"""Django's entry to the package."""

from django.apps import AppConfig


class ClassroomConfig(AppConfig):
    name = "classroom"

    def ready(self) -> None:
        """Let content files bring classes, and content pages list them; name personal data."""
        from classroom import importing, personal_data, presentation  # noqa: F401  imports register

        personal_data.register_all()
        presentation.register()
