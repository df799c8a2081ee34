"""Makes articles with author, reviewer, cover, topics and a body, for benchmarks of reading."""

import io
import json
import uuid

from django.core.files.images import ImageFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from cms.models import ArticlePage, ClinicianPage, ClinicImage, IndexPage, PageTopic, Topic
from cms.services.site import ensure_shelf
from outbox.services import run_due_effects

WORDS = "The gum around a tooth is a seal that keeps out what the mouth is full of. " * 4
CLINICIANS, COVERS, TOPICS = 12, 25, 30


def make_pages(count: int) -> int:
    """Make the articles and return the id of the last one."""
    people = [_add(ClinicianPage, "clinicians", title=f"Dr {n}") for n in range(CLINICIANS)]
    covers = [_cover(n) for n in range(COVERS)]
    topics = [Topic.objects.create(name=f"Topic {n}", slug=f"topic-{n}") for n in range(TOPICS)]
    for n in range(count):
        page = _add(
            ArticlePage,
            "articles",
            title=f"What a gum does, part {n}",
            about_health=False,  # a health piece would need a review of its own words
            standfirst="A seal, and how to keep it tight.",
            author=people[n % CLINICIANS],
            reviewer=people[(n + 1) % CLINICIANS],
            cover=covers[n % COVERS],
            body=_body(n),
            references=json.dumps([_block("reference", {"text": "A", "url": "https://a.example"})]),
        )
        for number in (n, n + 7):
            PageTopic.objects.create(content_object=page, tag=topics[number % TOPICS])
    run_due_effects()  # as the worker would: pictures have their sizes
    return page.pk


def _add(model, shelf: str, **fields):
    parent = IndexPage.objects.get(pk=ensure_shelf(shelf=shelf, language="en").pk)
    now = timezone.now()
    return parent.add_child(
        instance=model(
            locale=parent.locale, first_published_at=now, last_published_at=now, **fields
        )
    )


def _cover(number: int) -> ClinicImage:
    content = io.BytesIO()
    Image.new("RGB", (640, 480), (number * 9, 90, 80)).save(content, "PNG")
    content.seek(0)
    file = ImageFile(content, name=f"cover-{number}.png")
    return ClinicImage.objects.create(title=f"Cover {number}", description="A gum", file=file)


def _block(kind: str, value) -> dict:
    return {"type": kind, "value": value, "id": str(uuid.uuid4())}


def _body(number: int) -> str:
    blocks = []
    for part in range(4):
        blocks.append(_block("heading", f"Part {part} of {number}"))
        blocks.append(_block("paragraph", f"<p>{WORDS}</p>"))
    blocks.append(_block("key_fact", "A gum that bleeds asks for help."))
    return json.dumps(blocks)


def queries_by_address(page_id: int) -> dict[str, int]:
    """Queries of a list of 20 and of one page: ours without anything kept, and stock."""
    client = Client(headers={"host": "127.0.0.1"})
    counted = {}
    list_path = "pages/?type=cms.ArticlePage&fields=*&limit=20"
    for name, path in (
        ("list", f"/bench/uncached/{list_path}"),
        ("list by stock v2", f"/bench/stock/{list_path}"),
        ("page", f"/bench/uncached/pages/{page_id}/"),
        ("page by stock v2", f"/bench/stock/pages/{page_id}/"),
    ):
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        counted[name] = len(queries)
    return counted
