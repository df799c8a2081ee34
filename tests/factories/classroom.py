"""Makes classes, places and report files for tests."""

from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from classroom.models import LiveClass, Registration
from cms.models import IndexPage
from cms.services.site import ensure_shelf
from tests.factories.reviews import put_up

_numbers = count(1)
STARTS_AT = datetime(2026, 3, 5, 18, 0, tzinfo=UTC)


def live_class(language: str = "en", **fields) -> LiveClass:
    """A live class of one hour."""
    number = next(_numbers)
    parent = ensure_shelf(shelf=IndexPage.Shelf.CLASSES, language=language)
    page = LiveClass(
        locale=parent.locale,
        **{
            "title": f"Class {number}",
            "slug": f"class-{number}",
            "starts_at": STARTS_AT,
            "minutes": 60,
            "first_published_at": STARTS_AT,
            "last_published_at": STARTS_AT,
            **fields,
        },
    )
    return put_up(page, under=IndexPage.objects.get(pk=parent.pk))


def place(live_class: LiveClass, person) -> Registration:
    """The person's place in the class."""
    return Registration.objects.create(live_class=live_class, person=person)


def written(folder: Path, text: str, *, name: str = "report.csv", encoding: str = "utf-8") -> Path:
    """A report file with this text."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path
