"""Makes pages, pictures and topics as they stand on the site."""

import io
import json
from itertools import count

from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from django.utils import timezone
from PIL import Image
from wagtail.documents import get_document_model

from cms.models import (
    ArticlePage,
    ClinicianPage,
    ClinicImage,
    ClinicMedia,
    ComicPage,
    CoursePage,
    IndexPage,
    ModulePage,
    PageTopic,
    Topic,
)
from cms.services.reviewing import noon_of
from cms.services.site import ensure_shelf
from tests.factories.reviews import put_up
from tests.factories.uploads import CAPTIONS, film, sound

_numbers = count(1)
SOURCES = [("A page", "https://example.org/a")]
# What a page shows of its review, and what the review's row calls it.
REVIEW_FIELDS = {
    "reviewer": "clinician",
    "reviewer_name": "reviewer_name",
    "reviewer_licence": "licence",
    "review_kind": "kind",
    "reviewed_at": "at",
    "next_review_at": "next_review_at",
}


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
    review = {
        ours: fields.pop(theirs) for theirs, ours in REVIEW_FIELDS.items() if theirs in fields
    }
    if "at" in review:
        review["at"] = noon_of(review["at"])
    page = model(locale=parent.locale, **fields)
    put_up(page, under=IndexPage.objects.get(pk=parent.pk), **review)
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
                for text, url in (SOURCES if references is None else references)
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


def question(text: str = "Which?", right: tuple = (0,), answers: int = 3) -> dict:
    """A check question whose answers at these places are right."""
    return {
        "question": text,
        "answers": [
            {"text": f"Answer {place}", "correct": place in right, "explanation": f"Why {place}."}
            for place in range(answers)
        ],
    }


def module(
    course: CoursePage, words: str = "Some words to learn.", questions: tuple = (), **fields
) -> ModulePage:
    """A live module at the end of the course."""
    number = next(_numbers)
    now = timezone.now()
    page = ModulePage(
        locale=course.locale,
        **{
            "title": f"Module {number}",
            "slug": f"module-{number}",
            "minutes": 5,
            "first_published_at": now,
            "last_published_at": now,
            "body": json.dumps([{"type": "paragraph", "value": f"<p>{words}</p>"}]),
            "check_questions": json.dumps(
                [{"type": "question", "value": value} for value in questions]
            ),
            **fields,
        },
    )
    put_up(page, under=CoursePage.objects.get(pk=course.pk))
    return page


def media(kind: str = "video", *, words: bool = True, **fields) -> ClinicMedia:
    """A film or recording with a real file; with its captions and transcript unless told."""
    number = next(_numbers)
    name, data = (
        (f"film-{number}.mp4", film()) if kind == "video" else (f"sound-{number}.wav", sound())
    )
    words_of = {
        "transcript": "Brush for two minutes.",
        "language": "en",
        "captions": ContentFile(CAPTIONS, "captions.vtt") if kind == "video" else "",
    }
    return ClinicMedia.objects.create(
        **{
            "title": f"Media {number}",
            "type": kind,
            "duration": 90,
            "file": ContentFile(data, name),
            **(words_of if words else {}),
            **fields,
        }
    )


def document(name: str = "aftercare.pdf", content: bytes = b"%PDF-1.7\n", **fields):
    """A document with a real file."""
    return get_document_model().objects.create(
        **{
            "title": "Aftercare",
            "file": ContentFile(content, name),
            "file_size": len(content),
            **fields,
        }
    )


def comparison(before, after) -> dict:
    """The stored value of a comparison."""
    return {
        "before": {"image": before.pk, "label": "Before", "alt": "A gap"},
        "after": {"image": after.pk, "label": "After", "alt": "A crown"},
        "interval": "six months later",
        "caption": "One patient; yours may differ.",
    }


def poll(*texts: str) -> dict:
    """The stored value of a poll; the answers' ids are o1, o2..."""
    return {
        "question": "How often do you floss?",
        "options": [
            {"type": "item", "id": f"o{number}", "value": text}
            for number, text in enumerate(texts or ("Daily", "Never"), start=1)
        ],
    }
