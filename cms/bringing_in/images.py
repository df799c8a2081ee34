"""Finds the picture that an <img> names: in the file, in its own address, or elsewhere."""

import base64
import binascii
import re
from urllib.parse import unquote_to_bytes

from bs4 import Tag

from cms.bringing_in.brought import Picture
from cms.bringing_in.spaces import one_line

DATA = re.compile(r"data:([\w.+-]+/[\w.+-]+)?(;[^,]*)?,(.*)", re.S)


def picture_of(tag: Tag, pictures: list[Picture]) -> Picture | None:
    """The picture of an <img>; None for spacers and for what lazy loading puts in its place."""
    if any(
        str(tag.get(side, "")).removesuffix("px") in ("0", "1", "2") for side in ("width", "height")
    ):
        return None
    alt = one_line(str(tag.get("alt") or ""))[:500]
    source = str(tag.get("data-src") or tag.get("src") or "").strip()
    if found := re.fullmatch(r"picture:(\d{1,5})", source):
        if int(found[1]) >= len(pictures):
            return None
        kept = pictures[int(found[1])]
        return Picture(kept.content, kept.content_type, kept.address, alt)
    if source.startswith("data:"):
        content_type, content = _data_of(source)
        return Picture(content, content_type, "", alt) if len(content) > 200 else None
    if re.match("https?://", source):
        return Picture(address=source[:500], alt=alt)
    return Picture(address="", alt=alt) if source.startswith("file:") else None


def _data_of(address: str) -> tuple[str, bytes]:
    found = DATA.match(address)
    if not found:
        return "", b""
    raw = unquote_to_bytes(found[3])
    if ";base64" not in (found[2] or ""):
        return found[1] or "", raw
    try:
        return found[1] or "", base64.b64decode(b"".join(raw.split()), validate=True)
    except (binascii.Error, ValueError):
        return found[1] or "", b""
