"""The words of a piece, passage by passage, each with the field and the block it stands in.

It walks stored data along the definitions of the blocks, so a new block is taken in by what its
parts are, and pictures, pages and documents that blocks point to are not fetched.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import BaseTypedTableBlock
from wagtail.fields import StreamField
from wagtail.models import Page

from cms.search_text import HAN

TEXT_FIELDS = ("title", "standfirst", "afterword", "biography", "seo_title", "search_description")
HEADINGS = frozenset({"heading", "question", "caption"})
BLOCK_END = re.compile(r"</(?:p|li|h\d|blockquote)>|<br\s*/?>|<hr\s*/?>")
MARKER = re.compile(r"<sup>\s*\d{1,2}\s*</sup>")
TAG = re.compile(r"<[^>]*>")
SPACE_IN_HAN = re.compile(rf"(?<=[{HAN}])\s+(?=[{HAN}])")


@dataclass(frozen=True)
class Passage:
    """Some words: `field` is the piece's field, `place` the id of the block in it or "", `name` the
    field or the block's part that holds them."""

    field: str
    place: str
    name: str
    text: str


def passages_of(piece: Page, *, leave_out: frozenset[str] = frozenset()) -> Iterator[Passage]:
    """Yield what a reader of the piece reads, in the order of its fields; no queries.

    `leave_out` names fields. A rich text is one passage for each of its paragraphs.
    """
    for name in TEXT_FIELDS:
        text = getattr(piece, name, "")
        if text and name not in leave_out:
            yield Passage(name, "", name, text)
    for field in piece._meta.get_fields():
        if isinstance(field, StreamField) and field.name not in leave_out:
            stream = getattr(piece, field.name)
            for place, name, text in _of_stream(list(stream.raw_data), field.stream_block):
                if text.strip():
                    yield Passage(field.name, place, name, text)


def _of_stream(items: list, definition: blocks.StreamBlock) -> Iterator[tuple[str, str, str]]:
    for item in items:
        child = definition.child_blocks.get(item["type"])
        if child is not None:
            place = str(item.get("id") or "")
            for name, text in _texts(item["value"], child, item["type"]):
                yield place, name, text


def _texts(value: Any, definition: blocks.Block, name: str) -> Iterator[tuple[str, str]]:
    """Yield the name of the part and its text, for each text within a stored value."""
    if not value:
        return
    if isinstance(definition, blocks.RichTextBlock):
        for paragraph in BLOCK_END.split(MARKER.sub("", str(value))):
            yield name, unescape(TAG.sub("", paragraph))
    elif isinstance(definition, blocks.CharBlock | blocks.TextBlock):
        yield name, str(value)
    elif isinstance(definition, blocks.BaseStructBlock):
        for key, child in definition.child_blocks.items():
            yield from _texts(value.get(key), child, key)
    elif isinstance(definition, blocks.ListBlock):
        for item in value:
            inner = item["value"] if _is_list_item(item) else item
            yield from _texts(inner, definition.child_block, name)
    elif isinstance(definition, blocks.BaseStreamBlock):
        for _place, key, text in _of_stream(list(value), definition):
            yield key, text
    elif isinstance(definition, BaseTypedTableBlock):
        yield from _texts_of_table(value, definition)


def _is_list_item(item: Any) -> bool:
    return isinstance(item, dict) and item.get("type") == "item" and "value" in item


def _texts_of_table(value: dict, definition: BaseTypedTableBlock) -> Iterator[tuple[str, str]]:
    yield "caption", value.get("caption") or ""
    columns = value.get("columns", [])
    for column in columns:
        yield "column", column.get("heading") or ""
    for row in value.get("rows", []):
        for column, cell in zip(columns, row.get("values", []), strict=False):
            child = definition.child_blocks.get(column.get("type"))
            if child is not None:
                yield from _texts(cell, child, "cell")
