"""The room's screen in the admin: the room is made, slides come in, are ordered, described, taken out."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from classroom.models import Room, RoomSlide, SlidePdf
from classroom.services.join_tokens import issue_join_token
from people.roles import Role
from tests.factories.classroom import STARTS_AT, live_class
from tests.factories.pdfs import pdf_file, written_pdf
from tests.factories.people import make_staff
from tests.factories.rooms import guest_seat, make_room, make_slide, picture_file

pytestmark = pytest.mark.django_db
ROOM = "https://room.example/abc"


def screen(room_or_class) -> str:
    return reverse("class_room", args=[room_or_class.pk])


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/png")


def test_room_is_made_once_by_who_gives_the_class(client):
    itself = live_class()
    client.force_login(make_staff(Role.MARKETING))
    assert client.get(screen(itself)).status_code == 200
    client.post(screen(itself), {"make": "1"})
    assert not Room.objects.exists()
    client.force_login(make_staff(Role.ADMINISTRATOR))
    for _ in range(2):
        client.post(screen(itself), {"make": "1"})
    assert Room.objects.get().live_class_id == itself.pk


def test_good_pictures_come_in_and_bad_ones_are_named(client):
    room = make_room()
    client.force_login(make_staff(Role.ADMINISTRATOR))
    large = picture_file("green", size=(3200, 1800)).read()
    files = [upload("one.png", picture_file().read()), upload("two.png", large),
             upload("page.png", b"<html><script>alert(1)</script>")]  # fmt: skip
    page = client.post(screen(room), {"add": "1", "pictures": files}, follow=True)
    words = page.content.decode()
    assert "2 slides were added." in words and "page.png: " in words
    first, second = RoomSlide.objects.all()
    assert (second.width, second.height) == (1600, 900)
    with Image.open(first.file) as stored:
        assert (stored.format, stored.size) == ("WEBP", (64, 36))
    assert "one" not in first.file.name


def test_pdf_comes_in_beside_pictures_and_the_tab_counts(client, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    room = make_room()
    client.force_login(make_staff(Role.ADMINISTRATOR))
    files = [upload("one.png", picture_file().read()), pdf_file(written_pdf(*"abcdef"), "<b>.pdf"),
             upload("no.pdf", b"<html>")]  # fmt: skip
    page = client.post(screen(room), {"add": "1", "pictures": files}, follow=True).content.decode()
    assert "1 slide was added." in page and "no.pdf: This is no PDF." in page
    assert "&lt;b&gt;.pdf" in page and "Its pages are being counted." in page
    assert "admin-slide-pdfs.js" in page
    pdf = SlidePdf.objects.get()
    SlidePdf.objects.filter(pk=pdf.pk).update(pages=6, pages_done=4, left_out=[2])
    page = client.get(screen(room)).content.decode()
    assert "Page 4 of 6 is done." in page and 'value="4" max="6"' in page
    assert "cannot be drawn: page 2." in page
    client.post(screen(room), {"pdf": pdf.pk, "stop": "1"})
    page = client.get(screen(room)).content.decode()
    assert "You stopped it. 3 pages are slides." in page and "admin-slide-pdfs.js" not in page
    client.post(screen(room), {"pdf": pdf.pk})
    assert not SlidePdf.objects.exists()


@pytest.mark.parametrize(
    ("problem", "words"),
    [("locked", "password"), ("too_many", "400 pages"), ("heavy", "too heavy"), ("gone", "again"),
     ("damaged", "damaged"), ("empty", "no pages"), ("full", "was full")],
)  # fmt: skip
def test_pdf_that_failed_says_why(client, problem, words):
    room = make_room()
    client.force_login(make_staff(Role.ADMINISTRATOR))
    SlidePdf.objects.create(
        room=room, file_name="a.pdf", state="failed", problem=problem, pages=400
    )
    assert words in client.get(screen(room)).content.decode()


def test_pdf_of_another_room_is_steered_by_nobody(client):
    room, elsewhere = make_room(), make_room()
    pdf = SlidePdf.objects.create(room=elsewhere, file_name="a.pdf")
    client.force_login(make_staff(Role.ADMINISTRATOR))
    assert client.post(screen(room), {"pdf": pdf.pk, "stop": "1"}).status_code == 404
    client.force_login(make_staff(Role.MARKETING))
    client.post(screen(elsewhere), {"pdf": pdf.pk, "stop": "1"})
    pdf.refresh_from_db()
    assert pdf.state == SlidePdf.State.TAKING


def test_screen_of_many_pdfs_asks_as_much_as_of_one(client, django_assert_num_queries):
    room = make_room()
    client.force_login(make_staff(Role.ADMINISTRATOR))
    with CaptureQueriesContext(connection) as one:
        SlidePdf.objects.create(room=room, file_name="a.pdf")
        client.get(screen(room))
    for _ in range(3):
        SlidePdf.objects.create(room=room, file_name="a.pdf")
    with django_assert_num_queries(len(one) - 1):
        client.get(screen(room))


def test_slides_are_ordered_described_and_taken_out(client, django_capture_on_commit_callbacks):
    room, user = make_room(), make_staff(Role.ADMINISTRATOR)
    slides = [make_slide(room, user) for _ in range(3)]
    client.force_login(user)
    client.post(screen(room), {"slide": slides[2].pk, "up": "1"})
    assert list(room.slides.all()) == [slides[0], slides[2], slides[1]]
    client.post(screen(room), {"slide": slides[0].pk, "description": " A  tooth "})
    assert room.slides.first().description == "A tooth"
    file = slides[2].file
    with django_capture_on_commit_callbacks(execute=True):
        client.post(screen(room), {"slide": slides[2].pk, "take_out": "1"})
    assert list(room.slides.all()) == [slides[0], slides[1]]
    assert not file.storage.exists(file.name)
    elsewhere = make_slide(make_room(), user)
    assert client.post(screen(room), {"slide": elsewhere.pk, "take_out": "1"}).status_code == 404


def test_personal_page_leads_into_our_own_room(client):
    room = make_room(live_class(room_url=ROOM))
    token = issue_join_token(guest_seat(room, "").place)
    with time_machine.travel(STARTS_AT + timedelta(minutes=5), tick=False):
        page = client.get(reverse("join_class"), {"place": token}).content.decode()
        assert f'href="{reverse("room", args=[room.pk])}?place=' in page
        assert ROOM not in page
        inside = client.get(reverse("room", args=[room.pk]), {"place": token})
        assert 'name="nickname"' in inside.content.decode()
        assert inside["Referrer-Policy"] == "same-origin"
        client.post(reverse("room_name", args=[room.pk]), {"place": token, "nickname": "<b>Lo</b>"})
        inside = client.get(reverse("room", args=[room.pk]), {"place": token})
        assert "&lt;b&gt;Lo&lt;/b&gt;" in inside.content.decode()
    assert client.get(reverse("room", args=[room.pk]), {"place": "no"}).status_code == 404
    assert client.get(reverse("room", args=[room.pk])).status_code == 404
