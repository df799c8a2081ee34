"""The screens of exports: asking, confirming, waiting, the receipt, the file, and templates."""

from collections.abc import Sequence

from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView, View
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.generic.base import BaseListingView, WagtailAdminTemplateMixin

from leads.downloads import file_answer
from leads.export_columns import chosen_columns
from leads.forms import ExportForm
from leads.models import Export, ExportState, ExportTemplate, LeadList
from leads.selectors.export_counts import counts_of
from leads.selectors.export_ledger import exports_to_clear
from leads.services.access import EXPORT, access_export, access_list, actor_of, demand
from leads.services.export_folder import progress_path
from leads.services.export_progress import read_progress
from leads.services.export_templates import delete_template, save_template
from leads.services.exports import ExportRefused, request_export, stop_export
from leads.views import lists_crumb

ASKED_TWICE_OVER = 20  # people


class AskExportView(WagtailAdminTemplateMixin, FormView):
    """Asks what an export is for and which columns it has; many people are confirmed first."""

    template_name = "leads/export_form.html"
    form_class = ExportForm
    header_icon = "download"

    def setup(self, request: HttpRequest, *args, **kwargs) -> None:
        """Find the list, or refuse."""
        super().setup(request, *args, **kwargs)
        demand(request.user, EXPORT)
        self.lead_list: LeadList = access_list(user=request.user, pk=kwargs["pk"])

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many the file will hold, and why others are left out."""
        return counts_of(self.lead_list)

    @cached_property
    def template(self) -> ExportTemplate | None:
        """The template to begin with, where one was chosen."""
        chosen = self.request.POST.get("template") or self.request.GET.get("template") or ""
        if not chosen.isdecimal():
            return None
        return ExportTemplate.objects.filter(pk=int(chosen)).first()

    def get_initial(self) -> dict:
        """The template's choice, or the usual one."""
        if self.template is None:
            return super().get_initial()
        return {"columns": self.template.columns, "format": self.template.format}

    def get_page_title(self) -> str:
        """What the page does."""
        return _("Export %(list)s") % {"list": self.lead_list.name}

    def get_breadcrumbs_items(self) -> list:
        """Home, lists, this list, export."""
        members = reverse("lead-lists:members", args=[self.lead_list.pk])
        return [
            *self.breadcrumbs_items,
            lists_crumb(),
            {"url": members, "label": self.lead_list.name},
            {"url": "", "label": _("Export")},
        ]

    def get_context_data(self, **kwargs) -> dict:
        """How many will be in the file, who will not and why, and the templates there are."""
        return super().get_context_data(
            **kwargs,
            lead_list=self.lead_list,
            counts=self.counts,
            templates=ExportTemplate.objects.select_related("made_by"),
            chosen_template=self.template,
        )

    def form_valid(self, form: ExportForm) -> HttpResponse:
        """Ask for the export, or first ask again where it is about many people."""
        data = form.cleaned_data
        columns = self._in_order(data["columns"])
        if self.counts["contactable"] > (data["confirmed"] or 0) + ASKED_TWICE_OVER:
            return self._confirmation(form, columns)
        try:
            if data["save_as"]:
                save_template(
                    user=self.request.user,
                    name=data["save_as"],
                    columns=columns,
                    format=data["format"],
                )
            export = request_export(
                user=self.request.user,
                lead_list=self.lead_list,
                format=data["format"],
                purpose=data["purpose"],
                columns=columns,
            )
        except ExportRefused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        return redirect("lead-exports:export", export.public_id)

    def _in_order(self, columns: Sequence[str]) -> list[str]:
        """The template's own order where nothing else was ticked than it has."""
        if self.template is not None and set(self.template.columns) == set(columns):
            return self.template.columns
        return list(columns)

    def _confirmation(self, form: ExportForm, columns: Sequence[str]) -> HttpResponse:
        """The same page once more, as a slip that says what would be made, with a way back."""
        context = self.get_context_data(form=form)
        context["chosen_columns"] = chosen_columns(columns)
        context["kept"] = [
            (name, value)
            for name, values in self.request.POST.lists()
            if name not in ("csrfmiddlewaretoken", "confirmed")
            for value in values
        ]
        return TemplateResponse(self.request, "leads/export_confirm.html", context)


