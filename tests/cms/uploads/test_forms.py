"""Every upload screen of the admin asks the same check, and keeps only what passed."""

import json
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from PIL import Image
from wagtail.documents import get_document_model

from cms.models import ClinicImage
from cms.uploads.refusal import Refused
from people.models import User
from tests.factories.uploads import PLACE, coded, gif_of_frames, photograph, png_of_size

pytestmark = pytest.mark.django_db

BAD = [
    ("a.png", png_of_size(60_000, 60_000)),
    ("a.gif", gif_of_frames(10_000)),
    ("a.jpg", coded("JPEG") + b"<html><script>1</script>"),
    ("a.png", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"),
    ("a.svg", b"<svg/>"),
    ("a.png", coded("JPEG")),
]


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(
        User.objects.create_superuser("staff"), "people.authentication.PasswordBackend"
    )
    return client


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/jpeg")


def add(staff: Client, name: str, content: bytes, **fields):
    data = {"title": "T", "collection": "1", "file": upload(name, content), **fields}
    return staff.post("/admin/images/add/", data)


def choose(staff: Client, name: str, content: bytes):
    data = {
        "image-chooser-upload-title": "T",
        "image-chooser-upload-collection": "1",
        "image-chooser-upload-description": "A heron",
        "image-chooser-upload-file": upload(name, content),
    }
    return staff.post("/admin/images/chooser/create/", data)


def add_many(staff: Client, name: str, content: bytes):
    data = {"title": "T", "collection": "1", "files[]": upload(name, content)}
    return staff.post(
        "/admin/images/multiple/add/", data, headers={"X-Requested-With": "XMLHttpRequest"}
    )


@pytest.mark.parametrize(("name", "content"), BAD)
def test_bad_picture_enters_by_no_screen(staff, name, content):
    add(staff, name, content, description="A heron")
    choose(staff, name, content)
    answer = json.loads(add_many(staff, name, content).content)
    assert answer["success"] is False
    assert ClinicImage.objects.count() == 0


def test_photograph_is_kept_without_notes_under_a_new_name(staff):
    assert add(staff, "zhang-san.jpg", photograph(), description="A heron").status_code == 302
    choose(staff, "zhang-san.jpg", photograph())
    images = ClinicImage.objects.all()
    assert len(images) == 2
    for image in images:
        kept = Path(image.file.path).read_bytes()
        assert PLACE not in kept
        assert image.file_size == len(kept)
        assert "zhang" not in image.file.name
        assert not Image.open(image.file.path).getexif()


def test_photographs_added_at_once_wait_for_their_words_and_are_cleaned(staff):
    answer = json.loads(add_many(staff, "a.jpg", photograph()).content)
    assert answer["success"] is True
    assert ClinicImage.objects.count() == 0  # the words are asked for first
    upload_id = answer["uploaded_file_id"]
    prefix = f"uploaded-image-{upload_id}"
    words = {f"{prefix}-title": "T", f"{prefix}-collection": "1"}
    url = f"/admin/images/multiple/create_from_uploaded_image/{upload_id}/"
    headers = {"X-Requested-With": "XMLHttpRequest"}
    refused = json.loads(staff.post(url, words, headers=headers).content)
    assert refused["success"] is False
    words[f"{prefix}-description"] = "A heron"
    assert json.loads(staff.post(url, words, headers=headers).content)["success"] is True
    assert PLACE not in Path(ClinicImage.objects.get().file.path).read_bytes()


def test_picture_needs_words_unless_it_is_decoration(staff):
    assert add(staff, "a.png", coded()).status_code == 200
    assert ClinicImage.objects.count() == 0
    assert add(staff, "a.png", coded(), is_decorative="on").status_code == 302
    assert ClinicImage.objects.get().is_decorative is True


def test_picture_from_a_program_is_checked_too():
    with pytest.raises(Refused), transaction.atomic():
        ClinicImage.objects.create(title="T", file=ContentFile(BAD[2][1], "a.jpg"))
    image = ClinicImage(title="T")
    image.file.save("a.jpg", ContentFile(photograph()), save=False)
    image.save()
    assert PLACE not in Path(image.file.path).read_bytes()


@pytest.mark.parametrize(
    ("name", "content"), [("a.html", b"<html>"), ("a.svg", b"<svg/>"), ("a.pdf", b"<html>")]
)
def test_bad_document_enters_by_no_screen(staff, name, content):
    documents = get_document_model().objects
    data = {"title": "T", "collection": "1", "file": upload(name, content)}
    staff.post("/admin/documents/add/", data)
    data["files[]"] = upload(name, content)
    staff.post(
        "/admin/documents/multiple/add/", data, headers={"X-Requested-With": "XMLHttpRequest"}
    )
    prefixed = {
        "document-chooser-upload-title": "T",
        "document-chooser-upload-collection": "1",
        "document-chooser-upload-file": upload(name, content),
    }
    staff.post("/admin/documents/chooser/create/", prefixed)
    assert documents.count() == 0
    data["file"] = upload("a.pdf", b"%PDF-1.7\n")
    assert staff.post("/admin/documents/add/", data).status_code == 302
    assert documents.count() == 1
