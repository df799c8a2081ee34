"""The ledger of one person in one class, and its corrections: added and taken back, never edited."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from classroom.admin.drawing import bars_of, clock_span, length_in_words, ticks_of
from classroom.admin.forms import CorrectionForm, TakeBackForm
from classroom.admin.frame import frame, open_class
from classroom.admin.words import policy_in_words, source_in_words
from classroom.intervals import Interval
from classroom.ledger import Ledger, ledger_of
from classroom.models import Attendance, AttendanceCorrection, LiveClass
from classroom.services.attendance import BadCorrection, correct_attendance
from classroom.services.staff_access import note_look_at_person
from people.models import ContactPoint, Person
from people.selectors import records_of, resolve_merge

Kind = AttendanceCorrection.Kind


def show_ledger(request: HttpRequest, class_id: int, external_id: str) -> HttpResponse:
    """Everything behind the figures; a POST adds a correction."""
    live_class, person, ledger = _open(request, class_id, external_id)
    form = CorrectionForm(request.POST or None, live_class=live_class)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        needs_moments = given["kind"] in (Kind.PRESENT, Kind.ABSENT)
        try:
            correct_attendance(
                live_class=live_class,
                person=person,
                kind=given["kind"],
                author=request.user,
                reason=given["reason"],
                from_at=given["from_at"] if needs_moments else None,
                to_at=given["to_at"] if needs_moments else None,
            )
        except BadCorrection as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The correction counts from now on."))
            return redirect("class_ledger", live_class.pk, person.external_id)
    note_look_at_person(user=request.user, live_class=live_class, person=person)
    context = {
        "person": person,
        "contacts": ContactPoint.objects.filter(person=person).order_by("kind", "value"),
        "ledger": ledger,
        "form": form,
        **_drawn(ledger, live_class),
        **frame(
            live_class,
            tab="attendance",
            here=person.display_name or _("no name"),
            above=(reverse("class_attendance", args=[live_class.pk]), _("Attendance")),
        ),
    }
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "classroom/admin/ledger.html", context, status=status)


@require_POST
def take_back(request: HttpRequest, class_id: int, external_id: str) -> HttpResponse:
    """Take one correction back by another row."""
    live_class, person, _ledger = _open(request, class_id, external_id)
    form = TakeBackForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Nothing was taken back: say why."))
        return redirect("class_ledger", live_class.pk, person.external_id)
    mine = AttendanceCorrection.objects.filter(live_class=live_class, person__in=records_of(person))
    correction = get_object_or_404(mine, pk=form.cleaned_data["correction"])
    try:
        correct_attendance(
            live_class=live_class,
            person=person,
            kind=Kind.TAKE_BACK,
            author=request.user,
            reason=form.cleaned_data["reason"],
            takes_back=correction,
        )
    except BadCorrection as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The correction is taken back; both lines stay in the ledger."))
    return redirect("class_ledger", live_class.pk, person.external_id)


def _open(
    request: HttpRequest, class_id: int, external_id: str
) -> tuple[LiveClass, Person, Ledger]:
    """Class, person and ledger; Http404 where this class knows nothing of the person."""
    live_class = open_class(request, class_id)
    person = resolve_merge(get_object_or_404(Person, external_id=external_id))
    ledger = ledger_of(live_class, person)
    known = Attendance.objects.filter(live_class=live_class, person=person).exists()
    if ledger is None or (ledger.is_empty and not known):
        raise Http404
    return live_class, person, ledger


def _drawn(ledger: Ledger, live_class: LiveClass) -> dict:
    """The line of the class, the lines of each source above it, and all words for the receipt."""
    zone, span, outcome = live_class.zone, ledger.span, ledger.outcome
    by_source: dict[str, list] = {}
    for line in ledger.lines:
        if not line.is_replay:
            by_source.setdefault(source_in_words(line.source), []).append(line.interval)
    strips = [
        {"label": label, "bars": bars_of(intervals, span), "kind": "source"}
        for label, intervals in by_source.items()
    ]
    for label, intervals, kind in (
        (_("added"), ledger.evidence.added, "added"),
        (_("removed"), ledger.evidence.removed, "removed"),
    ):
        if intervals:
            strips.append({"label": label, "bars": bars_of(intervals, span), "kind": kind})
    strips.append({"label": _("counts"), "bars": bars_of(outcome.intervals, span), "kind": "union"})
    return {
        "strips": strips,
        "ticks": ticks_of(span, zone),
        "class_span": clock_span(span, zone),
        "class_day": span.start.astimezone(zone).date(),
        "receipt_lines": [
            {
                "date": clock_span(interval, zone),
                "label": _("there"),
                "amount": length_in_words(interval.seconds),
            }
            for interval in outcome.intervals
        ],
        "live_words": length_in_words(outcome.live_seconds),
        "replay_words": length_in_words(outcome.replay_seconds),
        "percent": f"{outcome.share:.1%}",
        "policy_words": policy_in_words(ledger.policy) if ledger.policy else "",
        "source_lines": [
            {
                "line": line,
                "when": clock_span(line.interval, zone),
                "source": source_in_words(line.source),
                "told": length_in_words(line.seconds),
                "counts": length_in_words(line.counts_s),
                "is_cut": line.counts_s < line.seconds - 0.5,
            }
            for line in ledger.lines
        ],
        "correction_lines": [_correction(row, live_class) for row in ledger.corrections],
    }


def _correction(row: AttendanceCorrection, live_class: LiveClass) -> dict:
    when = ""
    if row.from_at and row.to_at:
        when = clock_span(Interval(row.from_at, row.to_at), live_class.zone)
    author = row.author
    return {
        "row": row,
        "at": row.at,
        "when": when,
        "author": (author.get_full_name() or author.username) if author else _("login removed"),
        "is_taken_back": bool(row.taken_back_by.all()),
        "can_be_taken_back": row.kind != Kind.TAKE_BACK and not row.taken_back_by.all(),
    }