class ExportsView(BaseListingView):
    """One's own exports, newest first."""

    template_name = "leads/exports.html"
    page_title = gettext_lazy("My exports")
    header_icon = "download"
    paginate_by = 50
    verbose_name_plural = gettext_lazy("exports")
    index_url_name = "lead-exports:index"

    def setup(self, request: HttpRequest, *args, **kwargs) -> None:
        """Refuse who may not export."""
        super().setup(request, *args, **kwargs)
        demand(request.user, EXPORT)

    @cached_property
    def columns(self) -> list:
        """What it is, how far, how many, until when."""
        return [
            TitleColumn(
                "list",
                label=_("List"),
                accessor=lambda one: one.lead_list.name if one.lead_list else _("deleted list"),
                get_url=lambda one: reverse("lead-exports:export", args=[one.public_id]),
            ),
            Column("purpose", label=_("For")),
            Column("state", label=_("State"), accessor="get_state_display"),
            Column("rows", label=_("People"), accessor=people_in),
            Column("expires_at", label=_("Until"), accessor=until),
        ]

    def get_context_data(self, **kwargs) -> dict:
        """The templates, too."""
        templates = ExportTemplate.objects.select_related("made_by")
        to_clear = exports_to_clear(self.request.user)
        return super().get_context_data(**kwargs, templates=templates, to_clear=to_clear)

    def get_base_queryset(self):
        """The user's own."""
        return Export.objects.filter(requested_by=self.request.user).select_related("lead_list")


def until(export: Export) -> str:
    """The day on which the file goes."""
    return date_format(export.expires_at, "DATE_FORMAT") if export.expires_at else ""


def people_in(export: Export) -> str:
    """How many people the file holds, once that is known."""
    return "" if export.rows is None else str(intcomma(export.rows))


class ExportView(WagtailAdminTemplateMixin, TemplateView):
    """One's own export as a receipt: who, why, how many, until when, and the file."""

    template_name = "leads/export.html"
    header_icon = "download"

    def setup(self, request: HttpRequest, *args, **kwargs) -> None:
        """Find one's own export; anybody else's does not exist."""
        super().setup(request, *args, **kwargs)
        self.export = access_export(user=request.user, public_id=kwargs["public_id"])

    def get_page_title(self) -> str:
        """What it is."""
        return _("Export")

    def get_breadcrumbs_items(self) -> list:
        """Home, one's exports, this one."""
        mine = {"url": reverse("lead-exports:index"), "label": _("My exports")}
        name = self.export.lead_list.name if self.export.lead_list else _("deleted list")
        return [*self.breadcrumbs_items, mine, {"url": "", "label": name}]

    def get_context_data(self, **kwargs) -> dict:
        """The export and whether the page should look again soon."""
        context = super().get_context_data(**kwargs)
        is_over = self.export.expires_at and self.export.expires_at <= timezone.now()
        context["export"] = self.export
        context["members"] = (self.export.rows or 0) + sum(self.export.left_out.values())
        context["columns"] = chosen_columns(self.export.columns)
        context["progress"] = read_progress(progress_path(self.export))
        context["is_waiting"] = self.export.state == ExportState.WAITING
        context["is_ready"] = self.export.state == ExportState.READY and not is_over
        return context


class ExportFileView(View):
    """Sends the file of one's own export, looked at once more."""

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """The file, or back to the receipt with the reason."""
        export = access_export(user=request.user, public_id=public_id)
        try:
            return file_answer(export=export, user=request.user)
        except ExportRefused as refusal:
            messages.error(request, str(refusal))
            return redirect("lead-exports:export", export.public_id)


class StopExportView(View):
    """Stops one's own export while its file is not made yet."""

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """Stop it and show its receipt, which says so."""
        export = access_export(user=request.user, public_id=public_id)
        try:
            stop_export(export=export, actor=actor_of(request.user))
        except ExportRefused as refusal:
            messages.error(request, str(refusal))
        return redirect("lead-exports:export", export.public_id)


class DeleteTemplateView(View):
    """Deletes one template; what was exported with it stays."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Delete it and lead back to where one came from, a list's page."""
        demand(request.user, EXPORT)
        template = ExportTemplate.objects.filter(pk=pk).first()
        if template is None:
            raise Http404
        name = template.name
        delete_template(user=request.user, template=template)
        messages.success(request, _("The template %(name)s is deleted.") % {"name": name})
        return redirect("lead-exports:index")
