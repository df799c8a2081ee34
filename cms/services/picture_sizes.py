"""Makes the sizes of images that the website and the read API offer, and stores them.

An image that shows a patient without consent gets none, so there is nothing to withhold later.
"""

import logging
from collections.abc import Collection, Iterable, Sequence
from io import BytesIO

from django.db import transaction
from django.db.models import Q
from wagtail.images.models import Filter, SourceImageIOError

from cms.models import ClinicImage, ClinicRendition

WIDTHS = (480, 960, 1600)
SPECS = tuple(f"width-{width}|format-webp" for width in WIDTHS)

logger = logging.getLogger("wellread.pictures")


def specs_of(width: int) -> list[str]:
    """The sizes an image that wide is offered in: up to its own, which the next larger one gives."""
    return list(SPECS[: sum(offered < width for offered in WIDTHS) + 1])


def stored_sizes(image_ids: Collection[int]) -> dict[int, set[str]]:
    """Image id to the sizes that are there; one query."""
    found: dict[int, set[str]] = {}
    rows = ClinicRendition.objects.filter(
        image_id__in=image_ids, filter_spec__in=SPECS, focal_point_key=""
    )
    for image_id, spec in rows.values_list("image_id", "filter_spec"):
        found.setdefault(image_id, set()).add(spec)
    return found


def make_sizes(*, image_ids: Collection[int]) -> int:
    """Make what is missing of these images' sizes, an image at a time; returns how many were made.

    One statement stores the sizes of an image. Images that are gone, withheld or unreadable are
    passed over; a second call finds nothing to do.
    """
    stored = stored_sizes(image_ids)
    images = ClinicImage.objects.filter(pk__in=image_ids).prefetch_related("patient_consents")
    count = 0
    for image in images.order_by("pk"):
        missing = [spec for spec in specs_of(image.width) if spec not in stored.get(image.pk, ())]
        if missing and not image.is_withheld:
            count += len(store_sizes(drawn_sizes(image, missing)))
    return count


def drawn_sizes(image: ClinicImage, specs: Iterable[str]) -> list[ClinicRendition]:
    """The sizes, drawn but not stored; none where the file is gone or cannot be read."""
    try:
        with image.open_file() as file:
            original = file.read()
        return [
            image.generate_rendition_instance(Filter(spec), BytesIO(original)) for spec in specs
        ]
    except (SourceImageIOError, OSError):
        logger.warning("The file of image %s is missing or cannot be read.", image.pk)
        return []


def store_sizes(drawn: Sequence[ClinicRendition]) -> list[ClinicRendition]:
    """Store drawn sizes with one statement; returns the rows that now hold these sizes.

    Where somebody else stored one meanwhile, theirs stands. Of an image that was replaced or
    deleted meanwhile nothing is stored.
    """
    if not drawn:
        return []
    unchanged = Q()
    for image in {row.image_id: row.image for row in drawn}.values():
        unchanged |= Q(pk=image.pk, file=image.file.name)
    with transaction.atomic():
        # Whoever replaces an image takes its sizes away after writing the row: they wait for us.
        images = ClinicImage.objects.select_for_update().filter(unchanged)
        standing = set(images.values_list("pk", flat=True))
        made = [row for row in drawn if row.image_id in standing]
        ClinicRendition.objects.bulk_create(made, ignore_conflicts=True)
        wanted = {(row.image_id, row.filter_spec) for row in made}
        rows = ClinicRendition.objects.filter(
            image_id__in=standing, filter_spec__in=SPECS, focal_point_key=""
        )
        held = [row for row in rows if (row.image_id, row.filter_spec) in wanted]
    kept = {row.file.name for row in held}
    for row in made:
        if row.file.name not in kept:
            row.file.storage.delete(row.file.name)
    return held
