"""Django's entry to the package."""

from django.apps import AppConfig


class ClassroomConfig(AppConfig):
    name = "classroom"

    def ready(self) -> None:
        """Let content files bring classes, and content pages list them; name personal data."""
        from classroom import (  # noqa: F401  imports register
            effects,
            importing,
            learning_start,
            mails,
            outlets,
            personal_data,
            presentation,
            question_mails,
            questionnaire_mails,
            receivers,
            structured_data,
        )
        from classroom.home import my_classes, to_be_told
        from classroom.views.my_questions import questions_section
        from classroom.views.questionnaire import replies_section
        from cms.admin.home import home_sections
        from people.registry import me_sections

        personal_data.register_all()
        presentation.register()
        me_sections += [questions_section, replies_section]
        home_sections += [to_be_told, my_classes]
