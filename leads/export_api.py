"""The staff API of exports; it asks access, calls one service, shapes the answer."""

from datetime import datetime
from typing import Literal

from django.http import FileResponse, HttpRequest
from ninja import Query, Router, Schema, Status
from ninja.errors import HttpError

from leads.api import staff_of
from leads.downloads import file_answer
from leads.export_columns import COLUMNS, DEFAULT, chosen_columns
from leads.models import Export, ExportFormat, ExportTemplate
from leads.selectors.export_ledger import files_holding, open_recalls
from leads.services.access import (
    EXPORT,
    SEE_LISTS,
    SEE_PEOPLE,
    access_export,
    access_list,
    actor_of,
    note_ledger_viewed,
)
from leads.services.export_folder import progress_path
from leads.services.export_progress import read_progress
from leads.services.export_recalls import acknowledge_recalls
from leads.services.exports import ExportRefused, request_export, stop_export
from people.api_auth import StaffBearer
from people.staff_scopes import Scope

router = Router()
ASKING, FETCHING = StaffBearer(Scope.EXPORTS_WRITE), StaffBearer(Scope.EXPORTS_READ)


class ExportIn(Schema):
    """What to export and what for; `columns` go before the `template` of that name."""

    format: Literal["csv", "xlsx"] | None = None
    purpose: str = Query(..., min_length=1, max_length=200)
    columns: list[str] = []
    template: str = ""


class ColumnOut(Schema):
    """One column there is: its name here, and its heading in the file."""

    name: str
    label: str


class TemplateOut(Schema):
    """A choice of columns and format under a name."""

    name: str
    columns: list[str]
    format: str


class TemplatesOut(Schema):
    """Every column there is, the usual ones, and the templates that were kept."""

    columns: list[ColumnOut]
    usual: list[str]
    templates: list[TemplateOut]


class ProgressOut(Schema):
    """How many rows are written, of how many."""

    rows: int
    of: int


class ClearedIn(Schema):
    """External ids whose rows were deleted."""

    people: list[str]


class HeldOut(Schema):
    """One export that holds a person now, or left with them and whether that row is to be deleted."""

    export: str
    purpose: str
    requested_at: datetime
    downloaded_at: datetime | None
    held: bool
    left: bool
    to_delete: bool


class ExportOut(Schema):
    """One's own export; `file` is its address once it is ready, `progress` is there while it is made.

    `recalled` are the people whose rows are to be deleted from what was downloaded.
    `left_out` counts the members it does not hold: `not_agreed` to messages, or `no_contact`.
    """

    id: str
    list: str | None
    format: str
    purpose: str
    state: str
    problem: str
    columns: list[str]
    rows: int | None
    left_out: dict[str, int]
    recalled: list[str]
    progress: ProgressOut | None
    sha256: str
    requested_at: datetime
    built_at: datetime | None
    expires_at: datetime | None
    file: str | None


@router.post(
    "/lead-lists/{slug}/exports",
    auth=ASKING,
    response={202: ExportOut},
    summary="Ask for an export",
)
def ask_for_export(request: HttpRequest, slug: str, wanted: ExportIn) -> Status:
    """Ask for a file of the contactable members; it is built in the background."""
    user = staff_of(request, SEE_LISTS, EXPORT)
    lead_list = access_list(user=user, slug=slug)
    try:
        columns, format = _chosen(wanted)
        export = request_export(
            user=user,
            lead_list=lead_list,
            format=format,
            purpose=wanted.purpose,
            columns=columns,
        )
    except ExportRefused as refusal:
        raise HttpError(422, str(refusal)) from None
    return Status(202, _export(export))


def _chosen(wanted: ExportIn) -> tuple[list[str], str]:
    """The columns and the format: what was said, else the template's, else the usual."""
    template = None
    if wanted.template:
        template = ExportTemplate.objects.filter(name=wanted.template).first()
        if template is None:
            raise ExportRefused(f"There is no template “{wanted.template}”.")
    columns = wanted.columns or (template.columns if template else [])
    return columns, wanted.format or (template.format if template else ExportFormat.CSV)


