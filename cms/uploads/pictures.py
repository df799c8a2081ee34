"""Walks through a picture file block by block, refuses what is no honest picture, and drops what the
camera wrote into it; it decodes no pixel.

A picture is told by its bytes, never by its name. Sizes and frames are read from the headers, so a
bomb is refused before anything could unfold it. What comes out holds pixels, colour and animation
and nothing else: no place, no owner, no thumbnail, no comment, nothing behind the end.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from struct import error as StructError
from struct import unpack_from

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from cms.uploads.refusal import Refused

#: Of an animation, and of all its frames together.
MOST_FRAMES = 300
MOST_PIXELS_IN_ALL = 150_000_000
#: Words by which a browser or an interpreter would take a file for a program or a page.
ACTIVE = (
    b"<script",
    b"<html",
    b"<!doctype",
    b"<svg",
    b"<?php",
    b"<iframe",
    b"%pdf-",
    b"pk\x03\x04",
)
PNG_START = b"\x89PNG\r\n\x1a\n"
PNG_KEPT = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP cICP sBIT sRGB bKGD pHYs acTL fcTL fdAT".split()
)
WEBP_DROPPED = (b"EXIF", b"XMP ")
JPEG_QUALITY = 95


@dataclass
class Walked:
    """What a walk through a file found: its kind, its sizes and its bytes without what is dropped."""

    kind: str
    frames: int = 1
    sizes: list[tuple[int, int]] = field(default_factory=list)
    kept: list[bytes] = field(default_factory=list)
    dropped: list[bytes] = field(default_factory=list)
    turned: bool = False  # the camera was held sideways and only said so in a note

    @property
    def pixels(self) -> int:
        """The pixels of the greatest width by the greatest height that the file names."""
        if not self.sizes:
            return 0
        return max(size[0] for size in self.sizes) * max(size[1] for size in self.sizes)


def cleaned_picture(content: bytes) -> bytes:
    """Return the picture without notes and upright; raises Refused where it is no honest picture.

    The bytes of the pixels stay as they were, unless a JPEG has to be turned upright. A cleaned
    picture comes out unchanged.
    """
    walked = walked_through(content)
    return _upright(content) if walked.turned else b"".join(walked.kept)


def walked_through(content: bytes) -> Walked:
    """Return what the headers of a PNG, JPEG, GIF or WebP say, within our limits; raises Refused."""
    try:
        walked = _walk(content)
    except (IndexError, StructError):
        raise Refused(_("This picture is cut short. Save it once more and try again.")) from None
    if not walked.sizes or not walked.pixels:
        raise Refused(_("This picture has no size. Save it once more and try again."))
    most = settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS
    too_many_in_all = walked.frames > 1 and walked.pixels * walked.frames > MOST_PIXELS_IN_ALL
    if walked.pixels > most or too_many_in_all:
        raise Refused(
            _("This picture is too large: at most %(millions)d million pixels.")
            % {"millions": most // 1_000_000}
        )
    if walked.frames > MOST_FRAMES:
        raise Refused(
            _("This animation is too long: at most %(frames)d frames.") % {"frames": MOST_FRAMES}
        )
    if any(word in part.lower() for part in walked.dropped for word in ACTIVE):
        raise Refused(_("There is more than a picture in this file, so we do not take it."))
    return walked


def _walk(content: bytes) -> Walked:
    if content.startswith(PNG_START):
        return _walk_png(content)
    if content.startswith(b"\xff\xd8\xff"):
        return _walk_jpeg(content)
    if content[:6] in (b"GIF87a", b"GIF89a"):
        return _walk_gif(content)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _walk_webp(content)
    raise Refused(_("We take pictures as JPEG, PNG, WebP or GIF."))


def _slice(content: bytes, start: int, length: int) -> bytes:
    part = content[start : start + length]
    if len(part) < length:
        raise IndexError
    return part


def _walk_png(content: bytes) -> Walked:
    walked = Walked("png", kept=[PNG_START])
    at = len(PNG_START)
    while True:
        length, name = unpack_from(">I4s", content, at)
        chunk = _slice(content, at, length + 12)
        at += length + 12
        if name == b"IHDR":
            if walked.sizes:
                raise Refused(_("There is more than a picture in this file, so we do not take it."))
            walked.sizes.append(unpack_from(">II", chunk, 8))
        elif name == b"fcTL":
            walked.sizes.append(unpack_from(">II", chunk, 12))
        elif name == b"acTL":
            walked.frames = max(walked.frames, unpack_from(">I", chunk, 8)[0])
        (walked.kept if name in PNG_KEPT else walked.dropped).append(chunk)
        if name == b"IEND":
            break
    walked.frames = max(walked.frames, len(walked.sizes) - 1)
    walked.dropped.append(content[at:])
    return walked


def _walk_jpeg(content: bytes) -> Walked:
    walked = Walked("jpeg", kept=[content[:2]])
    at = 2
    while True:
        while content[at] == 0xFF and content[at + 1] == 0xFF:
            at += 1  # fill bytes
        if content[at] != 0xFF:
            raise IndexError
        marker = content[at + 1]
        if marker == 0xD9:
            walked.kept.append(content[at : at + 2])
            at += 2
            break
        length = unpack_from(">H", content, at + 2)[0]
        segment = _slice(content, at, length + 2)
        at += length + 2
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = unpack_from(">HH", segment, 5)
            walked.sizes.append((width, height))
        if marker == 0xE1 and segment[4:8] == b"Exif" and _orientation(segment[10:]) > 1:
            walked.turned = True
        (walked.kept if _is_kept_in_jpeg(marker, segment) else walked.dropped).append(segment)
        if marker == 0xDA:
            end = _end_of_scan(content, at)
            walked.kept.append(content[at:end])
            at = end
    walked.dropped.append(content[at:])
    return walked


def _is_kept_in_jpeg(marker: int, segment: bytes) -> bool:
    """Tables, frames and scans stay; of the notes only the frame, the colour and Adobe's transform."""
    if marker == 0xFE:
        return False
    if not 0xE0 <= marker <= 0xEF:
        return True
    return segment[4:].startswith((b"JFIF\0", b"ICC_PROFILE\0", b"Adobe"))


