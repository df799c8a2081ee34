"""Django's entry to the package."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PeopleConfig(AppConfig):
    name = "people"

    def ready(self) -> None:
        """Register mails and personal data, and make the roles after each migrate."""
        from people import mails, personal_data, receivers  # noqa: F401  importing registers
        from people.registry import demo_removers
        from people.services.clinic import remove_demo_people

        personal_data.register_all()
        demo_removers.append(remove_demo_people)
        post_migrate.connect(receivers.make_roles, sender=self, dispatch_uid="people.roles")
