"""Which fields an answer has and how each is shown: `fields=` of Wagtail's v2, made ready once.

A plan belongs to a model and a `fields=` parameter; it is made once a process and then only run.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Field as ModelField
from django.db.models import ForeignKey, Model, prefetch_related_objects
from wagtail.api import APIField
from wagtail.api.v2.utils import BadRequestError, parse_fields_parameter
from wagtail.fields import RichTextField, StreamField
from wagtail.images.models import AbstractImage
from wagtail.models import Page

from cms.api_fields import BatchField, PictureField
from cms.models import ClinicianPage
from cms.read_api import meta
from cms.read_api.batch import Batch, Wants, type_name
from cms.read_api.frame import current_frame
from cms.read_api.links import linked_pages
from cms.read_api.pictures import NotedPictures
from cms.read_api.streams import shape_of

FieldsConfig = Sequence[tuple[str, bool, Any]]
PLANS_KEPT = 256


@dataclass(frozen=True)
class PlannedField:
    """One field of an answer."""

    name: str
    show: Callable[[Page, Batch], Any]
    collect: Callable[[Page, Wants], None] | None = None
    in_meta: bool = False


@dataclass(frozen=True)
class Plan:
    """The fields of an answer in their order."""

    fields: tuple[PlannedField, ...]

    def run(self, pages: Sequence[Page], batch: Batch) -> list[dict[str, Any]]:
        """Load what the pages need and return them as they are shown."""
        self.load(pages, batch)
        return [self._shown(page, batch) for page in pages]

    def load(self, pages: Sequence[Page], batch: Batch) -> None:
        """Load what the pages need."""
        wants = Wants()
        collecting = [field.collect for field in self.fields if field.collect]
        for page in pages:
            for collect in collecting:
                collect(page, wants)
        for name, holders in wants.related.items():
            _load_related(name, holders, wants, draft=batch.draft)
        batch.load(wants)

    def _shown(self, page: Page, batch: Batch) -> dict[str, Any]:
        batch.page = page
        answer: dict[str, Any] = {}
        about: dict[str, Any] = {}
        for field in self.fields:
            if field.in_meta:
                about[field.name] = field.show(page, batch)
            else:
                answer[field.name] = field.show(page, batch)
        if about:
            # The id comes first, then what the page is, then what it says.
            first = {"id": answer.pop("id")} if "id" in answer else {}
            return {**first, "meta": about, **answer}
        return answer


def _load_related(name: str, holders: list[Page], wants: Wants, *, draft: bool) -> None:
    """Load a many-to-many field of all these pages; a draft holds its own already."""
    if not draft:
        prefetch_related_objects(holders, name)
    for page in holders:
        for row in getattr(page, name).all():
            if isinstance(row, ClinicianPage):
                wants.people.add(row.pk)
            elif hasattr(row, "page_id"):
                wants.pages.add(row.page_id)


def known_fields(model: type[Model]) -> dict[str, PlannedField]:
    """Every field the API has for pages of a model, by name."""
    fields = {field.name: field for field in _meta_fields()}
    fields["id"] = PlannedField("id", lambda page, batch: page.pk)
    fields["title"] = PlannedField("title", lambda page, batch: page.title)
    for given in getattr(model, "api_fields", ()):
        given = given if isinstance(given, APIField) else APIField(given)
        fields[given.name] = _planned(model, given)
    return fields


def plan_for(model: type[Model], fields: str | None, *, default: frozenset[str] | None) -> Plan:
    """The plan of a model for a `fields=` parameter; BadRequestError where it makes no sense.

    `default` names the fields shown where the parameter adds to them; None stands for all.
    """
    try:
        return _plan_for(model, fields, default)
    except ValueError as error:
        raise BadRequestError(f"fields error: {error}") from error


@lru_cache(maxsize=PLANS_KEPT)
def _plan_for(model: type[Model], fields: str | None, default: frozenset[str] | None) -> Plan:
    known = known_fields(model)
    config = parse_fields_parameter(fields) if fields is not None else []
    chosen, nested = _chosen(config, known=known, default=default)
    planned = []
    for name, field in known.items():
        if name in chosen:
            planned.append(_narrowed(field, nested[name]) if name in nested else field)
    return Plan(fields=tuple(planned))


def _chosen(
    config: FieldsConfig, *, known: dict[str, PlannedField], default: frozenset[str] | None
) -> tuple[set[str], dict[str, FieldsConfig]]:
    chosen = set(known) if default is None else set(default)
    if config and config[0][0] in ("*", "_"):
        chosen = set(known) if config[0][0] == "*" else set()
        config = config[1:]
    unknown = sorted({name for name, _, _ in config} - set(known))
    if unknown:
        raise BadRequestError(f"unknown fields: {', '.join(unknown)}")
    nested = {}
    for name, negated, inner in config:
        if negated:
            chosen.discard(name)
            continue
        chosen.add(name)
        if inner:
            nested[name] = inner
    return chosen, nested


def _narrowed(field: PlannedField, config: FieldsConfig) -> PlannedField:
    """The field with only some of the keys of its value."""
    keys = getattr(field.show, "keys", ())
    if not keys:
        raise BadRequestError(f"'{field.name}' does not support nested fields")
    every = {key: PlannedField(key, field.show) for key in keys}
    # Without a star or an underscore everything is shown already, so naming keys chooses them.
    first = config[0][0] if config else "*"
    start: frozenset[str] | None = None if first == "*" or config[0][1] else frozenset()
    chosen, _ = _chosen(config, known=every, default=start)
    kept = [key for key in keys if key in chosen]

    def narrow(value: Any) -> Any:
        if isinstance(value, list):
            return [narrow(item) for item in value]
        return value and {key: value[key] for key in kept if key in value}

    return PlannedField(
        field.name,
        lambda page, batch: narrow(field.show(page, batch)),
        field.collect,
        field.in_meta,
    )


def _meta_fields() -> Iterable[PlannedField]:
    for name, (show, collect) in meta.FIELDS.items():
        yield PlannedField(name, show, collect, in_meta=True)


class _Bound:
    """A batch field with its name: shows a page's value, and knows its keys."""

    def __init__(self, field: BatchField, name: str) -> None:
        self.field, self.name, self.keys = field, name, field.keys

    def __call__(self, page: Page, batch: Batch) -> Any:
        return self.field.show(page, self.name, batch)


