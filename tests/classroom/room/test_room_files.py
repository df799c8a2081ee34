"""Files of rooms that no row names are deleted once they are old, whatever came between the two."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from classroom.models import RoomEvent, RoomPicture, RoomSlide
from classroom.services.room_files import KEEPERS, clear_room_files
from classroom.services.room_pictures import send_picture
from classroom.tasks import clear_uploads
from cms.uploads import strays
from tests.factories.rooms import (
    host_seat,
    make_room,
    make_room_picture,
    make_slide,
    new_id,
    picture_file,
)

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def files() -> list[Path]:
    storage = RoomPicture._meta.get_field("file").storage
    return [path for path in Path(storage.location).rglob("*") if path.is_file()]


def age(paths: list[Path], by: timedelta) -> None:
    moment = (timezone.now() - by).timestamp()
    for path in paths:
        os.utime(path, (moment, moment))


def dies(monkeypatch, model) -> None:
    def killed(self, *args, **kwargs):
        raise Killed

    monkeypatch.setattr(model, "save", killed)


def test_picture_whose_sender_was_killed_between_file_and_row_goes_after_a_day(monkeypatch):
    seat = host_seat(make_room())
    with monkeypatch.context() as patched:
        dies(patched, RoomPicture)
        with pytest.raises(Killed):
            send_picture(seat=seat, file=picture_file(), alt="", client_id=new_id())
    assert not RoomEvent.objects.exists()
    stray = files()
    assert len(stray) == 1
    kept = make_room_picture(make_room())

    age(files(), timedelta(hours=23))
    clear_uploads()
    assert len(files()) == 2
    age(files(), timedelta(hours=25))
    clear_uploads()
    clear_uploads()
    assert files() == [Path(kept.file.path)]


def test_slide_whose_maker_was_killed_goes_and_the_slides_that_are_shown_stay(monkeypatch):
    room = make_room()
    host = host_seat(room).user
    slide = make_slide(room, host)
    with monkeypatch.context() as patched:
        dies(patched, RoomSlide)
        with pytest.raises(Killed):
            make_slide(room, host, "red")
    age(files(), timedelta(days=2))
    assert (clear_room_files(), clear_room_files()) == (1, 0)
    assert files() == [Path(slide.file.path)]


def test_row_written_while_the_folder_is_read_keeps_its_file(tmp_path):
    file = tmp_path / "late.webp"
    file.write_bytes(b"x")
    age([file], timedelta(days=2))
    rows: list[str] = []
    modified_at = strays._modified_at

    def read_and_write_a_row(path: Path) -> float:
        rows.append(path.name)
        return modified_at(path)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(strays, "_modified_at", read_and_write_a_row)
        assert strays.delete_strays(tmp_path, known=lambda: rows) == 0
    assert file.exists()


def test_folder_that_is_not_there_holds_nothing(tmp_path):
    assert strays.delete_strays(tmp_path / "none", known=list) == 0
    assert clear_room_files() == 0


def test_each_keeper_has_a_folder_of_its_own():
    folders = [model._meta.get_field("file").upload_to for model in KEEPERS]
    assert len(set(folders)) == len(folders)
