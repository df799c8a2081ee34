"""Loads everything that the pages of one answer show, each kind of row at once, and hands it out.

First every page says what it needs (`Wants`), then the batch loads it in a fixed number of
queries, then the pages are shown without any.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from django.apps import apps
from django.db.models import Model, Q, prefetch_related_objects
from wagtail.models import Page

from cms.access import Doors
from cms.models import ModulePage, PageTopic, Topic
from cms.read_api.frame import Frame, PlacedSite, known_condition
from cms.read_api.links import as_html
from cms.read_api.pictures import Pictures


@dataclass
class Wants:
    """What the pages of an answer need beside themselves."""

    pictures: set[int] = field(default_factory=set)
    people: set[int] = field(default_factory=set)
    pages: set[int] = field(default_factory=set)
    linked: set[int] = field(default_factory=set)
    translations: set[Any] = field(default_factory=set)
    ancestors: set[str] = field(default_factory=set)
    topics_of: set[int] = field(default_factory=set)
    modules_of: set[str] = field(default_factory=set)
    rows: dict[type[Model], set[Any]] = field(default_factory=lambda: defaultdict(set))
    related: dict[str, list[Page]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True)
class Stub:
    """As much of a page as another page shows of it."""

    pk: int
    title: str
    slug: str
    path: str
    url_path: str
    language: str
    translation_key: Any
    app: str
    model: str
    live: bool
    role: str | None
    specialties: str | None
    professional_licence: str | None
    portrait_id: int | None

    @property
    def type(self) -> str:
        return type_name(apps.get_model(self.app, self.model))


# A clinician's columns are null for other pages; so people come with the pages, in one query.
STUB_COLUMNS = (
    "pk", "title", "slug", "path", "url_path", "locale__language_code", "translation_key",
    "content_type__app_label", "content_type__model", "live",
    *(
        f"clinicianpage__{name}"
        for name in ("role", "specialties", "professional_licence", "portrait_id")
    ),
)  # fmt: skip


class NamedTopic(NamedTuple):
    """As much of a topic as a page shows of it: many are loaded, and rows of models are dear."""

    slug: str
    name: str
    name_zh: str
    merged_into_id: int | None


Named = Topic | NamedTopic
TOPIC_COLUMNS = ("pk", *NamedTopic._fields)


def type_name(model: type[Model]) -> str:
    """The name of a model as the API writes it."""
    return f"{model._meta.app_label}.{model.__name__}"


def _loaded(model: type[Model], ids: Collection[Any]) -> dict[Any, Any]:
    """The rows by id, with consents where patients are shown."""
    rows = model._default_manager.in_bulk(ids)
    patients = [row for row in rows.values() if getattr(row, "patient_shown", False)]
    if patients:
        prefetch_related_objects(patients, "patient_consents")
    return rows


class Batch:
    """One answer's worth of loaded rows; see the module. `pages` must be specific."""

    def __init__(
        self,
        *,
        frame: Frame,
        site: PlacedSite | None,
        doors: Doors,
        rich_text: Callable[[str, Callable[[int], str | None]], Any] | None = None,
        draft: bool = False,
        pictures: Pictures | None = None,
    ) -> None:
        self.frame, self.site, self.doors, self.draft = frame, site, doors, draft
        self.pictures = pictures or Pictures()
        self.page: Page | None = None
        self._rich_text = rich_text
        self._stubs: dict[int, Stub] = {}
        self._by_path: dict[str, Stub] = {}
        self._twins: dict[Any, list[Stub]] = defaultdict(list)
        self._topics: dict[int, list[dict[str, Any]]] = {}
        self._people: dict[int, Stub] = {}
        self._modules: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._rows: dict[type[Model], dict[Any, Any]] = {}

    # Loading

    def load(self, wants: Wants) -> None:
        """Load all of it; the number of queries depends on what is wanted, not on how much."""
        if wants.modules_of:
            self._load_modules(wants.modules_of)
        for model, ids in wants.rows.items():
            self._rows[model] = _loaded(model, ids)
            wants.pictures.update(
                row.poster_id
                for row in self._rows[model].values()
                if getattr(row, "poster_id", None)
            )
        self._load_stubs(wants)
        if wants.topics_of:
            self._load_topics(wants.topics_of)
        self.pictures.load(wants.pictures)

    def _load_stubs(self, wants: Wants) -> None:
        condition = self._wanted(wants)
        if wants.people:
            # Who wrote a piece is named, even where their own page is down.
            condition |= Q(pk__in=wants.people)
        if not condition:
            return
        for row in Page.objects.filter(condition).order_by("pk").values_list(*STUB_COLUMNS):
            stub = Stub(*row)
            if stub.pk in wants.people:
                self._people[stub.pk] = stub
                if stub.portrait_id:
                    wants.pictures.add(stub.portrait_id)
            if self._is_known(stub):
                self._stubs[stub.pk] = self._by_path[stub.path] = stub
                self._twins[stub.translation_key].append(stub)

    def _wanted(self, wants: Wants) -> Q:
        """The condition of the pages that are wanted; empty where none are."""
        wanted = Q()
        if ids := wants.pages | wants.linked:
            wanted |= Q(pk__in=ids)
        if wants.translations:
            wanted |= Q(translation_key__in=wants.translations)
        if wants.linked:
            # A link leads to the twin in the language of the page it stands on, where there is one.
            keys = Page.objects.filter(pk__in=wants.linked).order_by().values("translation_key")
            wanted |= Q(translation_key__in=keys)
        if wants.ancestors:
            wanted |= Q(path__in=wants.ancestors)
        return wanted & Q(live=True) if wanted else wanted

    def _is_known(self, stub: Stub) -> bool:
        """Tell whether this reader may know of the page; as `known_condition` does for rows."""
        roots = tuple(root.path for root in self.site.roots) if self.site else ()
        return (
            stub.live
            and stub.path.startswith(roots)
            and not self.frame.is_restricted(stub.path)
            and not stub.path.startswith(self.doors.unknown)
        )

    def _load_topics(self, page_ids: Collection[int]) -> None:
        items = PageTopic.objects.filter(content_object_id__in=page_ids).order_by()
        by_page: dict[int, list[tuple[int, float]]] = defaultdict(list)
        topics: dict[int, NamedTopic] = {}
        columns = ("content_object_id", "weight", *(f"tag__{name}" for name in TOPIC_COLUMNS))
        for page_id, weight, pk, *rest in items.values_list(*columns):
            topics[pk] = NamedTopic(*rest)
            by_page[page_id].append((pk, weight))
        if any(topic.merged_into_id for topic in topics.values()):
            # What others were merged into, however long the chain.
            targets = Topic.objects.filter(merged_from__isnull=False).distinct()
            for pk, *rest in targets.values_list(*TOPIC_COLUMNS):
                topics[pk] = NamedTopic(*rest)
        self._topics = {
            page_id: shown_topics((_standing(pk, topics), weight) for pk, weight in pairs)
            for page_id, pairs in by_page.items()
        }

    def _load_modules(self, paths: Iterable[str]) -> None:
        under = reduce(or_, (Q(path__startswith=path) for path in paths))
        columns = ("pk", "title", "slug", "path", "url_path", "minutes", "standfirst")
        rows = (
            ModulePage.objects.filter(under)
            .filter(known_condition(self.frame, self.site, self.doors))
            .order_by("path")
        )
        for row in rows.values(*columns):
            self._modules[row["path"][: -Page.steplen]].append(row)

    # Handing out

    def stub(self, pk: int | None) -> dict[str, Any] | None:
        """A page that this reader may know of, as other pages show it; None else."""
        stub = self._stubs.get(pk) if pk else None
        return self.shown_stub(stub) if stub else None

    def shown_stub(self, stub: Stub) -> dict[str, Any]:
        """A page as other pages show it."""
        return {
            "id": stub.pk,
            "title": stub.title,
            "meta": {
                "type": stub.type,
                "language": stub.language,
                "slug": stub.slug,
                "html_url": self.frame.html_url(stub.url_path),
                "detail_url": self.frame.detail_url(stub.pk),
            },
        }

    def ancestors(self, page: Page) -> list[dict[str, Any]]:
        """The pages above, from the front page down to the parent."""
        return [
            self.shown_stub(self._by_path[path])
            for path in ancestor_paths(page.path)
            if path in self._by_path
        ]

    def parent(self, page: Page) -> dict[str, Any] | None:
        """The page above, None where nobody may see it."""
        stub = self._by_path.get(page.path[: -Page.steplen]) if page.path else None
        return self.shown_stub(stub) if stub else None

    def translations(self, page: Page) -> list[dict[str, Any]]:
        """The page in its other languages."""
        return [
            {
                "language": twin.language,
                "id": twin.pk,
                "title": twin.title,
                "html_url": self.frame.html_url(twin.url_path),
                "detail_url": self.frame.detail_url(twin.pk),
            }
            for twin in self._twins.get(page.translation_key, ())
            if twin.pk != page.pk
        ]

    def topics(self, page: Page) -> list[dict[str, Any]]:
        """The topics of a page, merges resolved, heaviest first."""
        if self.draft:
            return shown_topics((item.tag.resolved, item.weight) for item in page.page_topics.all())
        return self._topics.get(page.pk, [])

    def person(self, pk: int | None) -> dict[str, Any] | None:
        """A clinician as pieces show them; without addresses where their page is not public."""
        person = self._people.get(pk) if pk else None
        if person is None:
            return None
        is_known = self._is_known(person)
        return {
            "id": pk,
            "name": person.title,
            "role": person.role,
            "specialties": person.specialties,
            "professional_licence": person.professional_licence,
            "portrait": self.pictures.show(person.portrait_id),
            "html_url": self.frame.html_url(person.url_path) if is_known else None,
            "detail_url": self.frame.detail_url(person.pk) if is_known else None,
        }

    def modules(self, page: Page) -> list[dict[str, Any]]:
        """The modules of a course in their order."""
        return [
            {
                "id": row["pk"],
                "title": row["title"],
                "standfirst": row["standfirst"],
                "minutes": row["minutes"],
                "html_url": self.frame.html_url(row["url_path"]),
                "detail_url": self.frame.detail_url(row["pk"]),
            }
            for row in self._modules.get(page.path, ())
        ]

    def row(self, model: type[Model], pk: Any) -> Any:
        """A row that a block or a field chose; None where it is gone."""
        return self._rows.get(model, {}).get(pk) if pk else None

    def rows(self, model: type[Model]) -> dict[Any, Any]:
        """All loaded rows of a model, by id."""
        return self._rows.get(model, {})

    def shown_row(self, row: Any) -> dict[str, Any] | None:
        """A chosen row as its model is shown: by its id alone where nobody said how."""
        show = chosen_rows.get(type(row))
        if row is None:
            return None
        return show(row) if show else {"id": row.pk}

    def rich_text(self, source: str) -> Any:
        """Stored rich text in the format that was asked for, HTML where none was."""
        if self._rich_text:
            return self._rich_text(source, self._address_of)
        return as_html(source, address_of=self._address_of)

    def _address_of(self, pk: int) -> str | None:
        """Where a link to a page leads: to its twin in the language of the page being shown."""
        stub = self._stubs.get(pk)
        if stub is None:
            return None
        own = self.page.locale.language_code if self.page else stub.language
        twins = (twin for twin in self._twins[stub.translation_key] if twin.language == own)
        return self.frame.html_url(next(twins, stub).url_path)


