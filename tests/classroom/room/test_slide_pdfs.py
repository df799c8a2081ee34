"""Slides from a PDF: each page once and in its order, whatever the file is and whoever is killed."""

import os
import signal
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from PIL import Image

from classroom import apart, pdf_pages
from classroom.models import RoomSlide, SlidePdf
from classroom.services import room_slides, slide_pdfs
from classroom.services.slide_pdfs import TAKE, clear_pdf_files, receive_pdf, stop_pdf, take_pdf
from cms.uploads.refusal import Refused
from outbox.models import Effect, EffectState
from outbox.services import run_effect
from people.roles import Role
from tests.factories.pdfs import laughing_pdf, locked_pdf, pdf_file, written_pdf
from tests.factories.people import make_staff
from tests.factories.rooms import make_room, make_slide

pytestmark = pytest.mark.django_db
State = SlidePdf.State


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"


@pytest.fixture
def room():
    return make_room()


@pytest.fixture
def host():
    return make_staff(Role.ADMINISTRATOR)


@pytest.fixture
def bring(room, host, django_capture_on_commit_callbacks):
    """Upload bytes, and let the outbox do what is due; returns the row as it is then."""

    def upload(content: bytes, *, effects: int = 100) -> SlidePdf:
        pdf = receive_pdf(room=room, file=pdf_file(content), by=host)
        for _ in range(effects):
            if not run_next(django_capture_on_commit_callbacks):
                break
        pdf.refresh_from_db()
        return pdf

    return upload


def run_next(commits) -> bool:
    with commits(execute=True):
        effect = Effect.objects.filter(kind=TAKE, state=EffectState.PENDING).first()
        return effect is not None and run_effect(effect_id=effect.pk)


def words_of(room) -> list[str]:
    return list(RoomSlide.objects.filter(room=room).values_list("description", flat=True))


def files_left() -> list[Path]:
    return list(slide_pdfs.folder().glob("*"))


def test_pages_become_slides_in_their_order_behind_what_is_there(room, host, bring):
    make_slide(room, host)
    pdf = bring(written_pdf(*[f"Page {number}" for number in range(1, 11)]))
    assert (pdf.state, pdf.pages, pdf.pages_done, pdf.left_out) == (State.TAKEN, 10, 10, [])
    assert words_of(room) == ["", *[f"Page {number}" for number in range(1, 11)]]
    last = room.slides.last()
    with Image.open(last.file.path) as picture:
        assert (picture.format, picture.size) == ("WEBP", (1600, 900))
        assert picture.convert("L").getextrema() == (
            0,
            255,
        )  # something is drawn, in black on white
    assert (last.width, last.height) == (1600, 900)
    assert files_left() == []


def test_text_of_a_page_is_a_description_without_what_no_keyboard_writes(room, bring):
    bring(written_pdf(r"Gums\nfirst \000" + "x" * 600))
    (words,) = words_of(room)
    assert words.startswith("Gums first x") and len(words) <= 500


@pytest.mark.parametrize("box", [(1e7, 1e7), (1e7, 1), (1, 1e7), (-5, 0), (10, 10)])
def test_page_of_any_size_is_as_large_as_a_screen(room, bring, box):
    assert bring(written_pdf("Gums", box=box)).state == State.TAKEN
    slide = room.slides.get()
    assert slide.width <= 1600 and slide.height <= 1200 and 1 in (
        slide.width // 1600, slide.height // 1200)  # fmt: skip


def test_whole_file_that_does_not_fit_is_refused_before_the_first_page(room, host, bring):
    pdf = bring(written_pdf(*["Gums"] * 400))
    assert (pdf.state, pdf.problem, pdf.pages, pdf.pages_done) == (State.FAILED, "too_many", 400, 0)
    assert (words_of(room), files_left()) == ([], [])


def test_room_that_is_filled_meanwhile_keeps_what_came(room, host, bring, monkeypatch):
    monkeypatch.setattr(room_slides, "SLIDES_AT_MOST", 6)
    pdf = bring(written_pdf(*"abcdef"), effects=1)
    make_slide(room, host)
    take_pdf(pdf_id=pdf.pk)
    pdf.refresh_from_db()
    assert (pdf.state, pdf.problem, pdf.pages_done) == (State.FAILED, "full", 5)
    assert words_of(room) == [*"abcde", ""]  # and in one piece


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (locked_pdf(), "locked"),
        (written_pdf("Gums")[:300], "damaged"),
        (written_pdf(*["Gums"] * 10)[:-700], "damaged"),
        (b"%PDF-1.7\n" + bytes(1000), "damaged"),
        (written_pdf(), "damaged"),
    ],
    ids=["locked", "cut short", "cut at the end", "nothing in it", "no pages"],
)
def test_file_that_cannot_be_opened_says_why_and_leaves_what_is_there(
    room, host, bring, content, problem
):
    make_slide(room, host)
    pdf = bring(content)
    assert (pdf.state, pdf.problem) == (State.FAILED, problem)
    assert (words_of(room), files_left()) == ([""], [])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>" + written_pdf("Gums"),
        b"\x89PNG\r\n\x1a\n" + written_pdf("Gums"),
        b"PK\x03\x04",
    ],
)
def test_file_that_does_not_begin_as_a_pdf_is_refused(room, host, content):
    with pytest.raises(Refused):
        receive_pdf(room=room, file=pdf_file(content), by=host)
    assert files_left() == []


