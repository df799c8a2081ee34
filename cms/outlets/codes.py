"""Draws QR codes of short links; nothing else is ever put into one."""

import io

import segno
from django.utils.safestring import SafeString, mark_safe

INK, PAPER = "#1a2029", "#ffffff"
QUIET_ZONE = 4


def qr_svg(address: str, *, title: str = "") -> SafeString:
    """The code as an inline SVG that takes its size from its place."""
    svg = segno.make(address, error="m").svg_inline(
        border=QUIET_ZONE, dark=INK, light=PAPER, omitsize=True, title=title or None
    )
    return mark_safe(svg)


def qr_file(address: str, *, kind: str, scale: int = 12) -> bytes:
    """The code as a file: `png` (each module `scale` pixels wide) or `svg`."""
    out = io.BytesIO()
    code = segno.make(address, error="m")
    code.save(out, kind=kind, scale=scale, border=QUIET_ZONE, dark=INK, light=PAPER)
    return out.getvalue()
