"""Django's entry to the package."""

from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "leads"

    def ready(self) -> None:
        """Connect receivers and effect handlers, and name the models with personal data."""
        from leads import (  # noqa: F401  importing registers
            class_offers,
            effects,
            export_mails,
            mails,
            receivers,
        )
        from leads.duplicates import maybe_twice
        from leads.import_data import register_imports
        from leads.personal_data import register_all
        from leads.working_data import register_work

        register_all()
        register_imports()
        register_work()
        class_offers.register()

        from cms.admin.home import home_sections
        from cms.topic_effects import topic_effects
        from leads.export_home import rows_to_delete
        from leads.services.demo_lists import remove_demo
        from leads.topic_effects import people_concerned
        from people.registry import demo_removers

        home_sections.append(maybe_twice)
        demo_removers.append(remove_demo)
        home_sections.append(rows_to_delete)
        topic_effects.append(people_concerned)
