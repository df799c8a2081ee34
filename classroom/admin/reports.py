"""Room reports: upload, look, take in, say what columns mean, see where each row went, undo."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classroom.admin.drawing import clock_span, length_in_words
from classroom.admin.forms import ColumnsForm, ReadingForm, UploadForm
from classroom.admin.frame import frame, open_class
from classroom.admin.words import reason_in_words, source_in_words
from classroom.intervals import Interval, clipped_to, seconds_of
from classroom.models import AttendanceImport, LiveClass, ReportUpload
from classroom.reconciling import reconciliation_of
from classroom.reports.headings import headings_of
from classroom.services.attendance_imports import undo_import
from classroom.services.column_mappings import save_mapping
from classroom.services.report_files import discard_upload, path_of
from classroom.services.report_uploads import (
    ROWS_AT_ONCE,
    Preview,
    UploadRefused,
    ask_to_take,
    choose_reading,
    preview_upload,
    problem_in_words,
    receive_upload,
)
from classroom.services.staff_access import note_look
from outbox.records import BadFile
from outbox.services import run_effect

State = ReportUpload.State
ROWS_SHOWN = 12
PROBLEMS_SHOWN = 50
LOOK_AGAIN_S = 2


def show_reports(request: HttpRequest, class_id: int) -> HttpResponse:
    """The reports a class has, those that wait, and the form for another one."""
    live_class = open_class(request, class_id)
    form = UploadForm(request.POST or None, request.FILES or None, live_class=live_class)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            upload = receive_upload(
                live_class=live_class,
                file=given["file"],
                author=request.user,
                format=given["format"],
                time_zone=given["time_zone"],
            )
        except UploadRefused as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("class_report_upload", live_class.pk, upload.pk)
    context = {
        "form": form,
        "imports": [
            {
                "batch": batch,
                "room": source_in_words(batch.format),
                "at": batch.imported_at,
            }
            for batch in live_class.imports.order_by("-imported_at", "-pk")
        ],
        "uploads": live_class.report_uploads.filter(
            state__in=(State.WAITING, State.TAKING, State.FAILED)
        ).order_by("-pk"),
        **frame(live_class, tab="reports"),
    }
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "classroom/admin/reports.html", context, status=status)


def show_upload(request: HttpRequest, class_id: int, upload_id: int) -> HttpResponse:
    """What is in an uploaded file before it counts; then how far it is, and how it ended."""
    live_class = open_class(request, class_id)
    upload = get_object_or_404(live_class.report_uploads, pk=upload_id)
    if request.method == "POST":
        return _act(request, live_class, upload)
    if upload.state in (State.TAKEN, State.NOTHING_NEW) and upload.batch_id:
        if upload.state == State.NOTHING_NEW:
            messages.info(request, nothing_new_in_words())
        return redirect("class_report_import", live_class.pk, upload.batch_id)
    preview = preview_upload(upload) if upload.state == State.WAITING else None
    if preview is not None and preview.report is not None:
        shown = preview.report.read.stays[:ROWS_SHOWN]
        note_look(user=request.user, live_class=live_class, part="preview", shown=len(shown))
    context = {
        "upload": upload,
        "preview": preview,
        "reading_form": ReadingForm(
            live_class=live_class,
            initial={
                "format": upload.format,
                "time_zone": upload.time_zone or live_class.zone.key,
            },
        ),
        **(_shown(preview, live_class) if preview is not None else {}),
        **_frame(live_class, here=upload.file_name),
    }
    answer = TemplateResponse(request, "classroom/admin/upload.html", context)
    if upload.state == State.TAKING:
        answer["Refresh"] = str(LOOK_AGAIN_S)
    return answer


def nothing_new_in_words() -> str:
    """What a second import of the same rows is told."""
    return _("Nothing new: every row of this report was here already. Nothing was changed.")


def _frame(live_class: LiveClass, *, here: str) -> dict:
    above = (reverse("class_reports", args=[live_class.pk]), _("Room reports"))
    return frame(live_class, tab="reports", here=here, above=above)


def _act(request: HttpRequest, live_class: LiveClass, upload: ReportUpload) -> HttpResponse:
    """Take in, discard, or read in another way."""
    if "discard" in request.POST:
        discard_upload(upload)
        messages.success(request, _("The file is deleted. Nothing of it was taken in."))
        return redirect("class_reports", live_class.pk)
    if "take" in request.POST:
        preview = preview_upload(upload)
        if preview.report is None:
            return redirect("class_report_upload", live_class.pk, upload.pk)
        rows = preview.report.read.rows
        effect = ask_to_take(upload=upload, rows=rows)
        if effect is not None and rows <= ROWS_AT_ONCE:
            run_effect(effect_id=effect.pk)
        return redirect("class_report_upload", live_class.pk, upload.pk)
    form = ReadingForm(request.POST, live_class=live_class)
    if form.is_valid():
        choose_reading(upload=upload, **form.cleaned_data)
    return redirect("class_report_upload", live_class.pk, upload.pk)


def _shown(preview: Preview, live_class: LiveClass) -> dict:
    """The first rows, the problems by line, and the sums of a preview."""
    if preview.report is None:
        return {}
    read, counts = preview.report.read, preview.report.counts
    window = None
    if live_class.starts_at and live_class.ends_at:
        window = Interval(live_class.starts_at, live_class.ends_at)
    return {
        "room": source_in_words(read.format.value),
        "encoding": read.encoding.upper() or _("workbook"),
        "counts": counts,
        "notes": read.notes,
        "nothing_new": not counts["new"] and bool(read.stays),
        "nothing_new_words": nothing_new_in_words(),
        "rows": [
            {
                "line": stay.line,
                "name": stay.name or stay.contact,
                "contact": stay.contact,
                "when": clock_span(Interval(stay.joined_at, stay.left_at), live_class.zone),
                "told": length_in_words(stay.seconds),
                "counts": length_in_words(seconds_of(clipped_to(stay.intervals, window)))
                if window
                else "",
            }
            for stay in read.stays[:ROWS_SHOWN]
        ],
        "more_rows": max(0, len(read.stays) - ROWS_SHOWN),
        "problems": [
            {
                "line": bad.line,
                "reason": reason_in_words(bad.problem.reason),
                "detail": str(bad.problem).partition(": ")[2],
            }
            for bad in read.bad[:PROBLEMS_SHOWN]
        ],
        "more_problems": max(0, len(read.bad) - PROBLEMS_SHOWN),
    }


def map_columns(request: HttpRequest, class_id: int, upload_id: int) -> HttpResponse:
    """Say what the columns of a table mean; `?line=` picks another line as the heading."""
    live_class = open_class(request, class_id)
    waiting = live_class.report_uploads.filter(state=State.WAITING)
    upload = get_object_or_404(waiting, pk=upload_id)
    path = path_of(upload)
    try:
        headings = headings_of(path) if path is not None else []
    except BadFile as error:
        messages.error(request, problem_in_words(error, path, upload) if path else str(error))
        return redirect("class_report_upload", live_class.pk, upload.pk)
    if not headings:
        messages.error(request, _("No line of this file could be a heading."))
        return redirect("class_report_upload", live_class.pk, upload.pk)
    line = request.GET.get("line", "")
    heading = next((one for one in headings if str(one.line) == line), headings[0])
    form = ColumnsForm(request.POST or None, headings=heading.cells)
    if request.method == "POST" and form.is_valid():
        columns = form.columns()
        save_mapping(
            name=form.cleaned_data["name_of_mapping"],
            headings=heading.cells,
            columns=columns,
            author=request.user,
        )
        choose_reading(upload=upload, time_zone=upload.time_zone, columns=columns)
        return redirect("class_report_upload", live_class.pk, upload.pk)
    context = {
        "upload": upload,
        "form": form,
        "heading": heading,
        "headings": headings,
        "samples": [
            {"heading": cell, "values": ", ".join(value for value in values if value)}
            for cell, values in zip(heading.cells, heading.samples, strict=True)
            if cell
        ],
        **_frame(live_class, here=upload.file_name),
    }
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "classroom/admin/columns.html", context, status=status)


def show_import(request: HttpRequest, class_id: int, import_id: int) -> HttpResponse:
    """Where each row of a report went; a POST undoes the whole of it."""
    live_class = open_class(request, class_id)
    batch = get_object_or_404(AttendanceImport, live_class=live_class, pk=import_id)
    if request.method == "POST":
        report = undo_import(import_id=batch.pk, actor=f"user:{request.user.pk}")
        messages.success(
            request,
            ngettext(
                "The report is undone: %(rows)d row is gone, and %(people)d people have another attendance.",
                "The report is undone: %(rows)d rows are gone, and %(people)d people have another attendance.",
                report.deleted,
            )
            % {"rows": report.deleted, "people": report.changed},
        )
        return redirect("class_reports", live_class.pk)
    found = reconciliation_of(batch)
    context = {
        "batch": batch,
        "room": source_in_words(batch.format),
        "at": batch.imported_at,
        "found": found,
        "bad": [
            {"reason": reason_in_words(reason) or _("could not be read"), "rows": rows}
            for reason, rows in sorted(found.bad.items())
        ],
        **_frame(live_class, here=batch.file_name),
    }
    return TemplateResponse(request, "classroom/admin/import.html", context)