def _planned(model: type[Model], given: APIField) -> PlannedField:
    name, serializer = given.name, given.serializer
    if isinstance(serializer, BatchField):
        return PlannedField(
            name,
            _Bound(serializer, name),
            lambda page, wants: serializer.collect(page, name, wants),
        )
    if serializer is not None:
        return PlannedField(name, _by_serializer(serializer, name))
    column = next((field for field in model._meta.get_fields() if field.name == name), None)
    if isinstance(column, StreamField):
        return _stream(name, shape_of(column.stream_block))
    if isinstance(column, RichTextField):
        return PlannedField(
            name,
            lambda page, batch: batch.rich_text(getattr(page, name)),
            lambda page, wants: wants.linked.update(linked_pages(getattr(page, name))),
        )
    if isinstance(column, ForeignKey):
        return _foreign(name, column)
    if isinstance(column, ModelField) and not column.is_relation:
        return PlannedField(name, lambda page, batch: plain(getattr(page, column.attname)))
    return PlannedField(name, lambda page, batch: plain(_called(getattr(page, name))))


def _stream(name: str, shape: Any) -> PlannedField:
    def stored(page: Page) -> list:
        # Not get_prep_value: it would decode nothing either, but count as a change.
        return list(getattr(page, name).raw_data)

    def collect(page: Page, wants: Wants) -> None:
        shape.collect(stored(page), wants)

    return PlannedField(
        name,
        lambda page, batch: shape.show(stored(page), batch),
        collect if shape.collect else None,
    )


def _foreign(name: str, column: ForeignKey) -> PlannedField:
    model = column.related_model
    if issubclass(model, AbstractImage):
        field = PictureField()
        return PlannedField(
            name, _Bound(field, name), lambda page, wants: field.collect(page, name, wants)
        )

    def collect(page: Page, wants: Wants) -> None:
        pk = getattr(page, column.attname)
        if pk and issubclass(model, Page):
            wants.pages.add(pk)
        elif pk:
            wants.rows[model].add(pk)

    def show(page: Page, batch: Batch) -> Any:
        pk = getattr(page, column.attname)
        return batch.stub(pk) if issubclass(model, Page) else batch.shown_row(batch.row(model, pk))

    return PlannedField(name, show, collect)


def _by_serializer(serializer: Any, name: str) -> Callable[[Page, Batch], Any]:
    """A field of REST framework as it is; what it loads, it loads a page at a time."""
    field = type(serializer)(*serializer._args, **serializer._kwargs)
    field.bind(name, parent=None)

    def show(page: Page, batch: Batch) -> Any:
        value = field.get_attribute(page)
        return None if value is None else field.to_representation(value)

    return show


def _called(value: Any) -> Any:
    return value() if callable(value) else value


def plain(value: Any) -> Any:
    """A column's value as JSON has it: moments in UTC, and decimals as text."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, (UUID, Decimal)):
        return str(value)
    return value


def shown_alone(field: BatchField, page: Page, name: str) -> Any:
    """One field of one page, for whoever does not show pages in batches."""
    plan = Plan(
        (
            PlannedField(
                name, _Bound(field, name), lambda page, wants: field.collect(page, name, wants)
            ),
        )
    )
    frame = current_frame()
    site = next((site for site in frame.sites if site.is_default), None)
    [shown] = plan.run([page], Batch(frame=frame, site=site, doors=frame.doors))
    return shown[name]


def pictures_shown_on(pages: Sequence[Page]) -> frozenset[int]:
    """The ids of the images that these pages, each of its own type, show with all their fields."""
    frame = current_frame()
    site = next((site for site in frame.sites if site.is_default), None)
    by_type: dict[type[Page], list[Page]] = defaultdict(list)
    for page in pages:
        by_type[type(page)].append(page)
    shown: set[int] = set()
    for model, alike in by_type.items():
        noted = NotedPictures()
        batch = Batch(frame=frame, site=site, doors=frame.doors, pictures=noted)
        plan_for(model, None, default=None).load(alike, batch)
        shown |= noted.ids
    return frozenset(shown)


__all__ = [
    "Plan",
    "known_fields",
    "pictures_shown_on",
    "plan_for",
    "plain",
    "shown_alone",
    "type_name",
]
