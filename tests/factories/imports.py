"""Makes content files, pages on shelves and topics, as imports and editors would."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

from cms.models import ArticlePage, ImportedItem, PageTopic, Topic
from cms.services.site import ensure_shelf
from cms.services.topics import ensure_topic
from tests.factories.reviews import put_up

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def row(key: str = "k:1", **fields) -> dict:
    """A row of a content file that is good unless told otherwise; None leaves a field out."""
    full = {"key": key, "type": "article", "language": "en", "title": "Dry skin", **fields}
    return {name: value for name, value in full.items() if value is not None}


def lines_file(path: Path, *rows: dict | str | bytes, packed: bool = False) -> Path:
    """A file of JSON lines; text and bytes are written as they are."""
    pieces = []
    for one in rows:
        text = json.dumps(one, ensure_ascii=False) if isinstance(one, dict) else one
        pieces.append(text if isinstance(text, bytes) else text.encode())
    data = b"\n".join([*pieces, b""])
    path.write_bytes(gzip.compress(data, mtime=0) if packed else data)
    return path


def article(
    title: str = "Dry skin", *, shelf="articles", language="en", topics=(), **fields
) -> ArticlePage:
    """A live article on a shelf, with topics of weight 1."""
    source = {"type": "reference", "value": {"text": "A page", "url": "https://example.org/a"}}
    page = ArticlePage(title=title, **{"references": json.dumps([source]), **fields})
    put_up(page, under=ensure_shelf(shelf=shelf, language=language))
    for topic in topics:
        PageTopic.objects.create(content_object=page, tag=topic)
    return page


def topic(name: str) -> Topic:
    """A topic by the rule of names."""
    return ensure_topic(name=name)


def item(key: str, **fields) -> ImportedItem:
    """An article that stands for the key of an import."""
    page = article(fields.pop("title", key), **fields)
    return ImportedItem.objects.create(key=key, page=page, content_hash="0" * 64)


def moment(text: str) -> datetime:
    """An aware moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
