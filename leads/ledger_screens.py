"""The screens of what left the clinic: which files hold a person, and rows that are to be deleted."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads.selectors.export_ledger import files_holding, open_recalls
from leads.services.access import EXPORT, SEE_PEOPLE, access_recalled, demand, note_ledger_viewed
from leads.services.export_recalls import acknowledge_recalls


def show_ledger(request: HttpRequest) -> HttpResponse:
    """Ask for an external id and show every file that holds it or left with it; each look is noted."""
    demand(request.user, EXPORT, SEE_PEOPLE)
    external_id = request.GET.get("person", "").strip()
    context = {"external_id": external_id, **_frame(_("Which files hold this person?"))}
    if external_id:
        note_ledger_viewed(user=request.user, external_id=external_id)
        context["files"] = files_holding([external_id])
    return TemplateResponse(request, "leads/ledger.html", context)


def clear_rows(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show whose rows are to be deleted from a file; a POST says that it is done."""
    export = access_recalled(user=request.user, public_id=public_id)
    if request.method == "POST":
        shown = request.POST.getlist("person")
        count = acknowledge_recalls(export=export, user=request.user, external_ids=shown)
        messages.success(
            request,
            ngettext("One row is noted as deleted.", "%(count)d rows are noted as deleted.", count)
            % {"count": count},
        )
        return redirect("lead-exports:recalled", export.public_id)
    context = {
        "export": export,
        "recalls": open_recalls(export),
        "done": export.recalls.filter(acknowledged_at__isnull=False).select_related(
            "acknowledged_by"
        ),
        **_frame(_("Rows to delete")),
    }
    return TemplateResponse(request, "leads/recalled.html", context)


def _frame(title: str) -> dict:
    home = {"url": reverse("wagtailadmin_home"), "label": _("Home")}
    mine = {"url": reverse("lead-exports:index"), "label": _("My exports")}
    return {
        "header_title": title,
        "header_icon": "download",
        "breadcrumbs_items": [home, mine, {"url": "", "label": title}],
    }
