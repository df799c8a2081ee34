"""Draws addresses as QR codes inside a page; the address itself is shown to nobody."""

import segno
from django.utils.safestring import SafeString, mark_safe


def drawn(address: str, *, title: str) -> SafeString:
    """The code as an inline SVG that takes its size from its place, dark on white in any theme."""
    svg = segno.make(address, error="m").svg_inline(
        border=4, dark="#1a2029", light="#ffffff", omitsize=True, title=title
    )
    return mark_safe(svg)
