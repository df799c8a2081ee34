"""Where the files of exports lie, and how one goes; nothing serves the folder."""

from pathlib import Path

from django.conf import settings

from leads.models import Export


def folder() -> Path:
    """The folder of all export files."""
    return Path(settings.DATA_DIR) / "exports"


def path_of(export: Export) -> Path:
    """The export's file, there or not."""
    return folder() / f"{export.public_id}.{export.format}"


def progress_path(export: Export) -> Path:
    """The small file that says how far the export's build is."""
    return folder() / f".{export.public_id}.progress"


def delete_file(export: Export) -> None:
    """Delete the export's file, and let a build of it know that it is not wanted."""
    progress_path(export).unlink(missing_ok=True)
    path_of(export).unlink(missing_ok=True)
