"""Makes the files that people and attackers upload: pictures with notes, bombs, polyglots, papers."""

import io
import struct
import wave
import zipfile
import zlib

from PIL import Image

PLACE = b"GPS 47.5N 7.6E"


def coded(kind: str = "PNG", *, size=(40, 30), colour="#22664d", **options) -> bytes:
    """An honest picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **options)
    return out.getvalue()


def photograph(*, orientation: int = 1, size=(40, 30), profile: bytes = b"") -> bytes:
    """A JPEG as a telephone writes it: left half red, with the place and how it was held."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, size[0], size[1]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = PLACE.decode()
    exif.get_ifd(0x8825)[2] = (47.0, 30.0, 0.0)
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, icc_profile=profile, comment=PLACE)
    return out.getvalue()


def png_chunk(name: bytes, data: bytes) -> bytes:
    """One block of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_of_size(width: int, height: int) -> bytes:
    """A small file that says it is that large."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        png_chunk(name, data)
        for name, data in (
            (b"IHDR", header),
            (b"IDAT", zlib.compress(b"\0" * 1000)),
            (b"IEND", b""),
        )
    )


def gif_of_frames(frames: int) -> bytes:
    """A GIF of one pixel with so many frames, each a few bytes."""
    frame = b"\x21\xf9\x04\0\0\0\0\0" + b"\x2c\0\0\0\0\1\0\1\0\0" + b"\x02\x02\x44\x01\0"
    return b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff" + frame * frames + b"\x3b"


def package(*names: str) -> bytes:
    """A zip file with these parts, each empty."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "")
    return out.getvalue()


def sound(*, seconds: float = 2.0, rate: int = 8000) -> bytes:
    """A WAV file of silence."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(rate)
        file.writeframes(b"\x80" * int(seconds * rate))
    return out.getvalue()


def box(name: bytes, content: bytes = b"") -> bytes:
    """One box of an MP4."""
    return struct.pack(">I4s", len(content) + 8, name) + content


def film(*, seconds: int = 90, padding: int = 0, version: int = 0) -> bytes:
    """The boxes of an MP4 that plays so long; it holds no pictures."""
    moments = (b"\0" * 8, struct.pack(">II", 1000, seconds * 1000))
    if version == 1:
        moments = (b"\0" * 16, struct.pack(">IQ", 1000, seconds * 1000))
    header = bytes([version, 0, 0, 0]) + b"".join(moments) + b"\0" * 80
    return (
        box(b"ftyp", b"isom\0\0\2\0isomiso2mp41")
        + box(b"mdat", bytes(padding))
        + box(b"moov", box(b"mvhd", header))
    )


CAPTIONS = b"WEBVTT\n\n00:00.000 --> 00:02.000\nBrush for two minutes.\n"
