"""Fields of pages in the read API that are more than a column: people, pictures, topics, lessons.

Each says what it needs loaded (`collect`) and how it is shown from the loaded batch (`show`), so
that a list takes as many queries as a single page. Models name them in `api_fields`.
"""

from abc import ABC, abstractmethod
from typing import Any

from django.conf import settings
from rest_framework.fields import Field


class BatchField(Field, ABC):
    """A field shown from a batch; `keys` are what `fields=name(key)` may choose from."""

    keys: tuple[str, ...] = ()

    def collect(self, page: Any, name: str, wants: Any) -> None:
        """Add what the page needs loaded for this field."""

    @abstractmethod
    def show(self, page: Any, name: str, batch: Any) -> Any:
        """The field's value from what was loaded."""

    # Where Wagtail's own views serialize a page, the field loads for that page alone.

    def get_attribute(self, instance: Any) -> Any:
        return instance

    def to_representation(self, page: Any) -> Any:
        from cms.read_api.plans import shown_alone

        return shown_alone(self, page, self.field_name)


class PictureField(BatchField):
    """An image with its words, credit, focal point and sizes; null where there is none."""

    keys = (
        "id", "alt", "decorative", "credit", "width", "height", "focal_point", "renditions",
    )  # fmt: skip

    def collect(self, page: Any, name: str, wants: Any) -> None:
        if pk := getattr(page, f"{name}_id"):
            wants.pictures.add(pk)

    def show(self, page: Any, name: str, batch: Any) -> dict | None:
        return batch.pictures.show(getattr(page, f"{name}_id"))


def media_facts(media: Any, batch: Any) -> dict | None:
    """A film or recording with what makes it reachable; null where none, or withheld."""
    if media is None or media.is_withheld:
        return None
    captions = None
    if media.captions:
        captions = {"url": f"{settings.BASE_URL}{media.captions.url}", "language": media.language}
    return {
        "id": media.pk,
        "title": media.title,
        "kind": media.type,
        "url": f"{settings.BASE_URL}{media.url}",
        "type": media.content_type,
        "seconds": media.duration,
        "width": media.width,
        "height": media.height,
        "credit": media.credit,
        "captions": captions,
        "transcript": media.transcript,
        "poster": batch.pictures.show(media.poster_id),
    }


class PersonField(BatchField):
    """A clinician: name, role, licence, portrait and where their page is."""

    keys = (
        "id", "name", "role", "specialties", "professional_licence", "portrait", "html_url",
        "detail_url",
    )  # fmt: skip

    def collect(self, page: Any, name: str, wants: Any) -> None:
        if pk := getattr(page, f"{name}_id"):
            wants.people.add(pk)

    def show(self, page: Any, name: str, batch: Any) -> dict | None:
        return batch.person(getattr(page, f"{name}_id"))


class TopicsField(BatchField):
    """The topics of a page, merges resolved: slug, both names and weight, heaviest first."""

    keys = ("slug", "name", "name_zh", "weight")

    def collect(self, page: Any, name: str, wants: Any) -> None:
        wants.topics_of.add(page.pk)

    def show(self, page: Any, name: str, batch: Any) -> list[dict]:
        return batch.topics(page)


class ModulesField(BatchField):
    """The modules of a course, in their order."""

    keys = ("id", "title", "standfirst", "minutes", "html_url", "detail_url")

    def collect(self, page: Any, name: str, wants: Any) -> None:
        if page.path:
            wants.modules_of.add(page.path)

    def show(self, page: Any, name: str, batch: Any) -> list[dict]:
        return batch.modules(page)


class MinutesField(BatchField):
    """How long reading or taking the page takes, in whole minutes; of a course, its modules' sum."""

    def collect(self, page: Any, name: str, wants: Any) -> None:
        from cms.models import ClinicMedia
        from cms.selectors import played_ids

        if _is_course(page) and page.path:
            wants.modules_of.add(page.path)
        if played := played_ids(page):
            wants.rows[ClinicMedia].update(played)

    def show(self, page: Any, name: str, batch: Any) -> int | None:
        from cms.models import ClinicMedia
        from cms.presentation import minutes_of

        modules = sum(module["minutes"] or 0 for module in batch.modules(page))
        lengths = {pk: media.duration for pk, media in batch.rows(ClinicMedia).items()}
        return modules or minutes_of(page, lengths=lengths)


def _is_course(page: Any) -> bool:
    return page._meta.label == "cms.CoursePage"


class BranchesField(BatchField):
    """The places of the clinic where a clinician works."""

    keys = ("slug", "name", "name_zh")

    def collect(self, page: Any, name: str, wants: Any) -> None:
        wants.related[name].append(page)

    def show(self, page: Any, name: str, batch: Any) -> list[dict]:
        return [
            {"slug": branch.slug, "name": branch.name, "name_zh": branch.name_zh}
            for branch in getattr(page, name).all()
        ]


class PeopleField(BatchField):
    """Several clinicians, such as those who hold a class."""

    keys = PersonField.keys

    def collect(self, page: Any, name: str, wants: Any) -> None:
        wants.related[name].append(page)

    def show(self, page: Any, name: str, batch: Any) -> list[dict]:
        people = (batch.person(person.pk) for person in getattr(page, name).all())
        return [person for person in people if person]


class ReadableField(BatchField):
    """Whether the one who asks may read all of the page."""

    def show(self, page: Any, name: str, batch: Any) -> bool:
        return batch.doors.opens(page)


class LessonField(BatchField):
    """The blocks of a lesson; none where the one who asks may not read it."""

    def collect(self, page: Any, name: str, wants: Any) -> None:
        collect = self._shape(page, name).collect
        if collect:
            collect(list(getattr(page, name).raw_data), wants)

    def show(self, page: Any, name: str, batch: Any) -> list[dict]:
        if not batch.doors.opens(page):
            return []
        return self._shape(page, name).show(list(getattr(page, name).raw_data), batch)

    @staticmethod
    def _shape(page: Any, name: str) -> Any:
        from cms.read_api.streams import shape_of

        return shape_of(page._meta.get_field(name).stream_block)


class PrerequisitesField(BatchField):
    """What comes before a course: live pages that the one who asks may know of."""

    keys = ("id", "title", "meta", "required")

    def collect(self, page: Any, name: str, wants: Any) -> None:
        wants.related[name].append(page)

    def show(self, page: Any, name: str, batch: Any) -> list[dict]:
        found = ((batch.stub(item.page_id), item) for item in getattr(page, name).all())
        return [{**stub, "required": item.required} for stub, item in found if stub]
