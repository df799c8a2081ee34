"""The screen of a list's members: it reads, and notes each look."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.generic.base import BaseListingView
from wagtail.admin.widgets.button import HeaderButton

from leads.condition_words import notes_in_words, rules_in_words
from leads.list_rules import rules_of
from leads.rank_words import rank_in_words
from leads.reasons import in_words, words_for
from leads.selectors import contactable_members_of, freshness_of
from leads.selectors.evaluation import problems_of
from leads.selectors.members import members_with_contactability, shown_name
from leads.selectors.ranking import Ranks, by_rank, ranked_topics, ranks_for
from leads.selectors.visibility import visible_to
from leads.services.access import (
    EXPORT,
    KEEP_LISTS,
    SEE_PEOPLE,
    access_list,
    note_members_viewed,
)

LISTS = "lead-lists:index"


def lists_crumb() -> dict:
    """The way back to the lists."""
    return {"url": reverse(LISTS), "label": _("Lead lists")}


class ReasonColumn(Column):
    """Why a person is on the list, one line a fact."""

    cell_template_name = "leads/reason_cell.html"


class RankColumn(Column):
    """A rank as a slip: what each part adds."""

    cell_template_name = "leads/rank_cell.html"


class MembersView(BaseListingView):
    """Who is on a list and why, with how fresh it is; each look is noted.

    Newest first, or by rank: those first who will probably read about the list's topics next.
    """

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
        self.ranked_topics = ranked_topics(self.lead_list)
        self.by_rank = request.GET.get("order") == "rank" and bool(self.ranked_topics)

    @cached_property
    def ranks(self) -> Ranks:
        """Everybody's rank now; read only where it is asked for."""
        return ranks_for(topic_ids=[one.pk for one in self.ranked_topics], at=timezone.now())

    def paginate_queryset(self, queryset, page_size):
        """By rank, the rows of this page alone are fetched once the order is known."""
        if not self.by_rank:
            return super().paginate_queryset(queryset, page_size)
        order = by_rank(queryset, self.ranks)
        paginator, page, pks, is_paginated = super().paginate_queryset(order, page_size)
        found = queryset.in_bulk(list(pks))
        page.object_list = [found[pk] for pk in pks if pk in found]
        return paginator, page, page.object_list, is_paginated

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
        rank = RankColumn("rank", label=_("Rank"), accessor=lambda one: one.rank_in_words)
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
            *([rank] if self.by_rank else []),
            ReasonColumn("reason", label=_("Why"), accessor=lambda one: one.reason_in_words),
            Column("contactable", label=_("Contact"), accessor=contactable_in_words),
            DateColumn("entered_at", label=_("On the list since"), width="14%"),
        ]

    def get_base_queryset(self):
        """The members as they may be read now, whom the user may see."""
        seen = visible_to(self.request.user, path="person__")
        return members_with_contactability(self.lead_list).filter(seen)

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
            buttons.append(
                HeaderButton(
                    _("Versions"),
                    url=reverse("lead-lists:versions", args=[pk]),
                    icon_name="history",
                    priority=30,
                )
            )
            buttons.append(
                HeaderButton(
                    _("People by hand"),
                    url=reverse("lead-lists:by_hand", args=[pk]),
                    icon_name="user",
                    priority=40,
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
        if self.by_rank:
            names = {topic.pk: topic.label for topic in self.ranked_topics}
            for one in members:
                one.rank_in_words = rank_in_words(self.ranks.of(one.person_id), names)
        context["object_list"] = members
        context["table"] = self.get_table(members)
        note_members_viewed(
            user=self.request.user,
            lead_list=self.lead_list,
            shown=len(members),
            offset=context["page_obj"].start_index() - 1 if members else 0,
        )
        rules = rules_of(self.lead_list)
        seen = visible_to(self.request.user, path="person__")
        match, phrases = rules_in_words(rules)
        context.update(
            lead_list=self.lead_list,
            match=match,
            rules=phrases,
            problems=problems_of(rules.conditions),
            notes=notes_in_words(rules),
            freshness=freshness_of(self.lead_list, now=words.now),
            contactable_count=contactable_members_of(self.lead_list).filter(seen).count(),
            may_edit=self.request.user.has_perm(KEEP_LISTS),
            by_rank=self.by_rank,
            ranked_topics=get_text_list([one.label for one in self.ranked_topics], _("or")),
        )
        return context


def contactable_in_words(membership) -> str:
    """Whether they may be contacted, or the first thing that is in the way."""
    if not membership.agrees:
        return _("Not contactable: has not agreed to messages")
    if membership.suppressed:
        return _("Not contactable: on the list of those nobody writes to")
    if not membership.reachable:
        return _("Not contactable: no verified address or number")
    return _("Contactable")
