"""Django's entry to the package."""

from django.apps import AppConfig


class TrackingConfig(AppConfig):
    name = "tracking"

    def ready(self) -> None:
        """Connect the receivers, name personal data, show the interests on one's own page."""
        from people.registry import me_sections
        from tracking import effects, personal_data, receivers  # noqa: F401  importing connects
        from tracking.site_views import interests_section

        personal_data.register_all()
        me_sections.append(interests_section)
