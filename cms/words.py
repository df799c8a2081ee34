"""The fingerprint of what a reader gets of a piece: two pieces with one fingerprint say the same.

It must come out the same before and after a piece is saved, loaded, sent through a revision's JSON or
opened in the editor; so it leaves out what those steps add: ids of blocks, empty values, marks of the
editor, the ways to end a line.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from wagtail.blocks import Block, ListBlock, StreamBlock, StructBlock
from wagtail.fields import StreamField
from wagtail.models import Page

PAGE_WORDS = frozenset({"title", "seo_title", "search_description"})
EDITOR_MARK = re.compile(r'\s+data-block-key="[^"]*"')
EMPTY: tuple[Any, ...] = (None, "", False)


def content_hash(piece: Page) -> str:
    """Return the SHA-256 (hex) of the words, pictures and author that readers of the piece see.

    Corrections count as words. The address, topics, dates of a class and trust facts do not. Reads
    nothing from the database.
    """
    fields = word_fields(type(piece))  # type: ignore[arg-type]  # a class is hashable
    return fingerprint(fields, lambda field: getattr(piece, field.attname))


def fingerprint(fields: Iterable[models.Field], value_of: Callable[[models.Field], Any]) -> str:
    """Return the SHA-256 (hex) of what `value_of` gives for each field of words.

    A StreamField's value may be a StreamValue, or the JSON that a revision keeps of it.
    """
    words = {field.name: _value(field, value_of(field)) for field in fields}
    kept = {name: value for name, value in words.items() if not _is_empty(value)}
    text = json.dumps(kept, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def word_fields(model: type[Page]) -> tuple[models.Field, ...]:
    """Return the fields of a page type that hold what readers see: texts, blocks, links to rows.

    A text with choices is a setting, except the kind of the piece. A page type names in `wordless`
    what else is none.
    """
    return tuple(field for field in model._meta.concrete_fields if _holds_words(model, field))


def _holds_words(model: type[Page], field: models.Field) -> bool:
    # By its label, because a migration has a class of its own for every model.
    if field.model._meta.label == Page._meta.label:
        return field.name in PAGE_WORDS
    if field.name in model.wordless or getattr(field.remote_field, "parent_link", False):
        return False
    if field.choices and field.name != "kind":
        return False
    return isinstance(field, models.CharField | models.TextField | StreamField | models.ForeignKey)


def _value(field: models.Field, value: Any) -> Any:
    if isinstance(field, StreamField):
        stored = json.loads(value or "[]") if isinstance(value, str) else value.get_prep_value()
        return _plain(field.stream_block, stored)
    return _text(value)


def _plain(block: Block, value: Any) -> Any:
    """Return a block's stored value without ids, with the defaults of children it was saved without."""
    if value is None:
        return None
    if isinstance(block, StreamBlock):
        return [
            [item["type"], _plain(block.child_blocks[item["type"]], item["value"])]
            for item in value
            if item["type"] in block.child_blocks
        ]
    if isinstance(block, ListBlock):
        return [_plain(block.child_block, _list_item(item)) for item in value]
    if isinstance(block, StructBlock):
        parts = {
            name: _plain(child, value[name] if name in value else _default(child))
            for name, child in block.child_blocks.items()
        }
        return {name: part for name, part in parts.items() if not _is_empty(part)}
    return _bare(value)


def _default(block: Block) -> Any:
    return block.get_prep_value(block.get_default())


def _list_item(item: Any) -> Any:
    """Return what a list holds: Wagtail wraps items with an id since 2.16, and reads both forms."""
    if isinstance(item, dict) and item.keys() <= {"type", "value", "id"} and "value" in item:
        return item["value"]
    return item


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        parts = {name: _bare(part) for name, part in value.items() if name != "id"}
        return {name: part for name, part in parts.items() if not _is_empty(part)}
    if isinstance(value, list | tuple):
        return [_bare(part) for part in value]
    return _text(value)


def _text(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    lines = value.replace("\r\n", "\n").replace("\r", "\n")
    return EDITOR_MARK.sub("", lines).strip()


def _is_empty(value: Any) -> bool:
    return value in EMPTY or value == [] or value == {}
