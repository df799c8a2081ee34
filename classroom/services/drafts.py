"""Keeps what a class and its translations share the same, in what stands and in the drafts of editors."""

from typing import Any

from django.db import transaction

from classroom.models import LiveClass
from cms.authors import same_clinician
from cms.services.content_version import bump_content_version


def write_into_draft(page: LiveClass, **fields: Any) -> None:
    """Change fields in the stored draft of a class, which has them in place of the class's own.

    Its words stay as they are, so no new revision is made.
    """
    revision = page.latest_revision
    if revision is None:
        return
    draft = revision.as_object()
    for name, value in fields.items():
        setattr(draft, name, value)
    revision.content = draft.serializable_data()
    revision.save(update_fields=["content"])


def share_access(*, page: LiveClass) -> int:
    """Give who may come, as published, to the translations too; returns how many others changed.

    Places are shared by them, so a door must not stand open in one language. A second call changes
    nothing.
    """
    with transaction.atomic():
        others = LiveClass.objects.filter(translation_key=page.translation_key).exclude(
            access=page.access
        )
        changed = list(others.exclude(pk=page.pk))
        for twin in changed:
            LiveClass.objects.filter(pk=twin.pk).update(access=page.access)
            write_into_draft(twin, access=page.access)
        if changed:
            bump_content_version()  # an update tells nobody that what is shown has changed
    return len(changed)


def take_over_clinicians(*, translation: LiveClass) -> None:
    """Let a translation that was just begun name its clinicians by their pages in its language.

    Who has none there keeps the page in the other language. A second call changes nothing.
    """
    page = LiveClass.objects.get(pk=translation.pk)
    named = [same_clinician(one, page.locale) or one for one in page.clinicians.all()]
    page.clinicians = named
    page.save()
    write_into_draft(page, clinicians=named)