def ancestor_paths(path: str) -> list[str]:
    """The tree paths of the pages above, without the root of all sites."""
    step = Page.steplen
    return [path[:end] for end in range(2 * step, len(path), step)]


def _standing(pk: int, topics: Mapping[int, NamedTopic]) -> NamedTopic:
    """The topic that stands for this one after merges; ends on a cycle too."""
    seen = {pk}
    while (target := topics[pk].merged_into_id) and target in topics and target not in seen:
        pk = target
        seen.add(pk)
    return topics[pk]


def shown_topics(weighted: Iterable[tuple[Named, float]]) -> list[dict[str, Any]]:
    """Topics with their weights, the greatest where several stand for one, heaviest first."""
    weights: dict[Named, float] = {}
    for topic, weight in weighted:
        weights[topic] = max(weights.get(topic, 0.0), weight)
    ordered: Sequence = sorted(weights.items(), key=lambda pair: (-pair[1], pair[0].slug))
    return [{**shown_topic(topic), "weight": weight} for topic, weight in ordered]


def shown_topic(topic: Named) -> dict[str, Any]:
    """A topic by its address and its names in both languages."""
    return {"slug": topic.slug, "name": topic.name, "name_zh": topic.name_zh}


#: How rows that blocks choose are shown, by model, where the block does not say so itself.
chosen_rows: dict[type[Model], Callable[[Any], dict[str, Any]]] = {Topic: shown_topic}