def test_of_a_file_that_is_two_things_the_drawn_page_alone_stays(room, bring):
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as folder:
        folder.writestr("run.html", "<script>alert('canary')</script>")
    both = written_pdf("Gums") + b"<script>alert('canary')</script>" + archive.getvalue()
    assert bring(both).state == State.TAKEN
    files = [path for path in Path(settings.DATA_DIR).rglob("*") if path.is_file()]
    assert [path.suffix for path in files] == [".webp"]
    assert b"canary" not in files[0].read_bytes()


def test_page_that_is_a_bomb_is_left_out_and_the_others_come(room, bring):
    pdf = bring(laughing_pdf("one", "two", "three"))
    assert (pdf.state, pdf.pages_done, pdf.left_out) == (State.TAKEN, 3, [2])
    assert words_of(room) == ["one", "three"]


def test_process_that_waits_too_long_is_ended(tmp_path, monkeypatch):
    path = tmp_path / "good.pdf"
    path.write_bytes(written_pdf("one"))
    monkeypatch.setattr(pdf_pages, "PATIENCE_S", 0.01)
    with pytest.raises(pdf_pages.PdfProblem, match="heavy"):
        pdf_pages.draw_page(path, number=1, fits_into=(1600, 1200))


@pytest.mark.parametrize(
    ("memory", "cpu_s", "signals"),
    [(4 << 30, 1, {signal.SIGKILL, signal.SIGXCPU}), (512 << 20, 60, {signal.SIGABRT})],
    ids=["processor", "memory"],
)
def test_process_that_takes_too_much_is_ended_by_the_machine(tmp_path, memory, cpu_s, signals):
    path = tmp_path / "bomb.pdf"
    path.write_bytes(laughing_pdf("one", "two"))
    words = ["draw", str(path), "2", str(tmp_path / "out.webp"), "1600", "1200"]
    limits = [str(memory), str(cpu_s), str(8 << 20)]
    ended = subprocess.run(
        [sys.executable, "-I", str(apart.PROCESS), *limits, str(pdf_pages.JOB), *words], check=False
    )
    assert -ended.returncode in signals


def test_file_of_bombs_is_left_after_a_few(room, bring, monkeypatch):
    monkeypatch.setattr(pdf_pages, "MEMORY_BYTES", 1 << 20)  # nothing can be drawn with that
    monkeypatch.setattr(slide_pdfs, "count_pages", lambda path: 100)
    pdf = bring(written_pdf(*["Gums"] * 100))
    assert (pdf.state, pdf.problem, pdf.pages_done) == (State.FAILED, "heavy", 5)
    assert (pdf.left_out, files_left()) == ([1, 2, 3, 4, 5], [])


class Killed(BaseException):
    """The worker's process ends here."""


