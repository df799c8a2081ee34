"""Django's entry to the package."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PeopleConfig(AppConfig):
    name = "people"

    def ready(self) -> None:
        """Register mails and personal data, and make the roles after each migrate."""
        from people import checks, mails, personal_data, receivers  # noqa: F401  importing registers
        from people.registry import demo_removers
        from people.services.clinic import remove_demo_people
        from people.vouching_data import register_ways

        personal_data.register_all()
        register_ways()
        demo_removers.append(remove_demo_people)
        post_migrate.connect(receivers.make_roles, sender=self, dispatch_uid="people.roles")
