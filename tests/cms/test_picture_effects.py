"""Sizes are asked for where a picture enters and where a page goes live: with the commit, or not at all."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from cms.models import ClinicImage, ClinicRendition
from cms.picture_effects import OF_IMAGE, OF_PAGES, PAGES_AN_EFFECT
from cms.signals import pages_published
from outbox.models import Effect
from outbox.services import run_due_effects
from tests.factories import content
from tests.factories.patients import consent, patient_picture
from tests.factories.uploads import coded

pytestmark = pytest.mark.django_db


def widths(picture: ClinicImage) -> list[int]:
    rows = ClinicRendition.objects.filter(image=picture).order_by("width")
    return list(rows.values_list("width", flat=True))


def asked(kind: str) -> list[dict]:
    return [effect.payload for effect in Effect.objects.filter(kind=kind).order_by("pk")]


def forget_sizes() -> None:
    ClinicRendition.objects.all().delete()
    Effect.objects.all().delete()


def upload(client, address: str, *, size: tuple[int, int]) -> None:
    file = SimpleUploadedFile("gum.png", coded(size=size), "image/png")
    fields = {"title": "Gum", "file": file, "description": "A gum", "collection": 1, "tags": ""}
    response = client.post(address, fields)
    assert response.status_code == 302, response.text


def test_uploaded_and_replaced_picture_has_its_sizes_before_anybody_asks(client, admin_user):
    client.force_login(admin_user)
    upload(client, reverse("wagtailimages:add"), size=(700, 500))
    run_due_effects()
    picture = ClinicImage.objects.get()
    assert widths(picture) == [480, 700]
    upload(client, reverse("wagtailimages:edit", args=[picture.pk]), size=(300, 200))
    run_due_effects()
    assert widths(picture) == [300]
    page = content.article(cover=picture)
    client.logout()
    with CaptureQueriesContext(connection) as queries:
        cover = client.get(f"/api/v2/pages/{page.pk}/").json()["cover"]
    assert [size["width"] for size in cover["renditions"]] == [300]
    assert not [query for query in queries if "INSERT" in query["sql"]]


def test_nothing_is_asked_for_where_the_upload_is_rolled_back():
    with pytest.raises(RuntimeError), transaction.atomic():
        content.picture()
        raise RuntimeError
    assert asked(OF_IMAGE) == []


def test_hash_of_an_image_is_no_reason_to_look_at_its_sizes():
    picture = content.picture()
    Effect.objects.all().delete()
    picture.save(update_fields=["file_hash"])
    assert asked(OF_IMAGE) == []


def test_page_that_goes_live_has_the_sizes_of_all_it_shows():
    cover, drawing, portrait, poster = (content.picture(width=300) for _ in range(4))
    page = content.article(
        about_health=False,
        cover=cover,
        author=content.clinician(portrait=portrait),
        body=[
            ("figure", {"image": drawing.pk, "alt": "A gum", "caption": "", "credit": ""}),
            ("video", {"video": content.media(poster=poster).pk, "caption": ""}),
        ],
    )
    forget_sizes()
    page.save_revision().publish()
    assert asked(OF_PAGES) == [{"pages": [page.pk]}]
    run_due_effects()
    for picture in (cover, drawing, portrait, poster):
        assert widths(picture) == [300]


def test_pages_that_go_live_together_are_asked_for_in_slices():
    picture = content.picture(width=300)
    pages = [content.article(cover=picture) for _ in range(2)]
    down = content.article(cover=content.picture(width=200), live=False)
    forget_sizes()
    ids = [pages[0].pk, *range(10**6, 10**6 + PAGES_AN_EFFECT), pages[1].pk, down.pk]
    pages_published.send(Page, page_ids=ids)
    assert [len(payload["pages"]) for payload in asked(OF_PAGES)] == [PAGES_AN_EFFECT, 3]
    run_due_effects()
    assert widths(picture) == [300]
    assert ClinicRendition.objects.count() == 1


def test_patients_picture_gets_its_sizes_with_the_consent():
    picture = patient_picture(width=300)
    run_due_effects()
    assert widths(picture) == []
    consent(picture, signed_on=timezone.localdate() - timedelta(days=1))
    run_due_effects()
    assert widths(picture) == [300]
