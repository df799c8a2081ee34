"""Hears everything that changes what is shown: moves the content version and tells of pages.

Each receiver runs in the sender's transaction, so nobody sees a change under an old version.
A package above adds its own tables by `follow_model`.
"""

from django.apps import apps
from django.db.models import Model
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from wagtail.contrib.settings.models import BaseGenericSetting, BaseSiteSetting
from wagtail.models import Page
from wagtail.signals import (
    page_published,
    page_slug_changed,
    page_unpublished,
    post_page_move,
)

from cms import effects
from cms.services.content_version import bump_content_version
from cms.signals import pages_published, topics_merged

# Tables whose rows are shown beside pages, or decide which pages are shown and where.
SHOWN = (
    "cms.Topic",
    "cms.TopicAlias",
    "cms.PageTopic",
    "cms.ClinicImage",
    "cms.PatientConsent",
    "cms.ConsentedImage",
    "cms.ConsentedMedia",
    "cms.ClinicMedia",
    "people.Branch",
    "people.Clinic",
    "wagtaildocs.Document",
    "wagtailcore.Site",
    "wagtailcore.Locale",
    "wagtailcore.PageViewRestriction",
    "wagtailcore.CollectionViewRestriction",
    "wagtailredirects.Redirect",
)

# What Wagtail writes on a page while somebody works on a draft; readers see none of it.
DRAFT_FIELDS = frozenset(
    {
        "comments",
        "wagtail_admin_comments",
        "draft_title",
        "has_unpublished_changes",
        "latest_revision",
        "latest_revision_created_at",
        "locked",
        "locked_at",
        "locked_by",
        "owner",
    }
)


def follow_model(model: type[Model]) -> None:
    """From now on a changed or deleted row of the model moves the content version."""
    name = f"content version of {model._meta.label}"
    post_save.connect(follow_row, sender=model, dispatch_uid=name)
    post_delete.connect(follow_row, sender=model, dispatch_uid=name)


def follow_shown_models() -> None:
    """Follow the tables of SHOWN, every type of page and every kind of settings."""
    for label in SHOWN:
        follow_model(apps.get_model(label))
    for model in apps.get_models():
        if issubclass(model, (Page, BaseGenericSetting, BaseSiteSetting)):
            follow_model(model)


def follow_row(sender, update_fields=None, **kwargs) -> None:
    """A row was written or deleted; the draft of a page alone changes nothing that is shown."""
    if update_fields and issubclass(sender, Page) and DRAFT_FIELDS.issuperset(update_fields):
        return
    bump_content_version()


@receiver(page_published)
def tell_published(instance, **kwargs) -> None:
    """A page went live, or its live content changed."""
    effects.tell_published(page_ids=[instance.pk])
    bump_content_version()


@receiver(pages_published)
def tell_many_published(page_ids, **kwargs) -> None:
    """Many pages went live at once."""
    effects.tell_published(page_ids=page_ids)
    bump_content_version()


@receiver(page_unpublished)
def tell_unpublished(instance, **kwargs) -> None:
    """A page was taken down, or is about to be deleted while live."""
    effects.tell_unpublished(page_ids=[instance.pk])
    bump_content_version()


@receiver(post_page_move)
def tell_moved(instance, url_path_before, url_path_after, **kwargs) -> None:
    """A page moved: it and the live pages under it may have new addresses."""
    if url_path_before != url_path_after:
        pages = Page.objects.descendant_of(instance, inclusive=True).live()
        effects.tell_published(page_ids=list(pages.values_list("pk", flat=True)))
    bump_content_version()


@receiver(page_slug_changed)
@receiver(topics_merged)
def follow_names(sender, **kwargs) -> None:
    """Addresses or the meaning of topics changed."""
    bump_content_version()
