"""The leads screens of the admin: members, exports, one person; they read, and call one service."""

from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import FormView, TemplateView, View
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.generic.base import BaseListingView, WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import HeaderButton

from leads.downloads import file_answer
from leads.forms import ExportForm
from leads.models import Export, ExportState, LeadList
from leads.reasons import in_words, words_for
from leads.selectors import contactable_members_of, freshness_of, members_of
from leads.selectors.evaluation import conditions_of, problems_of
from leads.selectors.lists import condition_in_words
from leads.selectors.members import members_with_contactability, shown_name
from leads.selectors.people import contacts_of, decisions_of, interests_of, memberships_of
from leads.services.access import (
    EXPORT,
    KEEP_LISTS,
    SEE_PEOPLE,
    access_export,
    access_list,
    access_person,
    demand,
    note_members_viewed,
)
from leads.services.exports import ExportRefused, request_export
from people.models import Purpose
from people.services.vouching import may_vouch
from tracking.models import SignalKind

LISTS = "lead-lists:index"


def lists_crumb() -> dict:
    """The way back to the lists."""
    return {"url": reverse(LISTS), "label": _("Lead lists")}


class ReasonColumn(Column):
    """Why a person is on the list, one line a fact."""

    cell_template_name = "leads/reason_cell.html"


class MembersView(BaseListingView):
    """Who is on a list and why, with how fresh it is; each look is noted."""

    template_name = "leads/members.html"
    table_classname = "listing leads-members"
    paginate_by = 50
    header_icon = "group"
    verbose_name_plural = gettext_lazy("members")
    default_ordering = None

    def setup(self, request: HttpRequest, *args, **kwargs) -> None:
        """Find the list, or refuse."""
        super().setup(request, *args, **kwargs)
        self.lead_list = access_list(user=request.user, pk=kwargs["pk"])

    def get_index_url(self) -> str:
        """This page, for the links of the pagination."""
        return reverse("lead-lists:members", args=[self.lead_list.pk])

    def get_page_title(self) -> str:
        """The list's name."""
        return self.lead_list.name

    def get_breadcrumbs_items(self) -> list:
        """Home, lists, this one."""
        return [
            *self.breadcrumbs_items,
            lists_crumb(),
            {"url": "", "label": self.lead_list.name},
        ]

    @cached_property
    def columns(self) -> list:
        """The name leads to the person where the user may see people."""
        may_see = self.request.user.has_perm(SEE_PEOPLE)
        return [
            TitleColumn(
                "name",
                label=_("Name"),
                accessor=shown_name,
                get_url=lambda one: (
                    reverse("lead-people:person", args=[one.person.external_id])
                    if may_see
                    else None
                ),
            ),
            ReasonColumn("reason", label=_("Why"), accessor=lambda one: one.reason_in_words),
            Column("contactable", label=_("Contact"), accessor=contactable_in_words),
            DateColumn("entered_at", label=_("On the list since"), width="14%"),
        ]

    def get_base_queryset(self):
        """The members as they may be read now."""
        return members_with_contactability(self.lead_list)

    @cached_property
    def header_buttons(self) -> list:
        """Export and edit, for those who may."""
        user, pk = self.request.user, self.lead_list.pk
        buttons = []
        if user.has_perm(EXPORT):
            buttons.append(
                HeaderButton(
                    _("Export"),
                    url=reverse("lead-lists:export", args=[pk]),
                    icon_name="download",
                    priority=10,
                )
            )
        if user.has_perm(KEEP_LISTS):
            buttons.append(
                HeaderButton(
                    _("Edit rules"),
                    url=reverse("lead-lists:edit", args=[pk]),
                    icon_name="edit",
                    priority=20,
                )
            )
        return buttons

    def get_context_data(self, **kwargs) -> dict:
        """Reasons in words for this page's members, the rules, and the freshness line."""
        context = super().get_context_data(**kwargs)
        members = list(context["object_list"])
        words = words_for(one.reason for one in members)
        for one in members:
            one.reason_in_words = [in_words(fact, words) for fact in one.reason]
        context["object_list"] = members
        context["table"] = self.get_table(members)
        note_members_viewed(
            user=self.request.user,
            lead_list=self.lead_list,
            shown=len(members),
            offset=context["page_obj"].start_index() - 1 if members else 0,
        )
        conditions = conditions_of(self.lead_list)
        context.update(
            lead_list=self.lead_list,
            rules=[condition_in_words(condition) for condition in conditions],
            problems=problems_of(conditions),
            freshness=freshness_of(self.lead_list, now=words.now),
            contactable_count=contactable_members_of(self.lead_list).count(),
            may_edit=self.request.user.has_perm(KEEP_LISTS),
        )
        return context


