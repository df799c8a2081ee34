"""Turns an export's file into an answer; it never sends one that was not looked at again."""

from django.http import FileResponse

from leads.models import Export
from leads.services.actors import actor_of
from leads.services.exports import file_to_send
from people.models import User


def file_answer(*, export: Export, user: User) -> FileResponse:
    """The answer that carries the file; raises ExportRefused where there is nothing to send."""
    path = file_to_send(export=export, actor=actor_of(user))
    name = export.lead_list.slug if export.lead_list else "export"
    answer = FileResponse(
        path.open("rb"), as_attachment=True, filename=f"{name}-{export.public_id}.{export.format}"
    )
    answer["Cache-Control"] = "no-store, private"
    return answer