@router.get(
    "/export-templates",
    auth=FETCHING,
    response=TemplatesOut,
    summary="Columns and templates of exports",
)
def show_templates(request: HttpRequest) -> dict:
    """What can be asked for in an export, and the choices that were kept under a name."""
    staff_of(request, EXPORT)
    return {
        "columns": [{"name": name, "label": str(column.label)} for name, column in COLUMNS.items()],
        "usual": DEFAULT,
        "templates": ExportTemplate.objects.all(),
    }


@router.delete(
    "/exports/{public_id}", auth=ASKING, response=ExportOut, summary="Stop one's own export"
)
def stop(request: HttpRequest, public_id: str) -> dict:
    """Stop an export whose file is not made yet; 409 once it is."""
    user = staff_of(request, EXPORT)
    export = access_export(user=user, public_id=public_id)
    try:
        stop_export(export=export, actor=actor_of(user))
    except ExportRefused as refusal:
        raise HttpError(409, str(refusal)) from None
    return _export(export)


@router.get("/exports/{public_id}", auth=FETCHING, response=ExportOut, summary="One's own export")
def show_export(request: HttpRequest, public_id: str) -> dict:
    """How far one's own export is; anybody else's answers 404."""
    return _export(access_export(user=staff_of(request, EXPORT), public_id=public_id))


@router.post(
    "/exports/{public_id}/recalled",
    auth=ASKING,
    response=ExportOut,
    summary="Say that rows are deleted",
)
def clear_rows(request: HttpRequest, public_id: str, done: ClearedIn) -> dict:
    """Say that these people's rows were deleted from every copy of the file."""
    user = staff_of(request, EXPORT)
    export = access_export(user=user, public_id=public_id)
    acknowledge_recalls(export=export, user=user, external_ids=done.people)
    return _export(export)


@router.get(
    "/people/{external_id}/exports",
    auth=FETCHING,
    response=list[HeldOut],
    summary="Files that hold a person",
)
def show_ledger(request: HttpRequest, external_id: str) -> list[dict]:
    """Every file that holds the id or left the clinic with it, of erased people too; it is noted."""
    user = staff_of(request, EXPORT, SEE_PEOPLE)
    note_ledger_viewed(user=user, external_id=external_id)
    return [
        {
            "export": one.export.public_id,
            "purpose": one.export.purpose,
            "requested_at": one.export.requested_at,
            "downloaded_at": one.export.downloaded_at,
            "held": one.is_held,
            "left": one.has_left,
            "to_delete": any(recall.acknowledged_at is None for recall in one.recalls),
        }
        for one in files_holding([external_id])
    ]


@router.get("/exports/{public_id}/file", auth=FETCHING, summary="The file of one's own export")
def send_file(request: HttpRequest, public_id: str) -> FileResponse:
    """The file, consent checked once more; 409 while it is not ready, 410 when it is gone."""
    user = staff_of(request, EXPORT)
    export = access_export(user=user, public_id=public_id)
    if export.state == "waiting" and export.built_at is None:
        raise HttpError(409, "The file is not ready yet. Ask again in a few seconds.")
    try:
        return file_answer(export=export, user=user)
    except ExportRefused as refusal:
        raise HttpError(410, str(refusal)) from None


def _export(export: Export) -> dict:
    ready = export.state == "ready"
    progress = read_progress(progress_path(export)) if export.state == "waiting" else None
    return {
        "id": export.public_id,
        "list": export.lead_list.slug if export.lead_list else None,
        "format": export.format,
        "purpose": export.purpose,
        "state": export.state,
        "problem": export.problem,
        "columns": [column.name for column in chosen_columns(export.columns)],
        "rows": export.rows,
        "left_out": export.left_out,
        "recalled": [one.person_external_id for one in open_recalls(export)],
        "progress": progress and progress._asdict(),
        "sha256": export.sha256,
        "requested_at": export.requested_at,
        "built_at": export.built_at,
        "expires_at": export.expires_at,
        "file": f"/api/v1/exports/{export.public_id}/file" if ready else None,
    }
