"""How an image is shown: words, credit, focal point, and its sizes as WebP.

Sizes are made when an image comes in and when a page that shows it goes live. Those that do not
exist yet are made here, all pictures of an answer together; the only writing the read API does. An
answer makes a limited number and then says that it is not complete.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import prefetch_related_objects

from cms.models.images import ClinicImage, ClinicRendition
from cms.services.picture_sizes import SPECS, drawn_sizes, specs_of, store_sizes

MADE_IN_AN_ANSWER = 36

_READ = (
    "id", "title", "description", "is_decorative", "credit", "width", "height", "patient_shown",
    "focal_point_x", "focal_point_y", "focal_point_width", "focal_point_height",
)  # fmt: skip
# `from_db` takes values in the order of the model's own columns, whatever order it is told names in.
IMAGE_COLUMNS = tuple(f.attname for f in ClinicImage._meta.concrete_fields if f.attname in _READ)


@dataclass(frozen=True)
class Size:
    """One size of an image; `name` is its file's."""

    name: str
    width: int
    height: int


class Pictures:
    """The images of one answer with their sizes; `complete` is False where sizes are still missing."""

    def __init__(self) -> None:
        self._shown: dict[int, dict[str, Any]] = {}
        self.complete = True

    def load(self, ids: Collection[int]) -> None:
        """Load all these images and sizes: one query where every image has all its sizes."""
        if not ids:
            return
        images: dict[int, ClinicImage] = {}
        sizes: dict[int, dict[str, Size]] = {}
        # Widths alone do not crop, so these sizes do not depend on the focal point.
        stored = ClinicRendition.objects.filter(
            image_id__in=ids, filter_spec__in=SPECS, focal_point_key=""
        )
        of_image = (f"image__{name}" for name in IMAGE_COLUMNS)
        for row in stored.values_list("filter_spec", "file", "width", "height", *of_image):
            spec, name, width, height, pk, *rest = row
            if pk not in images:
                images[pk] = ClinicImage.from_db(stored.db, IMAGE_COLUMNS, (pk, *rest))
            sizes.setdefault(pk, {})[spec] = Size(name, width, height)
        # Oldest first, so that an answer which makes only some of them makes the same ones each time.
        unfinished = [
            pk
            for pk in sorted(ids)
            if pk not in images or len(sizes[pk]) < len(specs_of(images[pk].width))
        ]
        if unfinished:
            images.update(ClinicImage.objects.in_bulk(unfinished))
        patients = [image for image in images.values() if image.patient_shown]
        if patients:
            prefetch_related_objects(patients, "patient_consents")
        for image in patients:
            if image.is_withheld:
                del images[image.pk]
        self._make_missing([images[pk] for pk in unfinished if pk in images], sizes)
        for pk, image in images.items():
            self._shown[pk] = shown_picture(image, sizes.get(pk, {}).values())

    def show(self, pk: int | None) -> dict[str, Any] | None:
        """The image of that id as the API shows it; None where it is gone or may not be shown."""
        return self._shown.get(pk) if pk else None

    def _make_missing(self, images: list[ClinicImage], sizes: dict[int, dict[str, Size]]) -> None:
        """Make the sizes that are missing and store them with one statement."""
        drawn: list[ClinicRendition] = []
        for image in images:
            known = sizes.get(image.pk, {})
            missing = [spec for spec in specs_of(image.width) if spec not in known]
            if len(drawn) + len(missing) > MADE_IN_AN_ANSWER:
                self.complete = False
                continue
            drawn += drawn_sizes(image, missing)
        for row in store_sizes(drawn):
            size = Size(row.file.name, row.width, row.height)
            sizes.setdefault(row.image_id, {})[row.filter_spec] = size


class NotedPictures(Pictures):
    """Images that are wanted and not loaded: for who wants to know which pages show which."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: frozenset[int] = frozenset()

    def load(self, ids: Collection[int]) -> None:
        """Remember the ids."""
        self.ids = frozenset(ids)


def shown_picture(image: ClinicImage, sizes: Iterable[Size]) -> dict[str, Any]:
    """An image as the API shows it; focal point and sizes in pixels, narrowest size first."""
    focus = None
    if image.focal_point_x is not None:
        focus = {
            "x": image.focal_point_x,
            "y": image.focal_point_y,
            "width": image.focal_point_width,
            "height": image.focal_point_height,
        }
    return {
        "id": image.pk,
        "alt": "" if image.is_decorative else image.description,
        "decorative": image.is_decorative,
        "credit": image.credit,
        "width": image.width,
        "height": image.height,
        "focal_point": focus,
        "renditions": [
            {
                "url": _full_url(size.name),
                "width": size.width,
                "height": size.height,
                "type": "image/webp",
            }
            for size in sorted(sizes, key=lambda size: size.width)
        ],
    }


def _full_url(name: str) -> str:
    url = ClinicRendition._meta.get_field("file").storage.url(name)
    return url if "://" in url else settings.WAGTAILADMIN_BASE_URL + url
