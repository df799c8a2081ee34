"""Tables of people in the admin: brought in, looked at, taken in, taken back; each look is noted."""

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from leads.at_once import AT_ONCE
from leads.import_forms import ColumnsForm, SuppressForm, TableForm
from leads.importing.columns import LABELS, Field
from leads.importing.matching import OTHER, SAME, Match
from leads.models import ImportGoal, PeopleImport, RowOutcome, SuppressedContact
from leads.services.access import (
    IMPORT,
    SEE_PEOPLE,
    SEE_SUPPRESSED,
    demand,
    note_suppressed_viewed,
    note_table_viewed,
)
from leads.services.people_imports import (
    ROWS_AT_ONCE,
    ImportRefused,
    Preview,
    answer_lines,
    ask_to_take,
    ask_to_undo,
    choose_columns,
    discard_table,
    preview_of,
    receive_table,
)
from leads.services.suppression import allow_contact, suppress_contact
from outbox.services import run_effect
from people.contacts import readable_contact
from people.models import User

LOOK_AGAIN_S = 2
ASKED_AT_ONCE = 20  # questions on one page
State = PeopleImport.State


def list_imports(request: HttpRequest) -> HttpResponse:
    """The tables brought in so far, and the form for another one."""
    demand(request.user, IMPORT, SEE_PEOPLE)
    form = TableForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            people_import = receive_table(by=request.user, **form.cleaned_data)
        except ImportRefused as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("people_import", people_import.public_id)
    context = {
        "form": form,
        "imports": PeopleImport.objects.select_related("uploaded_by")[:100],
        **_frame(_("Bring in people")),
    }
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "leads/imports.html", context, status=status)


def show_import(request: HttpRequest, public_id: str) -> HttpResponse:
    """What a table says before it counts; then how far it is, how it ended, and taking it back."""
    demand(request.user, IMPORT, SEE_PEOPLE)
    people_import = PeopleImport.objects.filter(public_id=public_id).first()
    if people_import is None:
        raise Http404
    form = None
    if request.method == "POST":
        answer, form = _act(request, people_import)
        if answer is not None:
            return answer
    above = {"url": reverse("people_imports"), "label": _("Bring in people")}
    context = {"people_import": people_import, **_frame(people_import.file_name, above)}
    if people_import.state == State.WAITING:
        context |= _looked_at(request, people_import, form)
    context["ended"] = [
        (RowOutcome(outcome).label, count)
        for outcome, count in people_import.counts.items()
        if outcome in RowOutcome.values
    ]
    context["touched"] = _touched(people_import)
    context["asks_undo"] = request.GET.get("undo") == "ask"
    context["kept"] = people_import.counts.get("kept", 0)
    context["filled"] = people_import.counts.get("filled", 0)
    response = TemplateResponse(
        request, "leads/import.html", context, status=422 if form is not None else 200
    )
    if people_import.state in (State.TAKING, State.UNDOING):
        response["Refresh"] = str(LOOK_AGAIN_S)
    return response


def _act(
    request: HttpRequest, people_import: PeopleImport
) -> tuple[HttpResponse | None, ColumnsForm | None]:
    """Take in, take back, delete, answer or name columns; a form that is not good comes back."""
    user: User = request.user  # type: ignore[assignment]
    here = redirect("people_import", people_import.public_id)
    asked = request.POST.get("answer", "")
    if asked.isdecimal():
        here = redirect(f"{here.url}?asked={asked}")
    if "discard" in request.POST:
        discard_table(people_import=people_import, by=user)
        messages.success(request, _("The file is deleted. Nothing of it was taken in."))
        return redirect("people_imports"), None
    if "undo" in request.POST:
        if _touched(people_import) > AT_ONCE and "sure" not in request.POST:
            return redirect(f"{here.url}?undo=ask"), None
        ask_to_undo(people_import=people_import, by=user)
        return here, None
    if "take" in request.POST or "answer" in request.POST:
        answers = {
            name.removeprefix("line-"): value
            for name, value in request.POST.items()
            if name.startswith("line-")
        }
        answer_lines(people_import=people_import, answers=answers)
        if "take" in request.POST:
            _take(people_import, user)
        return here, None
    heading = preview_of(people_import).heading
    if heading is None:
        return here, None
    form = ColumnsForm(request.POST, headings=heading.cells)
    if not form.is_valid():
        return None, form
    choose_columns(people_import=people_import, columns=form.columns)
    return here, None


