"""Which films, recordings and captions are taken, told by their bytes; it writes nothing."""

import io
import wave
from pathlib import PurePath
from struct import error as StructError
from struct import unpack

import webvtt
from django.core.files.base import File
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from webvtt.errors import MalformedFileError

from cms.uploads.refusal import Refused

MOST_BYTES = 500 * 1024 * 1024
MOST_BYTES_OF_CAPTIONS = 1024 * 1024
VIDEO = {"mp4": "video/mp4", "m4v": "video/mp4", "webm": "video/webm"}
AUDIO = {
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "ogg": "audio/ogg",
    "wav": "audio/wav",
}
HEAD = 4096


def ending_of(name: str) -> str:
    """The ending of a file name, small and without its dot."""
    return PurePath(name).suffix.lower().lstrip(".")


def content_type_of(name: str) -> str:
    """What a film or recording of that name is, for browsers."""
    return {**VIDEO, **AUDIO}.get(ending_of(name), "application/octet-stream")


def checked_media(file: File, kind: str) -> float | None:
    """Return the seconds it plays where its head says so; raises Refused. Leaves it rewound.

    `kind` is video or audio. Only the head and the boxes' sizes are read.
    """
    if (file.size or 0) > MOST_BYTES:
        raise Refused(
            _("This file is too large. The limit is %(limit)s.")
            % {"limit": filesizeformat(MOST_BYTES)}
        )
    known = VIDEO if kind == "video" else AUDIO
    ending = ending_of(file.name or "")
    file.seek(0)
    head = file.read(HEAD)
    if ending not in known or not _fits(ending, head):
        raise Refused(
            _("We take these kinds: %(kinds)s. The file has to be what its name says.")
            % {"kinds": ", ".join(known).upper()}
        )
    try:
        return _seconds(file, ending)
    finally:
        file.seek(0)


def _fits(ending: str, head: bytes) -> bool:
    if ending in ("mp4", "m4v", "m4a"):
        return head[4:8] == b"ftyp"
    if ending == "webm":
        return head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head[:64]
    if ending == "wav":
        return head[:4] == b"RIFF" and head[8:12] == b"WAVE"
    if ending == "ogg":
        return head.startswith(b"OggS")
    return head.startswith(b"ID3") or head[:1] == b"\xff" and head[1:2] >= b"\xe0"


def _seconds(file: File, ending: str) -> float | None:
    file.seek(0)
    if ending == "wav":
        try:
            with wave.open(file) as sound:
                return round(sound.getnframes() / sound.getframerate(), 1)
        except (wave.Error, EOFError, ZeroDivisionError):
            return None
    return _seconds_of_boxes(file) if ending in ("mp4", "m4v", "m4a") else None


def _seconds_of_boxes(file: File) -> float | None:
    """The length that an MP4 states in moov/mvhd, found by stepping over all other boxes."""
    end = file.size or 0
    at = 0
    try:
        while at + 8 <= end:
            file.seek(at)
            size, name = unpack(">I4s", file.read(8))
            head = 8
            if size == 1:
                size, head = unpack(">Q", file.read(8))[0], 16
            size = size or end - at
            if size < head:
                return None
            if name == b"moov":
                end, at = at + size, at + head  # step inside
                continue
            if name == b"mvhd":
                file.seek(at + head)
                content = file.read(32)
                # Version 1 has moments and length of 64 bits.
                scale, length = (
                    unpack(">IQ", content[20:32])
                    if content[:1] == b"\1"
                    else unpack(">II", content[12:20])
                )
                return round(length / scale, 1) if scale else None
            at += size
    except StructError:
        pass
    return None


def checked_captions(file: File) -> None:
    """Raise Refused unless the file is WebVTT with at least one caption; leaves it rewound."""
    if (file.size or 0) > MOST_BYTES_OF_CAPTIONS:
        raise Refused(_("These captions are too long."))
    file.seek(0)
    content = file.read()
    file.seek(0)
    try:
        captions = webvtt.from_buffer(io.BytesIO(content)).captions
    except (MalformedFileError, UnicodeDecodeError, ValueError, IndexError):
        captions = []
    if not captions:
        raise Refused(
            _("Captions are a WebVTT file: it begins with WEBVTT, and each caption has its times.")
        )
