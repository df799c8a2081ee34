"""A block is renamed by a migration: in the row, in its revisions, and with its approvals."""

import json

import pytest
from django.db import connection, migrations
from django.db.migrations.loader import MigrationLoader
from wagtail.blocks import CharBlock, StreamBlock, StructBlock, TextBlock
from wagtail.blocks.migrations.migrate_operation import MigrateStreamData
from wagtail.blocks.migrations.operations import (
    RenameStreamChildrenOperation,
    RenameStructChildrenOperation,
)
from wagtail.fields import StreamField
from wagtail.models import Revision

from cms.blocks import BodyBlock
from cms.content_version import content_version
from cms.gate import PublicationRefused, approval_of
from cms.models import ArticlePage, Review, Verdict
from cms.services.carried_approvals import ROW, CarriedApprovals, stored_fingerprints
from cms.words import content_hash
from tests.factories import classroom, content
from tests.factories.reviews import approve

pytestmark = pytest.mark.django_db

BODY = [
    ("paragraph", "<p>Brush twice a day.</p>"),
    ("warning", "Bleeding that lasts belongs to a dentist."),
    ("quotation", {"text": "It got easier.", "attribution": "Mei"}),
]


class OtherQuotation(StructBlock):
    text = TextBlock()
    who = CharBlock(required=False)


class Renamed(StreamBlock):
    """The body with `warning` called `caution`, and `attribution` of a quotation `who`."""

    def __init__(self, **kwargs):
        children = dict(BodyBlock().child_blocks)
        del children["warning"]
        children["caution"] = TextBlock()
        children["quotation"] = OtherQuotation()
        super().__init__(list(children.items()), **kwargs)


def rename() -> MigrateStreamData:
    return MigrateStreamData(
        app_name="cms",
        model_name="ArticlePage",
        field_name="body",
        operations_and_block_paths=[
            (RenameStreamChildrenOperation(old_name="warning", new_name="caution"), ""),
            (RenameStructChildrenOperation(old_name="attribution", new_name="who"), "quotation"),
        ],
    )


def new_field() -> migrations.SeparateDatabaseAndState:
    """What makemigrations writes; the column is text before and after, so only the state changes."""
    field = StreamField(Renamed(), verbose_name="body", blank=True)
    return migrations.SeparateDatabaseAndState(
        state_operations=[migrations.AlterField("articlepage", "body", field)]
    )


@pytest.fixture(scope="module")
def state():
    """The models as the migrations that stand leave them."""
    return MigrationLoader(None).project_state()


@pytest.fixture
def migrate(state, monkeypatch):
    """Run operations as a migration would; afterwards the model has the renamed blocks."""

    def run(*operations) -> None:
        before = state.clone()
        editor = connection.schema_editor()
        for operation in operations:
            after = before.clone()
            operation.state_forwards("cms", after)
            operation.database_forwards("cms", editor, before, after)
            before = after
        field = ArticlePage._meta.get_field("body")
        monkeypatch.setitem(field.__dict__, "stream_block", Renamed())

    return run


def migration() -> list:
    approvals = CarriedApprovals("cms", "ArticlePage")
    return [approvals.remember(), rename(), new_field(), approvals.carry()]


@pytest.fixture
def page() -> ArticlePage:
    """A live article with an approved revision that is live, and a draft nobody approved."""
    page = content.article(body=BODY)
    page.save_revision().publish()
    page = fresh(page)
    page.standfirst = "Other words, not approved"
    page.save_revision()
    return fresh(page)


def fresh(page) -> ArticlePage:
    return ArticlePage.objects.get(pk=page.pk)


def names_in(blocks: list[dict]) -> list:
    return [
        (block["type"], *sorted(block["value"])) if block["type"] == "quotation" else block["type"]
        for block in blocks
    ]


def test_row_and_every_revision_are_renamed(page, migrate):
    ids = [block["id"] for block in page.body.raw_data]
    migrate(*migration())

    renamed = ["paragraph", "caution", ("quotation", "text", "who")]
    row = list(fresh(page).body.raw_data)
    revisions = [json.loads(found.content["body"]) for found in Revision.objects.for_instance(page)]
    assert names_in(row) == renamed
    assert [block["value"] for block in row[:2]] == [value for _, value in BODY[:2]]
    assert row[2]["value"] == {"text": "It got easier.", "who": "Mei"}
    assert [block["id"] for block in row] == ids
    assert [names_in(found) for found in revisions] == [renamed, renamed]


def test_approval_stands_for_the_same_words_and_for_no_others(page, migrate):
    before = approval_of(page)
    draft = page.latest_revision
    assert before is not None
    migrate(*migration())

    page = fresh(page)
    after = approval_of(page)
    assert after is not None and after.content_hash != before.content_hash
    kept = ("reviewer_name", "licence", "verdict", "kind", "at", "effective_at", "next_review_at")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
    page.save()  # the gate lets the row pass
    live = Revision.objects.get(pk=page.live_revision_id)
    assert approval_of(live.as_object()) == after
    live.publish()
    with pytest.raises(PublicationRefused):
        Revision.objects.get(pk=draft.pk).publish()


def test_without_it_the_next_save_is_refused(page, migrate):
    migrate(rename(), new_field())
    with pytest.raises(PublicationRefused):
        fresh(page).save()


def test_words_sent_back_after_their_approval_stay_sent_back(page, migrate):
    approve(page, verdict=Verdict.SENT_BACK, note="Not like this")
    migrate(*migration())
    assert approval_of(fresh(page)) is None


def test_run_again_it_records_nothing_more(page, migrate):
    approvals = CarriedApprovals("cms", "ArticlePage")
    migrate(approvals.remember(), rename(), new_field(), approvals.carry())
    count = Review.objects.count()
    migrate(new_field(), approvals.carry())
    assert Review.objects.count() == count


def test_a_migration_that_renames_nothing_records_nothing(page, migrate):
    approvals = CarriedApprovals("cms", "ArticlePage")
    count = Review.objects.count()
    migrate(approvals.remember(), approvals.carry())
    assert Review.objects.count() == count


def test_content_version_moves_as_the_read_api_shows_other_names(page, migrate):
    before = content_version()
    migrate(*migration())
    assert content_version() != before


@pytest.mark.parametrize(
    "make",
    [
        lambda: content.article(body=BODY, author=content.clinician()),
        content.comic,
        content.course,
        lambda: content.module(content.course()),
        classroom.live_class,
    ],
    ids=["article", "comic", "course", "module", "class"],
)
def test_a_migrations_models_give_every_piece_the_fingerprint_it_has(state, make):
    piece = make()
    approve(piece)
    piece.save_revision()
    revision = piece.save_revision()

    found = stored_fingerprints(
        apps=state.apps, app_label=piece._meta.app_label, model_name=piece._meta.model_name
    )

    stored = type(piece).objects.get(pk=piece.pk)
    assert found[piece.pk, ROW] == content_hash(stored)
    assert found[piece.pk, revision.pk] == content_hash(revision.as_object())