def _touched(people_import: PeopleImport) -> int:
    """How many people or contacts taking a table back would touch."""
    ends = (RowOutcome.CREATED, RowOutcome.KNOWN, RowOutcome.SUPPRESSED)
    return sum(people_import.counts.get(one, 0) for one in ends)


def _take(people_import: PeopleImport, user: User) -> None:
    people_import.refresh_from_db()
    preview = preview_of(people_import)
    if preview.problem:
        return
    effect = ask_to_take(people_import=people_import, by=user)
    if effect is not None and preview.rows <= ROWS_AT_ONCE:
        run_effect(effect_id=effect.pk)


def _looked_at(request: HttpRequest, people_import: PeopleImport, form: ColumnsForm | None) -> dict:
    preview = preview_of(people_import)
    note_table_viewed(
        user=request.user,  # type: ignore[arg-type]
        people_import=people_import,
        shown=len(preview.first),
    )
    heading = preview.heading
    if form is None and heading is not None:
        initial = {name: str(place) for name, place in people_import.columns.items()}
        form = ColumnsForm(initial=initial, headings=heading.cells)
    return {
        "preview": preview,
        "columns_form": form,
        "counts": [(RowOutcome(one).label, count) for one, count in preview.counts.items()],
        "first": [_row(match) for match in preview.first],
        "asked": _asked(preview, people_import, request.GET.get("asked", "1")),
        "to_take": preview.rows if people_import.goal == ImportGoal.SUPPRESSION else preview.taken,
        "bad": preview.bad,
        "read_as": [
            (LABELS[Field(name)], heading.cells[place])
            for name, place in people_import.columns.items()
            if heading is not None and place < len(heading.cells)
        ],
        "same": SAME,
        "other": OTHER,
    }


def _asked(preview: Preview, people_import: PeopleImport, number: str) -> Page:
    """One page of the lines that wait for an answer, with what was answered."""
    page = Paginator(preview.asked, ASKED_AT_ONCE).get_page(number)
    page.object_list = [
        {**_row(match), "answer": people_import.answers.get(str(match.row.line), "")}
        for match in page.object_list
    ]
    return page


def _row(match: Match) -> dict:
    return {
        "line": match.row.line,
        "name": match.row.name,
        "contacts": [readable_contact(kind=k, value=v) for k, v in match.row.contacts],
        "key": match.row.key,
        "outcome": match.outcome.label,
        "person": match.person,
        "evidence": evidence_in_words(match.evidence),
        "adds": ", ".join(match.adds),
    }


def evidence_in_words(evidence: str) -> str:
    """By what somebody is known, as staff read it."""
    if evidence.startswith("line "):
        return _("as in line %(line)s") % {"line": evidence.removeprefix("line ")}
    words = {
        "key": _("same number of yours"),
        "verified email": _("same e-mail address, verified"),
        "verified phone": _("same phone number, verified"),
        "imported email": _("same e-mail address, not verified"),
        "imported phone": _("same phone number, not verified"),
    }
    return words.get(evidence, "")


def list_suppressed(request: HttpRequest) -> HttpResponse:
    """Addresses and numbers nobody may write to; adding one, and taking one off."""
    demand(request.user, SEE_SUPPRESSED)
    user: User = request.user  # type: ignore[assignment]
    form = SuppressForm(request.POST if "contact" in request.POST else None)
    if request.method == "POST" and "allow" in request.POST:
        allow_contact(
            pk=int(request.POST["allow"]) if request.POST["allow"].isdigit() else 0, by=user
        )
        messages.success(request, _("It is off the list. Consent is asked as for anybody."))
        return redirect("suppressed_contacts")
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        suppress_contact(kind=given["kind"], value=given["value"], reason=given["reason"], by=user)
        messages.success(request, _("Nobody writes there from now on."))
        return redirect("suppressed_contacts")
    rows = SuppressedContact.objects.select_related("added_by", "people_import")
    query = request.GET.get("q", "").strip()
    if query:
        rows = rows.filter(value__icontains=query)
    rows_shown = list(rows[:100])
    note_suppressed_viewed(user=user, shown=len(rows_shown))
    context = {
        "form": form,
        "query": query,
        "total": rows.count(),
        "rows": [
            {"one": row, "shown": readable_contact(kind=row.kind, value=row.value)}
            for row in rows_shown
        ],
        **_frame(_("Addresses nobody may write to")),
    }
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "leads/suppressed.html", context, status=status)


def _frame(title: str, *above: dict) -> dict:
    home = {"url": reverse("wagtailadmin_home"), "label": _("Home")}
    return {
        "header_title": title,
        "header_icon": "group",
        "breadcrumbs_items": [home, *above, {"url": "", "label": title}],
    }
