"""The page of one person, and what staff do on it; each look is noted, each act calls one service."""

from datetime import datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import HeaderButton

from leads.evidence_words import class_minutes, evidence_in_words
from leads.models import ContactWish, FollowUp
from leads.person_forms import (
    ACTS,
    Act,
    FinishAct,
    LabelAct,
    NoteAct,
    OwnerAct,
    PlanAct,
    StageAct,
    WishAct,
)
from leads.reasons import in_words, words_for
from leads.selectors.export_ledger import HeldIn, files_holding
from leads.selectors.leads import follow_ups_of, labels_of, lead_of, wish_of
from leads.selectors.people import decisions_of, interests_of, memberships_of
from leads.selectors.timeline import name_of_user, timeline_of
from leads.selectors.visibility import may_see
from leads.services.access import EXPORT, WORK_WITH_PEOPLE, access_person, access_person_to_work
from leads.services.follow_ups import TAKEN_BACK_WITHIN
from leads.services.leads import LeadRefused
from people.contacts import readable_contact
from people.models import Person, Purpose, User
from people.selectors import contacts_of, records_of
from people.services.vouching import may_vouch
from tracking.models import SignalKind


class PersonView(WagtailAdminTemplateMixin, TemplateView):
    """One person: how to speak to them, what is next, what they are interested in, what happened."""

    template_name = "leads/person.html"
    header_icon = "user"
    # An act that could not be done as it was typed: shown again with what was typed.
    refused: Act | None = None

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
        lists = {"url": reverse("lead-lists:index"), "label": _("Lead lists")}
        return [*self.breadcrumbs_items, lists, {"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **kwargs) -> dict:
        """Everything the page shows; nothing of interest without consent."""
        context = super().get_context_data(**kwargs)
        now = timezone.now()
        number = self.request.GET.get("page", "1")
        decisions = decisions_of(self.person)
        context |= {
            "person": self.person,
            "now": now,
            "contacts": [
                (one, readable_contact(kind=one.kind, value=one.value))
                for one in contacts_of(self.person)
            ],
            "language": _language(self.person.language),
            "decisions": [
                {"label": Purpose(purpose).label, **decision}
                for purpose, decision in decisions.items()
            ],
            "profiling": decisions[Purpose.PROFILING]["valid"],
            "memberships": _memberships(self.person, now),
            "files": _files(self.person) if self.request.user.has_perm(EXPORT) else None,
            "receipts": _receipts(self.person, now),
            "labels": labels_of(self.person),
            "timeline": timeline_of(self.person, page=int(number) if number.isdecimal() else 1),
            "may_work": self.request.user.has_perm(WORK_WITH_PEOPLE),
        }
        work = _work(self.person, now, refused=self.refused)
        return context | work | _ended(self.person, self.request.user, now)


def _language(code: str) -> str:
    """The name of a language of the site; another one as it was told."""
    return str(dict(settings.LANGUAGES).get(code, code))


def _work(person: Person, now: datetime, *, refused: Act | None) -> dict:
    """Stage, owner, wish and tasks, each with the form that changes it; `refused` stands for its own."""
    lead, wish = lead_of(person), wish_of(person)
    ahead = [row for row in follow_ups_of(person) if row.done_at is None]
    return {
        "lead": lead,
        "owner": name_of_user(lead.owner),
        "wish": wish,
        "wish_in_words": wish_in_words(wish),
        "ahead": [
            {
                "row": row,
                "owner": name_of_user(row.owner),
                "late": row.due_at < now,
                "form": refused if _is_about(refused, row) else _finish(person, row),
            }
            for row in ahead
        ],
        "stage_form": StageAct(person=person, initial={"stage": lead.stage}),
        "owner_form": OwnerAct(person=person, initial={"owner": lead.owner_id}),
        "wish_form": WishAct(person=person, initial=_wish_initial(wish)),
        "plan_form": PlanAct(person=person),
        "label_form": LabelAct(person=person),
        "note_form": NoteAct(person=person),
        **({f"{refused.name}_form": refused} if refused else {}),
    }


def _ended(person: Person, user: User, now: datetime) -> dict:
    """What the user ended last, as long as they may take it back."""
    since = now - TAKEN_BACK_WITHIN
    ended = [
        row
        for row in follow_ups_of(person)
        if row.done_at is not None and row.done_at >= since and row.done_by_id == user.pk
    ]
    return {"ended": max(ended, key=lambda row: row.done_at, default=None)}


def _is_about(refused: Act | None, row: FollowUp) -> bool:
    """Whether this is how the task was said to have ended."""
    return isinstance(refused, FinishAct) and refused.data.get("follow_up") == str(row.pk)


def _finish(person: Person, row: FollowUp) -> FinishAct:
    initial = {"follow_up": row.pk, "outcome": "reached"}
    return FinishAct(person=person, initial=initial, auto_id=f"finish-{row.pk}-%s")


def _wish_initial(wish: ContactWish | None) -> dict:
    names = ("channel", "not_before", "not_after", "words", "do_not_call")
    return {name: getattr(wish, name) for name in names} if wish else {}


def wish_in_words(wish: ContactWish | None) -> str:
    """The wish as one phrase: "by WeChat, not before 18:00"; empty where there is none."""
    if wish is None:
        return ""
    parts = [str(wish.get_channel_display())] if wish.channel else []
    if wish.not_before:
        parts.append(_("not before %(time)s") % {"time": f"{wish.not_before:%H:%M}"})
    if wish.not_after:
        parts.append(_("not after %(time)s") % {"time": f"{wish.not_after:%H:%M}"})
    if wish.words:
        parts.append(f"“{wish.words}”")
    return capfirst(", ".join(parts))


def _files(person: Person) -> list[HeldIn]:
    """The files that hold any record of theirs, or left with it."""
    return files_holding([one.external_id for one in records_of(person)])


def _memberships(person: Person, now: datetime) -> list[dict]:
    memberships = memberships_of(person)
    words = words_for((one.reason for one in memberships), now=now)
    return [
        {
            "list": one.lead_list,
            "since": one.entered_at,
            "reason": [in_words(fact, words) for fact in one.reason],
        }
        for one in memberships
    ]


def _receipts(person: Person, now: datetime) -> list[dict]:
    found = interests_of(person, now=now)
    minutes = class_minutes(line for one in found for line in one.lines)
    return [
        {
            **receipt_lines(one),
            "said": "; ".join(evidence_in_words(one.lines, minutes, now=now)),
        }
        for one in found
    ]


@require_POST
def act_on_person(request: HttpRequest, external_id: str) -> HttpResponse:
    """Do one act, named by `act`, and go back to where it came from; what was refused says why."""
    person = access_person_to_work(user=request.user, external_id=external_id)
    form_class = ACTS.get(request.POST.get("act", ""))
    if form_class is None:
        raise Http404
    form = form_class(request.POST, person=person)
    if not form.is_valid() and _is_typed(form) and may_see(user=request.user, person=person):
        return _typed_again(request, external_id, form)
    _do(request, form)
    if request.POST.get("back") == "my-leads" or not may_see(user=request.user, person=person):
        return redirect("my_leads")
    anchor = {"note": "#timeline", "finish": "#next", "plan": "#next", "reopen": "#next"}.get(
        request.POST["act"], ""
    )
    return redirect(reverse("lead-people:person", args=[person.external_id]) + anchor)


def _is_typed(form: Act) -> bool:
    """Whether words would be lost by asking again; a stage or a label is chosen anew in a moment."""
    can_be_shown = all(
        name in [field.name for field in form.visible_fields()] for name in form.errors
    )
    return can_be_shown and isinstance(form, FinishAct | PlanAct | NoteAct | WishAct)


def _typed_again(request: HttpRequest, external_id: str, form: Act) -> HttpResponse:
    """The person's page with what was typed, and what is to be put right beside it."""
    messages.error(request, _("Nothing was changed yet. What you typed is below."))
    view = PersonView(refused=form)
    view.setup(request, external_id=external_id)
    response = view.get(request, external_id=external_id)
    response.status_code = 422
    return response


def _do(request: HttpRequest, form: Act) -> None:
    if not form.is_valid():
        problems = "; ".join(problem for found in form.errors.values() for problem in found)
        messages.error(request, _("Nothing was changed. %(why)s") % {"why": problems})
        return
    try:
        form.act(request.user)
    except LeadRefused as refusal:
        messages.error(request, _("Nothing was changed. %(why)s") % {"why": refusal})
    else:
        messages.success(request, str(form.done))


def _title_of(line) -> str:
    """What the evidence is about, with the device that measured it and what it wrote."""
    measured = " ".join(line.detail.get(name, "") for name in ("source", "value")).strip()
    return f"{line.title} ({measured})" if measured else line.title


def receipt_lines(receipt) -> dict:
    """An interest as a slip: dated lines whose heats add up to the total."""
    count = len(receipt.lines)
    return {
        "topic": receipt.topic.label,
        "heat": receipt.heat,
        "rule": receipt.rule_version,
        "day_cap": receipt.day_cap,
        "capped": any(line.beyond_cap for line in receipt.lines),
        "entered_at": receipt.entered_at,
        "lapses_at": receipt.lapses_at,
        "summary": ngettext("%(count)d signal", "%(count)d signals", count) % {"count": count},
        "lines": [
            {
                "at": line.at,
                "kind": capfirst(SignalKind(line.kind).label),
                "title": _title_of(line),
                "strength": line.strength,
                "weight": line.weight,
                "heat": line.heat,
                "beyond_cap": line.beyond_cap,
            }
            for line in receipt.lines
        ],
    }
