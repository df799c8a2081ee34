"""Deletes files of rooms that no row names: the process was killed, or the transaction rolled back."""

from pathlib import Path, PurePath

from django.db import models

from classroom.models import RoomPicture, RoomSlide, RoomVoice
from cms.uploads.strays import delete_strays

#: What keeps a file of a room, each under `file` and in a folder of its own.
KEEPERS: tuple[type[models.Model], ...] = (RoomSlide, RoomPicture, RoomVoice)


def clear_room_files() -> int:
    """Delete old files of rooms that belong to nothing; returns how many. A second run finds none."""
    return sum(_clear(model) for model in KEEPERS)


def _clear(model: type[models.Model]) -> int:
    field = model._meta.get_field("file")
    assert isinstance(field, models.FileField) and isinstance(field.upload_to, str)
    return delete_strays(
        Path(field.storage.path(field.upload_to)),
        known=lambda: (
            PurePath(name).name for name in model._default_manager.values_list("file", flat=True)
        ),
    )
