"""Which type of row becomes which page; a package above adds its own types here at start."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cms.importing.bodies import body_blocks
from cms.importing.rows import ContentRow
from cms.models import ArticlePage, CoursePage, ModulePage, PiecePage


@dataclass(frozen=True)
class Builder:
    """A page type and the function that gives the fields only this type has; it may raise BadRow."""

    model: type[PiecePage]
    own_fields: Callable[[ContentRow], dict[str, Any]]


_builders: dict[str, Builder] = {}


def builds(type_name: str, *, model: type[PiecePage]) -> Callable:
    """Register a function (ContentRow to dictionary of fields) for rows of a type."""

    def register(own_fields: Callable[[ContentRow], dict[str, Any]]) -> Callable:
        _builders[type_name] = Builder(model=model, own_fields=own_fields)
        return own_fields

    return register


def known_types() -> tuple[str, ...]:
    """The types a row may have."""
    return tuple(_builders)


def builder_of(type_name: str) -> Builder:
    """The builder of a type that `known_types` names."""
    return _builders[type_name]


def fields_of(row: ContentRow) -> dict[str, Any]:
    """Return the fields a row gives its page, place in the tree and topics apart."""
    builder = _builders[row.type]
    body = builder.model._meta.get_field("body").stream_block
    return {
        "title": row.title,
        "draft_title": row.title,
        "body": body.to_python(body_blocks(row.body, layout=row.format)),
        "reviewed_here": False,
        "source": row.source,
        "source_url": row.source_url,
        "licence": row.licence,
        **builder.own_fields(row),
    }


def _nothing_more(row: ContentRow) -> dict[str, Any]:
    return {}


builds("article", model=ArticlePage)(_nothing_more)
builds("course", model=CoursePage)(_nothing_more)
builds("module", model=ModulePage)(_nothing_more)
