"""Moves the version of what is shown; it belongs into the transaction that changes something."""

import secrets

from django.db import transaction

from cms.models import ContentVersion


def bump_content_version() -> None:
    """Give the content a version it never had.

    Part of the caller's transaction: no commit, no new version. It waits for nobody: a part that
    another transaction holds is passed over, and where all are held one more is made. A second
    call in the same transaction moves the version again.
    """
    token = secrets.token_hex(8)
    with transaction.atomic():
        free = ContentVersion.objects.select_for_update(skip_locked=True).order_by("pk")
        part = free.values_list("pk", flat=True).first()
        if part is None:
            ContentVersion.objects.create(token=token)
        else:
            ContentVersion.objects.filter(pk=part).update(token=token)
