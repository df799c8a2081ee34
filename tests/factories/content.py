"""Makes pages, pictures and topics as they stand on the site."""

import io
import json
from itertools import count

from django.core.files.images import ImageFile
from django.utils import timezone
from PIL import Image

from cms.models import (
    ArticlePage,
    ClinicianPage,
    ClinicImage,
    ComicPage,
    CoursePage,
    IndexPage,
    PageTopic,
    Topic,
)
from cms.services.site import ensure_shelf

_numbers = count(1)


def picture(*, width: int = 1200, height: int = 900, alt: str = "A heron", **fields) -> ClinicImage:
    """An image with a real file."""
    content = io.BytesIO()
    Image.new("RGB", (width, height), "#22664d").save(content, "PNG")
    content.seek(0)
    file = ImageFile(content, name=f"picture-{next(_numbers)}.png")
    return ClinicImage.objects.create(title="Picture", description=alt, file=file, **fields)


def topic(name: str, **fields) -> Topic:
    """A topic with the slug of its name."""
    return Topic.objects.create(name=name, slug=name.lower().replace(" ", "-"), **fields)


def _child(model, shelf: str, language: str, topics=(), **fields):
    number = next(_numbers)
    parent = ensure_shelf(shelf=shelf, language=language)
    now = timezone.now()
    fields = {
        "title": f"Piece {number}",
        "slug": f"piece-{number}",
        "first_published_at": now,
        "last_published_at": now,
        **fields,
    }
    page = model(locale=parent.locale, **fields)
    IndexPage.objects.get(pk=parent.pk).add_child(instance=page)
    for item in topics:
        PageTopic.objects.create(content_object=page, tag=item)
    return page


def clinician(name: str = "Dr Heron", language: str = "en", **fields) -> ClinicianPage:
    """A clinician's live page."""
    return _child(ClinicianPage, "clinicians", language, title=name, **fields)


def article(
    language: str = "en", body: list | None = None, references: list | None = None, **fields
):
    """A live article; `body` holds (type, value) pairs, `references` (text, url) pairs."""
    body = body if body is not None else [("paragraph", "<p>Some words to read.</p>")]
    return _child(
        ArticlePage,
        "articles",
        language,
        body=json.dumps([{"type": kind, "value": value} for kind, value in body]),
        references=json.dumps(
            [
                {"type": "reference", "value": {"text": text, "url": url}}
                for text, url in references or []
            ]
        ),
        **fields,
    )


def comic(
    language: str = "en", panels: int = 2, bubbles: list | None = None, **fields
) -> ComicPage:
    """A live comic; every panel has the same bubbles."""
    bubble = {"speaker": "Mei", "text": "Knock.", "x": 47, "y": 3, "width": 34, "side": "right"}
    values = [
        {
            "id": f"p{number}",
            "type": "panel",
            "value": {
                "image": picture().pk,
                "alt": f"Drawing {number}",
                "narration": "Meanwhile.",
                "bubbles": bubbles if bubbles is not None else [bubble],
            },
        }
        for number in range(panels)
    ]
    return _child(ComicPage, "comics", language, panels_in_order=json.dumps(values), **fields)


def course(language: str = "en", **fields) -> CoursePage:
    """A live course without modules."""
    return _child(CoursePage, "courses", language, **fields)
