"""Django's entry to the package."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CmsConfig(AppConfig):
    name = "cms"

    def ready(self) -> None:
        """Say what the templates of the page types need, and name personal data."""
        from wagtail.models import Page
        from wagtail.permissions import register_permission_policy

        from cms import (  # noqa: F401  importing registers
            access,
            block_checks,
            course_checks,
            course_receivers,
            gate_receivers,
            mails,
            personal_data,
            picture_effects,
            presentation,
            receivers,
            review_receivers,
            submission,
            translation_receivers,
        )
        from cms.bringing_in import checks  # noqa: F401  importing registers
        from cms.claims import checking
        from cms.page_rows import PageRows

        register_permission_policy(Page, PageRows("wagtailcore.Page"))
        submission.submission_checks.append(checking.unproven_claims)
        personal_data.register_all()
        receivers.follow_shown_models()
        post_migrate.connect(follow_base_url, sender=self)
        post_migrate.connect(adopt_shown_reviews, sender=self)
        post_migrate.connect(ensure_workflow, sender=self)


def follow_base_url(**kwargs: Any) -> None:
    """After each migrate, addresses of pages begin with BASE_URL."""
    from cms.services.site import follow_base_url as follow

    follow()


def adopt_shown_reviews(**kwargs: Any) -> None:
    """After each migrate, reviews that live pieces show from earlier versions have a row."""
    from cms.services.adopting import adopt_shown_reviews as adopt

    adopt()


def ensure_workflow(**kwargs: Any) -> None:
    """After each migrate, the tree stands under the medical review."""
    from cms.services.workflow import ensure_workflow as ensure

    ensure()
