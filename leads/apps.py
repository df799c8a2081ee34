"""Django's entry to the package."""

from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "leads"

    def ready(self) -> None:
        """Connect receivers and effect handlers, and name the models with personal data."""
        from leads import class_offers, effects, receivers  # noqa: F401  importing registers
        from leads.personal_data import register_all

        register_all()
        class_offers.register()

        from leads.services.demo_lists import remove_demo
        from people.registry import demo_removers

        demo_removers.append(remove_demo)
