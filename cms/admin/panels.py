"""How a comic is edited: each panel's drawing with its bubbles on it, and all panels as a strip.

The forms stay Wagtail's own. The script adds what is seen, and writes into their fields.
"""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from wagtail.admin.telepath import register
from wagtail.blocks.stream_block import StreamBlockAdapter
from wagtail.blocks.struct_block import StructBlockAdapter
from wagtail.images.models import SourceImageIOError

from cms.blocks import PanelBlock, PanelsBlock
from cms.models import ClinicImage

DRAWING = "width-960|format-webp"


def panel_drawing(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead to the drawing at the width that readers get; for staff."""
    if not request.user.has_perm("wagtailadmin.access_admin"):
        raise PermissionDenied
    image = get_object_or_404(ClinicImage, pk=pk)
    try:
        return redirect(image.get_rendition(DRAWING).url)
    except SourceImageIOError:
        raise Http404 from None


def _script() -> forms.Media:
    return forms.Media(
        js=[static("js/admin-panels.js")], css={"all": [static("css/admin-panels.css")]}
    )


class PanelAdapter(StructBlockAdapter):
    """A panel's form with the drawing on top."""

    js_constructor = "cms.blocks.PanelBlock"

    def js_args(self, block: Any) -> list[Any]:
        name, children, meta = super().js_args(block)
        words = {
            "bubble": _("Bubble {n} of {m}, {speaker}: {text}"),
            "place": _("Left {x} %, top {y} %."),
            "how": _("Drag a bubble to its place, or move it with the arrow keys."),
            "none": _("Choose a drawing; its bubbles can then be placed on it."),
        }
        drawing = reverse("panel_drawing", args=[0]).replace("/0/", "/{id}/")
        return [name, children, {**meta, "words": words, "drawing": drawing}]

    @cached_property
    def media(self) -> forms.Media:
        return super().media + _script()


class PanelsAdapter(StreamBlockAdapter):
    """All panels as a strip that can be put in order, above their forms."""

    js_constructor = "cms.blocks.PanelsBlock"

    def js_args(self, block: Any) -> list[Any]:
        *others, meta = super().js_args(block)
        words = {
            "strip": _("Panels in reading order"),
            "panel": _("Panel {n}"),
            "earlier": _("Move panel {n} earlier"),
            "later": _("Move panel {n} later"),
            "moved": _("Panel {n} is number {m} now."),
            "wordless": _("no text alternative yet"),
        }
        return [*others, {**meta, "words": words}]

    @cached_property
    def media(self) -> forms.Media:
        return super().media + _script()


register(PanelAdapter(), PanelBlock)
register(PanelsAdapter(), PanelsBlock)
