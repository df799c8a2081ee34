"""Writes imported pages in bulk, one chunk a transaction, as Wagtail would have written them singly.

Wagtail adds a page with some dozen statements and refreshes the whole search index each time; a
chunk here takes about as many statements for all its pages. What it must keep true: paths and
child counts of the tree, addresses, languages, the search index. (The reference index ignores
topics, and imported pages refer to nothing else.)
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from wagtail.models import Page
from wagtail.search.models import IndexEntry

from cms.importing.builders import builder_of, fields_of
from cms.importing.rows import ContentRow
from cms.importing.search_entries import SearchEntries
from cms.models import ImportedItem, IndexPage, PageTopic, PiecePage
from cms.services.site import ensure_shelf
from cms.services.topics import TopicBook
from cms.signals import pages_published
from cms.slugs import ascii_slug, numbered_slug

SLUG_LENGTH = 255


@dataclass(frozen=True)
class Prepared:
    """A good row with the fields of its page, made before the transaction begins.

    `known_as` is the id of the `ImportedItem` the key has already; for a new key it is None, and
    `page` and `entries` are the unsaved page and what the search index is to hold of it.
    """

    row: ContentRow
    fields: dict[str, Any]
    known_as: int | None
    page: PiecePage | None = None
    entries: list[IndexEntry] = field(default_factory=list)


@dataclass
class Shelf:
    """The library of one language, with the addresses taken in it."""

    page: IndexPage
    slugs: set[str]


class Library:
    """Writes chunks of prepared rows under the library shelf of their languages."""

    def __init__(self) -> None:
        self._topics = TopicBook()
        self._shelves: dict[str, Shelf] = {}
        self._search = SearchEntries()

    def prepare(self, row: ContentRow, *, known_as: int | None) -> Prepared:
        """Make of a row all that can be made outside the transaction."""
        fields = fields_of(row)
        if known_as is not None:
            return Prepared(row=row, fields=fields, known_as=known_as)
        page = builder_of(row.type).model(**fields)
        return Prepared(row, fields, None, page=page, entries=self._search.prepare(page))

    def write(self, prepared: Sequence[Prepared]) -> None:
        """Write one chunk in one transaction; keys must differ within it."""
        for language in {item.row.language for item in prepared} - set(self._shelves):
            self._shelves[language] = _shelf(language)
        with transaction.atomic():
            published = self._add([item for item in prepared if item.known_as is None])
            for item in prepared:
                if item.known_as is not None:
                    published += self._update(item, known_as=item.known_as)
            if published:
                pages_published.send(sender=Page, page_ids=[page.pk for page in published])

    def _add(self, items: Sequence[Prepared]) -> list[PiecePage]:
        by_language: dict[str, list[Prepared]] = defaultdict(list)
        for item in items:
            by_language[item.row.language].append(item)
        pages = []
        for language, group in by_language.items():
            shelf = self._shelves[language]
            built = [_build(item, shelf=shelf) for item in group]
            _insert(built, parent=shelf.page)
            ImportedItem.objects.bulk_create(
                ImportedItem(key=item.row.key, page_id=page.pk, content_hash=item.row.content_hash)
                for item, page in zip(group, built, strict=True)
            )
            PageTopic.objects.bulk_create(
                PageTopic(content_object_id=page.pk, tag_id=topic_id, weight=weight)
                for item, page in zip(group, built, strict=True)
                for topic_id, weight in self._weights(item.row).items()
            )
            self._search.write(built, prepared=[item.entries for item in group])
            pages += built
        return pages

    def _weights(self, row: ContentRow) -> dict[int, float]:
        """Return topic id to weight of a row, with missing topics and aliases made."""
        found = self._topics.ensure(row.topics)
        weights: dict[int, float] = {}
        for name, topic_id in found.items():
            weights[topic_id] = max(weights.get(topic_id, 0.0), row.topics[name])
        named = {name: found.get(name) or self._topics.find(name) for name in row.aliases}
        self._topics.add_aliases(
            aliases={topic_id: row.aliases[name] for name, topic_id in named.items() if topic_id},
            language=row.language,
        )
        return weights

    def _update(self, item: Prepared, *, known_as: int) -> list[PiecePage]:
        """Give a page what its row says now; returns it where Wagtail has not told of it itself.

        Where editors have worked on the page this is one more revision, so nothing of theirs is
        lost; a page they took offline stays offline.
        """
        imported = ImportedItem.objects.select_related("page").get(pk=known_as)
        page = imported.page.specific
        # Words that come anew from elsewhere are nobody's here, whatever was approved before.
        type(page).objects.filter(pk=page.pk).update(reviewed_here=False)
        for name, value in item.fields.items():
            setattr(page, name, value)
        page.first_published_at = item.row.published_at or page.first_published_at
        _set_topics(page, weights=self._weights(item.row))
        imported.content_hash, imported.imported_at = item.row.content_hash, timezone.now()
        imported.save(update_fields=["content_hash", "imported_at"])
        if page.latest_revision_id:
            revision = page.save_revision(clean=False, changed=True)
            if page.live:
                revision.publish()
            return []
        if page.live:
            page.last_published_at = timezone.now()
        page.save(clean=False)
        return [page] if page.live else []


def _shelf(language: str) -> Shelf:
    page = ensure_shelf(shelf=IndexPage.Shelf.LIBRARY, language=language)
    return Shelf(page=page, slugs=set(page.get_children().values_list("slug", flat=True)))


def _build(item: Prepared, *, shelf: Shelf) -> PiecePage:
    base = ascii_slug(item.row.title, fallback="page", length=SLUG_LENGTH)
    number = 1
    while (slug := numbered_slug(base, number, length=SLUG_LENGTH)) in shelf.slugs:
        number += 1
    shelf.slugs.add(slug)
    page = item.page
    assert page is not None
    page.slug = slug
    page.url_path = f"{shelf.page.url_path}{slug}/"
    page.locale_id, page.depth = shelf.page.locale_id, shelf.page.depth + 1
    page.live, page.last_published_at = True, timezone.now()
    page.first_published_at = item.row.published_at or page.last_published_at
    return page


def _insert(pages: Sequence[PiecePage], *, parent: IndexPage) -> None:
    """Insert pages as the last children of `parent`: first the rows all pages have, then their own.

    Django's `bulk_create` refuses models with parents, so the second step asks for the same
    insert that `Model.save` uses, once for all pages of a type.
    """
    locked = Page.objects.select_for_update().get(pk=parent.pk)
    last = locked.get_last_child()
    taken = Page._str2int(last.path[-Page.steplen :]) if last else 0
    for step, page in enumerate(pages, start=taken + 1):
        page.path = Page._get_path(locked.path, page.depth, step)
        page.content_type = ContentType.objects.get_for_model(type(page))
    common = Page._meta.concrete_fields
    bases = Page.objects.bulk_create(
        Page(**{field.attname: getattr(page, field.attname) for field in common}) for page in pages
    )
    Page.objects.filter(pk=locked.pk).update(numchild=F("numchild") + len(pages))
    by_model: dict[type[PiecePage], list[PiecePage]] = defaultdict(list)
    for page, base in zip(pages, bases, strict=True):
        page.pk = page.id = page.page_ptr_id = base.pk
        page._state.adding, page._state.db = False, base._state.db
        by_model[type(page)].append(page)
    for model, group in by_model.items():
        model._base_manager._insert(
            group, fields=model._meta.local_concrete_fields, using=group[0]._state.db
        )


def _set_topics(page: PiecePage, *, weights: dict[int, float]) -> None:
    held = {item.tag_id: item for item in page.page_topics.all()}
    items = []
    for topic_id, weight in weights.items():
        item = held.get(topic_id) or PageTopic(tag_id=topic_id)
        item.weight = weight
        items.append(item)
    page.page_topics = items
