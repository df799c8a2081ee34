"""Claims in Wagtail's admin: the list of phrases, the editor's panel, and where a reviewer lets one stand."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.models import Page

from cms.claims.checking import claims_in
from cms.models import ClaimOverride, ClaimPhrase, PiecePage
from cms.services.claims import OverrideRefused, may_override, override_claim


def claims_context(piece: PiecePage) -> dict[str, Any]:
    """What the panel and the screen show of a piece; two queries."""
    hits = claims_in(piece) if piece.pk else []
    return {
        "piece": piece,
        "hits": hits,
        "open_hits": [hit for hit in hits if hit.override is None],
        "standing_hits": [hit for hit in hits if hit.override is not None],
    }


def _piece_or_404(request: HttpRequest, page_id: int) -> PiecePage:
    page = get_object_or_404(Page, pk=page_id).specific
    if not isinstance(page, PiecePage):
        raise PermissionDenied
    permissions = page.permissions_for_user(request.user)
    latest = page.get_latest_revision_as_object()
    if not (permissions.can_edit() or may_override(user=request.user, piece=latest)):
        raise PermissionDenied
    return latest


def claims_fragment(request: HttpRequest, page_id: int) -> HttpResponse:
    """The panel's content for the latest draft, asked for after each save."""
    piece = _piece_or_404(request, page_id)
    return render(request, "cms/admin/claims_list.html", claims_context(piece))


def claims_of_piece(request: HttpRequest, page_id: int) -> HttpResponse:
    """Every hit in the latest draft; a reviewer who did not write it lets one stand, with a reason."""
    piece = _piece_or_404(request, page_id)
    wrong: dict[str, str] = {}
    key, reason = request.POST.get("key", ""), request.POST.get("reason", "")
    if request.method == "POST":
        try:
            override_claim(piece=piece, key=key, reason=reason, reviewer=request.user)
        except OverrideRefused as refusal:
            wrong = {"key": key, "message": str(refusal), "reason": reason}
        else:
            messages.success(request, _("It stands, with your reason beside it."))
            return redirect("claims_of_piece", page_id=page_id)
    context = {
        **claims_context(piece),
        "wrong": wrong,
        "may_override": may_override(user=request.user, piece=piece),
        "earlier": ClaimOverride.objects.filter(page_id=piece.pk).order_by("-at", "-pk")[:50],
        "page_title": _("Claims"),
    }
    return render(request, "cms/admin/claims.html", context)


def claims_addresses() -> list[URLPattern]:
    """The addresses of the panel and the screen."""
    return [
        path("claims/<int:page_id>/", claims_of_piece, name="claims_of_piece"),
        path("claims/<int:page_id>/list/", claims_fragment, name="claims_fragment"),
    ]


class ClaimPhraseViewSet(ModelViewSet):
    """The governed list, for editors and administrators."""

    model = ClaimPhrase
    name = url_prefix = "claim-phrases"
    url_namespace = "claim_phrases"
    icon = "warning"
    menu_label = gettext_lazy("Claim phrases")
    menu_order = 220
    add_to_settings_menu = True
    list_filter = ["kind", "severity", "applies_to", "active"]
    list_display = ["phrase", "kind", "severity", "applies_to", "active"]
    search_fields = ["phrase", "why", "why_zh"]
    ordering = "phrase"
    panels = [
        FieldPanel("phrase"),
        FieldPanel("exceptions"),
        FieldRowPanel([FieldPanel("kind"), FieldPanel("severity"), FieldPanel("applies_to")]),
        FieldPanel("why"),
        FieldPanel("why_zh"),
        FieldPanel("active"),
    ]