def _end_of_scan(content: bytes, at: int) -> int:
    """Where the coded pixels end: at the first marker that is no stuffing and no restart."""
    while True:
        at = content.find(b"\xff", at)
        if at < 0:
            raise IndexError
        following = content[at + 1]
        if following != 0 and following != 0xFF and not 0xD0 <= following <= 0xD7:
            return at
        at += 1 if following == 0xFF else 2


def _orientation(tiff: bytes) -> int:
    """How the camera was held, from the first directory of the notes; 1 where it does not say."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    try:
        at = unpack_from(f"{order}I", tiff, 4)[0]
        for number in range(min(unpack_from(f"{order}H", tiff, at)[0], 200)):
            tag, kind, _count, value = unpack_from(f"{order}HHIH", tiff, at + 2 + 12 * number)
            if tag == 0x0112 and kind == 3:
                return value if 1 <= value <= 8 else 1
    except StructError:
        pass
    return 1


def _gif_blocks(content: bytes, at: int) -> int:
    """Return where a row of sub-blocks ends."""
    while content[at]:
        at += content[at] + 1
    return at + 1


def _walk_gif(content: bytes) -> Walked:
    width, height, packed = unpack_from("<HHB", content, 6)
    at = 13 + (3 << (packed & 7) + 1 if packed & 0x80 else 0)
    walked = Walked("gif", frames=0, sizes=[(width, height)], kept=[_slice(content, 0, at)])
    while content[at] != 0x3B:
        start = at
        keep = True
        if content[at] == 0x2C:
            left, top, wide, high, packed = unpack_from("<HHHHB", content, at + 1)
            walked.sizes.append((left + wide, top + high))
            walked.frames += 1
            at += 10 + (3 << (packed & 7) + 1 if packed & 0x80 else 0) + 1
        elif content[at] == 0x21:
            label = content[at + 1]
            application = content[at + 3 : at + 14]
            keep = (
                label == 0xF9 or label == 0xFF and application in (b"NETSCAPE2.0", b"ANIMEXTS1.0")
            )
            at += 2
        else:
            raise IndexError
        at = _gif_blocks(content, at)
        (walked.kept if keep else walked.dropped).append(content[start:at])
        if walked.frames > MOST_FRAMES:
            break  # it is refused for that; no need to see the end
    walked.kept.append(b"\x3b")
    walked.dropped.append(content[at + 1 :])
    return walked


def _webp_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    end = 8 + unpack_from("<I", content, 4)[0]
    if end > len(content):
        raise IndexError
    at = 12
    while at + 8 <= end:
        name, length = unpack_from("<4sI", content, at)
        chunk = content[at : at + 8 + length + length % 2]
        if len(chunk) < 8 + length:
            raise IndexError
        yield name, chunk
        at += 8 + length + length % 2


def _webp_size(name: bytes, chunk: bytes) -> tuple[int, int]:
    if name == b"VP8X":
        wide, high = int.from_bytes(chunk[12:15], "little"), int.from_bytes(chunk[15:18], "little")
        return wide + 1, high + 1
    if name == b"VP8 ":
        wide, high = unpack_from("<HH", chunk, 14)
        return wide & 0x3FFF, high & 0x3FFF
    bits = unpack_from("<I", chunk, 9)[0]
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


def _walk_webp(content: bytes) -> Walked:
    walked = Walked("webp")
    frames = 0
    for name, chunk in _webp_chunks(content):
        if name in (b"VP8X", b"VP8 ", b"VP8L"):
            walked.sizes.append(_webp_size(name, chunk))
        if name == b"VP8X":  # its flags no longer promise notes
            chunk = chunk[:8] + bytes([chunk[8] & ~0x0C]) + chunk[9:]
        elif name == b"ANMF":
            frames += 1
        (walked.dropped if name in WEBP_DROPPED else walked.kept).append(chunk)
    walked.frames = max(1, frames)
    body = b"".join(walked.kept)
    walked.kept = [b"RIFF", (len(body) + 4).to_bytes(4, "little"), b"WEBP", body]
    walked.dropped.append(content[8 + unpack_from("<I", content, 4)[0] :])
    return walked


def _upright(content: bytes) -> bytes:
    """The JPEG turned as its camera was held; decoded only here, after its size was found fair."""
    try:
        with Image.open(io.BytesIO(content)) as image:
            profile = image.info.get("icc_profile")
            turned = ImageOps.exif_transpose(image)
            out = io.BytesIO()
            turned.save(
                out, "JPEG", quality=JPEG_QUALITY, subsampling=0, icc_profile=profile, exif=b""
            )
    except (OSError, ValueError, SyntaxError) as error:
        raise Refused(_("This picture cannot be read. Save it once more and try again.")) from error
    return b"".join(walked_through(out.getvalue()).kept)
