"""What a line of a content file may hold, and what is said of one that is not good."""

import json

import pytest

from cms.importing.rows import parse_row
from outbox.records import BadRow
from tests.factories.imports import row

TYPES = ("article", "class")
BAD = [
    ("{", "not JSON"),
    ("[1]", "not a JSON object"),
    (row(key=None), "key is missing"),
    (row(title="  "), "title is missing"),
    (row(language=None), "language is missing"),
    (row(type="podcast"), "unknown type"),
    (row(type=None), "type is missing"),
    (row(language="tlh"), "unknown language"),
    (row(format="docx"), "unknown format"),
    (row(title="x" * 256), "title is longer than 255 characters"),
    (row(key=7), "key is not text"),
    (row(title="a\x00b"), "title holds characters that are no text"),
    (row(source_url="javascript:alert(1)"), "source_url is no web address"),
    (row(published_at="yesterday"), "published_at is no date"),
    (row(published_at="2999-01-01"), "published_at lies in the future"),
    (row(topics="Acne"), "topics is not a list"),
    (row(topics=[""]), "a topic has no name"),
    (row(topics=[{"name": "Acne", "weight": 2}]), "a topic's weight is not between 0 and 1"),
    (row(topics=["x" * 201]), "a topic's name is longer than 200 characters"),
    (row(aliases=["x"]), "aliases is not an object of lists"),
    ('{"key": "k", "title": "\\ud800", "type": "article", "language": "en"}',
     "title holds characters that are no text"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "reason"), BAD)
def test_bad_row_is_named_with_its_reason(line, reason):
    with pytest.raises(BadRow) as caught:
        parse_row(line if isinstance(line, str) else json.dumps(line), types=TYPES)
    assert caught.value.reason == reason


def test_good_row_comes_with_defaults():
    found = parse_row(json.dumps(row(language="zh-CN", topics=["Acne", "Acne "])), types=TYPES)
    assert (found.language, found.format, found.body) == ("zh-hans", "markdown", "")
    assert found.topics == {"Acne": 1.0}
    assert found.published_at is None


def test_hash_follows_what_is_said_and_not_the_order_of_fields():
    first = row(body="text")
    second = dict(reversed(first.items()))
    hashes = {parse_row(json.dumps(one), types=TYPES).content_hash for one in (first, second)}
    assert len(hashes) == 1
    assert parse_row(json.dumps(row(body="other")), types=TYPES).content_hash not in hashes
