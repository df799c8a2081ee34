"""Lets approvals follow words that a migration stores under other names; for migrations alone.

A renamed block changes the fingerprint of a piece though its words are the same. Works on a migration's
own models, because the tables may be older than the code.
"""

import secrets
from typing import Any

from django.apps import apps as current_apps
from django.db import models
from django.db.migrations import RunPython
from wagtail.fields import StreamField

from cms.words import content_hash, fingerprint, word_fields

NOTE = "Carried over: the words are the same, their blocks were renamed."
ROW = 0

#: A piece and a revision of it (or its row): which words are meant.
Place = tuple[int, int]


class CarriedApprovals:
    """Two operations of one migration: `remember` before blocks are renamed, `carry` after the field.

    Between them stand MigrateStreamData and the AlterField that makemigrations wrote. Every verdict on
    words that stand in the row or a revision is recorded again for the same words under their new
    fingerprint, with its reviewer, moments and dates; sent back stays sent back.
    """

    def __init__(self, app_label: str, model_name: str) -> None:
        self.app_label, self.model_name = app_label, model_name
        self._before: dict[Place, str] = {}

    def remember(self) -> RunPython:
        """The operation that notes which words somebody gave a verdict on."""
        return RunPython(self._remember, RunPython.noop)

    def carry(self) -> RunPython:
        """The operation that records the verdicts anew; run again it finds nothing to do."""
        return RunPython(self._carry, RunPython.noop)

    def _remember(self, apps: Any, schema_editor: Any) -> None:
        judged = set(apps.get_model("cms", "Review").objects.values_list("page_id", "content_hash"))
        self._before = {
            place: found
            for place, found in self._stored(apps).items()
            if (place[0], found) in judged
        }

    def _carry(self, apps: Any, schema_editor: Any) -> None:
        reviews = apps.get_model("cms", "Review").objects
        after = self._stored(apps)
        moved = {
            (page_id, found, after[page_id, revision_id])
            for (page_id, revision_id), found in self._before.items()
            if after.get((page_id, revision_id), found) != found
        }
        for page_id, old, new in sorted(moved):
            if reviews.filter(page_id=page_id, content_hash=new).exists():
                continue
            # In their order: of two verdicts at one moment the later row holds.
            for review in reviews.filter(page_id=page_id, content_hash=old).order_by("at", "pk"):
                review.pk, review.content_hash = None, new
                review.note = review.note or NOTE
                review.save(force_insert=True)
        _move_content_version(apps)

    def _stored(self, apps: Any) -> dict[Place, str]:
        return stored_fingerprints(apps=apps, app_label=self.app_label, model_name=self.model_name)


def stored_fingerprints(*, apps: Any, app_label: str, model_name: str) -> dict[Place, str]:
    """Return the fingerprints of reviewed pieces, as their rows (ROW) and each revision hold them.

    `apps` are a migration's models; the blocks are read as that migration knows them.
    """
    model = apps.get_model(app_label, model_name)
    # A migration's class has the fields of the piece, and not what says which of them hold no words.
    model.wordless = current_apps.get_model(app_label, model_name).wordless
    reviewed = apps.get_model("cms", "Review").objects.order_by().values("page_id")
    pieces = model.objects.filter(pk__in=reviewed)
    found = {(piece.pk, ROW): content_hash(piece) for piece in pieces.iterator(chunk_size=500)}
    content_type = apps.get_model("contenttypes", "ContentType").objects.get_for_model(model)
    revisions = apps.get_model("wagtailcore", "Revision").objects.filter(
        content_type_id=content_type.pk
    )
    fields = word_fields(model)
    for revision in revisions.iterator(chunk_size=500):
        page_id = int(revision.object_id)
        if (page_id, ROW) in found:
            found[page_id, revision.pk] = fingerprint(fields, _words_of(revision.content))
    return found


def _words_of(content: dict[str, Any]) -> Any:
    """Return how to read a field's value from what a revision keeps."""

    def value_of(field: models.Field) -> Any:
        if field.name in content:
            return content[field.name]
        return "[]" if isinstance(field, StreamField) else field.get_default()

    return value_of


def _move_content_version(apps: Any) -> None:
    """Blocks have other names in the read API from now on, and bulk writes tell nobody."""
    versions = apps.get_model("cms", "ContentVersion").objects
    part = versions.order_by("pk").first()
    if part is not None:
        versions.filter(pk=part.pk).update(token=secrets.token_hex(8))
