"""Keeps drafts for the preview of another front end, and hands them out for a signed, short-lived token."""

import json
from datetime import timedelta

from django.contrib.contenttypes.models import ContentType
from django.core import signing
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from wagtail.models import Page

from cms.models import PagePreview
from people.models import User

SALT = "cms.page_preview"
LIFE_S = 3600


class NoPreview(Exception):
    """The token is not one of ours, or what it stood for is gone."""


def keep_preview(*, page: Page, user: User) -> str:
    """Keep the page as it is in memory and return a token for it that lasts an hour.

    One row an editor and page: keeping again replaces the draft. Drafts nobody looked at for an
    hour are deleted on the way.
    """
    now = timezone.now()
    PagePreview.objects.filter(kept_at__lt=now - timedelta(seconds=LIFE_S)).delete()
    content = json.loads(json.dumps(page.serializable_data(), cls=DjangoJSONEncoder))
    row, _ = PagePreview.objects.update_or_create(
        user=user,
        content_type=ContentType.objects.get_for_model(type(page)),
        subject=str(page.pk or page.path),
        defaults={"content": content, "kept_at": now},
    )
    return signing.dumps(row.pk, salt=SALT)


def page_of_preview(token: str) -> Page:
    """Return the draft a token stands for, as it was kept last; NoPreview where there is none."""
    try:
        pk = signing.loads(token, salt=SALT, max_age=LIFE_S)
    except signing.BadSignature as error:
        raise NoPreview from error
    row = PagePreview.objects.filter(pk=pk).select_related("user").first()
    # Who may no longer work here has no drafts to show.
    if row is None or not row.user.is_active:
        raise NoPreview
    model = row.content_type.model_class()
    if model is None or not issubclass(model, Page):
        raise NoPreview
    page_model: type[Page] = model
    return page_model.from_serializable_data(row.content, check_fks=False, strict_fks=False)
