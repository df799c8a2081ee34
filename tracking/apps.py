"""Django's entry to the package."""

from django.apps import AppConfig


class TrackingConfig(AppConfig):
    name = "tracking"

    def ready(self) -> None:
        """Connect the receivers, name personal data, show interests and suggestions on one's page."""
        from cms.admin.home import home_sections
        from people.registry import me_sections
        from tracking import effects, personal_data, receivers  # noqa: F401  importing connects
        from tracking.gaps_panel import wanted_topics
        from tracking.site_views import interests_section
        from tracking.suggestion_views import suggestions_section

        personal_data.register_all()
        home_sections.append(wanted_topics)
        me_sections += [interests_section, suggestions_section]