def contactable_in_words(membership) -> str:
    """Whether they may be contacted, or the first thing that is in the way."""
    if not membership.agrees:
        return _("Not contactable: has not agreed to messages")
    if not membership.reachable:
        return _("Not contactable: no verified address or number")
    return _("Contactable")


class AskExportView(WagtailAdminTemplateMixin, FormView):
    """Asks what an export is for, and asks for it."""

    template_name = "leads/export_form.html"
    form_class = ExportForm
    header_icon = "download"

    def setup(self, request: HttpRequest, *args, **kwargs) -> None:
        """Find the list, or refuse."""
        super().setup(request, *args, **kwargs)
        demand(request.user, EXPORT)
        self.lead_list: LeadList = access_list(user=request.user, pk=kwargs["pk"])

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
        """How many will be in the file, and how many will not."""
        context = super().get_context_data(**kwargs)
        members = members_of(self.lead_list).count()
        contactable = contactable_members_of(self.lead_list).count()
        context.update(lead_list=self.lead_list, members=members, contactable=contactable)
        context["left_out"] = members - contactable
        return context

    def form_valid(self, form: ExportForm) -> HttpResponse:
        """Ask for the export and show how far it is; a list with a problem says so."""
        try:
            export = request_export(
                user=self.request.user, lead_list=self.lead_list, **form.cleaned_data
            )
        except ExportRefused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        return redirect("lead-exports:export", export.public_id)


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


class PersonView(WagtailAdminTemplateMixin, TemplateView):
    """One person: contacts, decisions, lists, and each interest as a receipt; each look is noted."""

    template_name = "leads/person.html"
    header_icon = "user"

    def setup(self, request: HttpRequest, *args, **kwargs) -> None:
        """Find the person, or refuse."""
        super().setup(request, *args, **kwargs)
        self.person = access_person(
            user=request.user, external_id=kwargs["external_id"], what="screen"
        )

    @cached_property
    def header_buttons(self) -> list:
        """A link that signs them in, for those who may say who they are."""
        if not may_vouch(self.request.user):
            return []
        return [
            HeaderButton(
                _("Let them in by a link"),
                url=f"{reverse('sign_in_links')}?person={self.person.external_id}#who",
                icon_name="key",
                priority=10,
            )
        ]

    def get_page_title(self) -> str:
        """The name, or the id where there is none."""
        return self.person.display_name or self.person.external_id

    def get_breadcrumbs_items(self) -> list:
        """Home, lists, this person."""
        return [
            *self.breadcrumbs_items,
            lists_crumb(),
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs) -> dict:
        """Everything the page shows; nothing of interest without consent."""
        context = super().get_context_data(**kwargs)
        now = timezone.now()
        memberships = memberships_of(self.person)
        words = words_for((one.reason for one in memberships), now=now)
        decisions = decisions_of(self.person)
        context.update(
            person=self.person,
            now=now,
            contacts=contacts_of(self.person),
            decisions=[
                {"label": Purpose(purpose).label, **decision}
                for purpose, decision in decisions.items()
            ],
            profiling=decisions[Purpose.PROFILING]["valid"],
            memberships=[
                {
                    "list": one.lead_list,
                    "since": one.entered_at,
                    "reason": [in_words(fact, words) for fact in one.reason],
                }
                for one in memberships
            ],
            receipts=[receipt_lines(one) for one in interests_of(self.person, now=now)],
        )
        return context


def receipt_lines(receipt) -> dict:
    """An interest as a slip: dated lines whose heats add up to the total."""
    count = len(receipt.lines)
    return {
        "topic": receipt.topic.label,
        "heat": receipt.heat,
        "rule": receipt.rule_version,
        "entered_at": receipt.entered_at,
        "lapses_at": receipt.lapses_at,
        "summary": ngettext("%(count)d signal", "%(count)d signals", count) % {"count": count},
        "lines": [
            {
                "at": line.at,
                "kind": capfirst(SignalKind(line.kind).label),
                "title": line.title,
                "strength": line.strength,
                "weight": line.weight,
                "heat": line.heat,
            }
            for line in receipt.lines
        ],
    }
