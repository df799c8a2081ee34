"""How blocks are shown, straight from what is stored: ids stay, pictures and pages are resolved.

Wagtail's own representation builds every block's value first and leaves bare ids of pictures;
here stored data is walked with the block's definition. A block that has a representation of its
own (`get_api_representation`) keeps it, and finds the batch in its context; what a chooser chose
is loaded for the whole answer first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import BaseTypedTableBlock
from wagtail.images.models import AbstractImage
from wagtail.models import Page

from cms.read_api.batch import Batch, Wants
from cms.read_api.links import linked_pages

Collect = Callable[[Any, Wants], None]
Show = Callable[[Any, Batch], Any]


@dataclass(frozen=True)
class Shape:
    """What a block needs loaded (`collect`, None for nothing) and how its stored value is shown."""

    show: Show
    collect: Collect | None = None


_shapes: dict[int, tuple[blocks.Block, Shape]] = {}


def shape_of(block: blocks.Block) -> Shape:
    """The shape of a block's stored values; worked out once a process for each block."""
    known = _shapes.get(id(block))
    if known is None:
        # The block is kept too, so that its id stays its own.
        known = _shapes[id(block)] = (block, _shape(block))
    return known[1]


def _shape(block: blocks.Block) -> Shape:
    if isinstance(block, blocks.ChooserBlock):
        return _chooser(block)
    if _has_own_representation(block):
        return _own(block)
    if isinstance(block, blocks.BaseStreamBlock):
        return _stream(block)
    if isinstance(block, blocks.BaseStructBlock):
        return _struct(block)
    if isinstance(block, blocks.ListBlock):
        return _list(block)
    if isinstance(block, BaseTypedTableBlock):
        return _table(block)
    if isinstance(block, blocks.RichTextBlock):
        return _rich_text()
    return Shape(show=lambda raw, batch: raw)


WAGTAILS_OWN = {
    definer.__dict__["get_api_representation"]
    for definer in (
        blocks.Block,
        blocks.BaseStreamBlock,
        blocks.BaseStructBlock,
        blocks.ListBlock,
        blocks.ChooserBlock,
        BaseTypedTableBlock,
    )
    if "get_api_representation" in definer.__dict__
}


def _has_own_representation(block: blocks.Block) -> bool:
    """Tell whether somebody other than Wagtail says how this block is represented."""
    if isinstance(block, blocks.RichTextBlock):
        return type(block).get_api_representation is not blocks.RichTextBlock.get_api_representation
    return type(block).get_api_representation not in WAGTAILS_OWN


def _own(block: blocks.Block) -> Shape:
    def show(raw: Any, batch: Batch) -> Any:
        value = block.to_python(raw) if raw is not None else block.get_default()
        return block.get_api_representation(value, context={"batch": batch})

    return Shape(show)


def _stream(block: blocks.BaseStreamBlock) -> Shape:
    shapes = {name: shape_of(child) for name, child in block.child_blocks.items()}

    def collect(raw: Any, wants: Wants) -> None:
        for item in raw or ():
            shape = shapes.get(item["type"])
            if shape and shape.collect:
                shape.collect(item["value"], wants)

    def show(raw: Any, batch: Batch) -> list[dict]:
        return [
            {
                "type": item["type"],
                "value": shapes[item["type"]].show(item["value"], batch),
                "id": item.get("id"),
            }
            for item in raw or ()
            if item["type"] in shapes
        ]

    return Shape(show, collect if _any_collects(shapes) else None)


def _struct(block: blocks.BaseStructBlock) -> Shape:
    shapes = {name: shape_of(child) for name, child in block.child_blocks.items()}
    collecting = [(name, shape.collect) for name, shape in shapes.items() if shape.collect]
    # A child that came after the row was stored has its default.
    defaults = {
        name: child.get_prep_value(child.get_default())
        for name, child in block.child_blocks.items()
    }

    def collect(raw: Any, wants: Wants) -> None:
        for name, gather in collecting:
            if raw and name in raw:
                gather(raw[name], wants)

    def show(raw: Any, batch: Batch) -> dict:
        stored = raw or {}
        return {
            name: shape.show(stored.get(name, defaults[name]), batch)
            for name, shape in shapes.items()
        }

    return Shape(show, collect if collecting else None)


def _list(block: blocks.ListBlock) -> Shape:
    shape = shape_of(block.child_block)
    of_structs = isinstance(block.child_block, blocks.BaseStructBlock)

    def values(raw: Any) -> list[tuple[Any, Any]]:
        # Lists were stored as bare values once; then their items have no ids.
        return [
            (item["value"], item.get("id"))
            if isinstance(item, dict) and item.get("type") == "item" and "value" in item
            else (item, None)
            for item in raw or ()
        ]

    def collect(raw: Any, wants: Wants) -> None:
        for value, _ in values(raw):
            shape.collect(value, wants)  # type: ignore[misc]  # only called where there is one

    def show(raw: Any, batch: Batch) -> list:
        if of_structs:
            return [{**shape.show(value, batch), "id": pk} for value, pk in values(raw)]
        return [shape.show(value, batch) for value, _ in values(raw)]

    return Shape(show, collect if shape.collect else None)


def _table(block: BaseTypedTableBlock) -> Shape:
    shapes = {name: shape_of(child) for name, child in block.child_blocks.items()}

    def cells(raw: Any):
        kinds = [column["type"] for column in raw["columns"]]
        for row in raw["rows"]:
            for kind, value in zip(kinds, row["values"], strict=False):
                if kind in shapes:
                    yield shapes[kind], value

    def collect(raw: Any, wants: Wants) -> None:
        for shape, value in cells(raw) if raw else ():
            if shape.collect:
                shape.collect(value, wants)

    def show(raw: Any, batch: Batch) -> dict:
        if not raw:
            return {"columns": [], "rows": [], "caption": ""}
        kept = [n for n, column in enumerate(raw["columns"]) if column["type"] in shapes]
        columns = [raw["columns"][n] for n in kept]
        return {
            "columns": [{"type": c["type"], "heading": c.get("heading", "")} for c in columns],
            "rows": [
                {
                    "values": [
                        shapes[raw["columns"][n]["type"]].show(row["values"][n], batch)
                        for n in kept
                    ]
                }
                for row in raw["rows"]
            ],
            "caption": raw.get("caption", ""),
        }

    return Shape(show, collect if _any_collects(shapes) else None)


def _rich_text() -> Shape:
    def collect(raw: Any, wants: Wants) -> None:
        if raw and "linktype" in raw:
            wants.linked.update(linked_pages(raw))

    return Shape(lambda raw, batch: batch.rich_text(raw or ""), collect)


def _chooser(block: blocks.ChooserBlock) -> Shape:
    model = block.model_class
    if issubclass(model, AbstractImage):
        return Shape(
            lambda raw, batch: batch.pictures.show(raw),
            lambda raw, wants: wants.pictures.add(raw) if raw else None,
        )
    if issubclass(model, Page):
        return Shape(
            lambda raw, batch: batch.stub(raw),
            lambda raw, wants: wants.pages.add(raw) if raw else None,
        )
    own = _has_own_representation(block)

    def show(raw: Any, batch: Batch) -> Any:
        row = batch.row(model, raw)
        if row is None:
            return None
        if own:
            return block.get_api_representation(row, context={"batch": batch})
        return batch.shown_row(row)

    return Shape(show, lambda raw, wants: wants.rows[model].add(raw) if raw else None)


def _any_collects(shapes: dict[str, Shape]) -> bool:
    return any(shape.collect for shape in shapes.values())


__all__ = ["Shape", "shape_of"]