@pytest.mark.parametrize("at", ["draw_page", "put_page", "_go_on"])
def test_killed_worker_is_followed_by_one_that_goes_on(room, bring, monkeypatch, at):
    real, calls = getattr(slide_pdfs, at), []

    def once_killed(*args, **kwargs):
        calls.append(args)
        if len(calls) == 2:
            raise Killed
        return real(*args, **kwargs)

    monkeypatch.setattr(slide_pdfs, at, once_killed)
    with pytest.raises(Killed):
        bring(written_pdf(*"abcdefghij"))
    pdf = SlidePdf.objects.get()
    assert pdf.state == State.TAKING
    while pdf.state == State.TAKING:
        take_pdf(pdf_id=pdf.pk)
        pdf.refresh_from_db()
    assert (pdf.state, words_of(room)) == (State.TAKEN, [*"abcdefghij"])


def test_two_workers_at_once_bring_each_page_once(room, bring, monkeypatch):
    pdf = bring(written_pdf(*"abcdef"), effects=0)
    real = slide_pdfs.draw_page

    def other_is_faster(path, *, number, **more):
        page = real(path, number=number, **more)
        if number == 2:
            monkeypatch.setattr(slide_pdfs, "draw_page", real)
            take_pdf(pdf_id=pdf.pk)
        return page

    monkeypatch.setattr(slide_pdfs, "draw_page", other_is_faster)
    take_pdf(pdf_id=pdf.pk)
    for _ in range(3):
        take_pdf(pdf_id=pdf.pk)
    assert words_of(room) == [*"abcdef"]


def test_nothing_is_drawn_inside_of_a_transaction(room, bring, monkeypatch):
    depths = []
    base = len(connection.savepoint_ids)
    for name in ("draw_page", "count_pages"):
        real = getattr(slide_pdfs, name)
        monkeypatch.setattr(
            slide_pdfs,
            name,
            lambda *args, real=real, **more: (
                depths.append(len(connection.savepoint_ids) - base),
                real(*args, **more),
            )[1],
        )
    bring(written_pdf(*"abc"))
    assert depths == [0, 0, 0, 0]


def test_stopped_file_brings_no_more_pages(room, host, bring, django_capture_on_commit_callbacks):
    pdf = bring(written_pdf(*"abcdef"), effects=1)
    with django_capture_on_commit_callbacks(execute=True):
        stop_pdf(pdf=pdf, by=host)
    take_pdf(pdf_id=pdf.pk)
    pdf.refresh_from_db()
    assert (pdf.state, words_of(room), files_left()) == (State.STOPPED, [*"abcd"], [])


def test_slide_that_was_taken_out_meanwhile_does_not_come_back(room, host, bring):
    pdf = bring(written_pdf(*"abcdef"), effects=1)
    room_slides.take_out_slide(slide=room.slides.last(), by=host)
    take_pdf(pdf_id=pdf.pk)
    assert words_of(room) == [*"abcef"]


def test_files_of_slides_and_pdfs_go_with_the_class(
    room, host, bring, django_capture_on_commit_callbacks
):
    bring(written_pdf(*"abcdef"), effects=1)
    paths = [Path(slide.file.path) for slide in room.slides.all()]
    assert len(paths) == 4 and all(path.exists() for path in (*paths, *files_left()))
    other = make_slide(make_room(), host)
    with django_capture_on_commit_callbacks(execute=True):
        room.live_class.delete()
    assert not any(path.exists() for path in paths) and files_left() == []
    assert Path(other.file.path).exists()


def test_files_of_slides_go_with_what_the_class_lies_in(
    room, host, django_capture_on_commit_callbacks
):
    path = Path(make_slide(room, host).file.path)
    with django_capture_on_commit_callbacks(execute=True):
        room.live_class.get_parent().specific.delete()
    assert not path.exists()


def test_file_stays_where_the_deletion_does_not(room, host, django_capture_on_commit_callbacks):
    slide = make_slide(room, host)
    path = Path(slide.file.path)
    with django_capture_on_commit_callbacks():  # the transaction never commits
        slide.delete()
    assert path.exists()


def test_files_of_nobodys_are_swept_and_young_ones_wait(bring):
    bring(written_pdf("a"), effects=0)
    (slide_pdfs.folder() / "stray").mkdir()
    assert clear_pdf_files() == 0
    for path in slide_pdfs.folder().iterdir():
        os.utime(path, (0, 0))
    assert (clear_pdf_files(), clear_pdf_files()) == (1, 0)
    assert len(files_left()) == 1
