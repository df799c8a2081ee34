"""The fingerprint of a piece: the same through storage and the editor, another for other words."""

import json

import pytest
from wagtail.models import Revision

from cms.models import ArticlePage
from cms.words import content_hash, word_fields
from tests.factories import content

pytestmark = pytest.mark.django_db

BODY = [
    ("heading", "A heading"),
    ("paragraph", '<p data-block-key="x1">Words &amp; more.</p>'),
    ("steps", {"items": ["One", "Two"]}),
    ("faq", {"items": [{"question": "Why?", "answer": "<p>Because.</p>"}]}),
    ("table", {"columns": [{"type": "text", "heading": "When"}], "rows": [{"values": ["Now"]}]}),
]


def unsaved(**fields) -> ArticlePage:
    body = json.dumps([{"type": kind, "value": value} for kind, value in BODY])
    return ArticlePage(**{"title": "Bones", "standfirst": "Grow", "body": body, **fields})


def test_fingerprint_survives_storage_revisions_and_reading_the_blocks():
    references = [("A page", "https://example.org/a")]
    page = content.article(title="Bones", standfirst="Grow", body=BODY, references=references)
    same = content_hash(page)
    stored = ArticlePage.objects.get(pk=page.pk)
    assert content_hash(stored) == same
    list(stored.body)  # blocks that were read are written from their values
    str(stored.body)
    assert content_hash(stored) == same
    revision = stored.save_revision()
    again = Revision.objects.get(pk=revision.pk).as_object()
    assert content_hash(again) == same
    assert content_hash(unsaved(references=page.references)) == same


def test_fingerprint_of_a_comic_survives_storage():
    page = content.comic()
    stored = type(page).objects.get(pk=page.pk)
    [block.value["bubbles"] for block in stored.panels_in_order]
    assert content_hash(stored) == content_hash(page)


def test_lines_and_the_editors_marks_are_no_words():
    one = unsaved(standfirst="Two\nlines ", body='[{"type":"paragraph","value":"<p>A</p>"}]')
    marked = '[{"type":"paragraph","id":"5","value":"<p data-block-key=\\"k\\">A</p>"}]'
    assert content_hash(unsaved(standfirst="Two\r\nlines", body=marked)) == content_hash(one)


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "Bone"},
        {"standfirst": "Grows"},
        {"search_description": "Found"},
        {"kind": "promotion"},
        {"approval_number": "7"},
        {"body": "[]"},
        {"key_facts": '[{"type":"fact","value":"One"}]'},
        {"references": '[{"type":"reference","value":{"text":"A","url":"https://a.org"}}]'},
        {"corrections": '[{"type":"correction","value":{"corrected_on":"2026-01-01","text":"A"}}]'},
        {"author_id": 5},
        {"cover_id": 5},
    ],
)
def test_other_words_have_another_fingerprint(fields):
    assert content_hash(unsaved(**fields)) != content_hash(unsaved())


@pytest.mark.parametrize(
    "fields",
    [
        {"slug": "elsewhere"},
        {"reviewer_name": "Somebody"},
        {"reviewer_id": 5},
        {"review_kind": "self"},
        {"source": "A library"},
        {"about_health": False},
    ],
)
def test_what_is_not_words_leaves_the_fingerprint(fields):
    assert content_hash(unsaved(**fields)) == content_hash(unsaved())


def test_order_counts_in_blocks():
    turned = json.dumps([{"type": kind, "value": value} for kind, value in BODY[::-1]])
    assert content_hash(unsaved(body=turned)) != content_hash(unsaved())


def test_word_fields_hold_every_stream_of_a_piece():
    names = {field.name for field in word_fields(ArticlePage)}
    assert {"title", "body", "key_facts", "references", "corrections", "author"} <= names
    assert not names & {"slug", "url_path", "reviewer", "live_revision", "page_ptr", "owner"}
