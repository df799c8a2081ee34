"""Writes a list's contactable members to a file, by the same way as the admin and the API."""

import os
import shutil
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from leads.models import ExportFormat, ExportState, ExportTemplate, LeadList
from leads.selectors import contactable_members_of
from leads.services.export_building import build_export
from leads.services.exports import ExportRefused, file_to_send, request_export
from leads.services.membership import refresh_lists
from tracking.services.folding import fold_everything

ACTOR = "command:export_leads"


class Command(BaseCommand):
    """Exports one lead list; audited, and only people with both consents are in the file."""

    help = "Write the contactable members of a lead list to a CSV or XLSX file"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the list's slug, the format and the file."""
        parser.add_argument("list", metavar="LIST", help="the list's slug")
        parser.add_argument(
            "--format", choices=ExportFormat.values, help="csv where no template says"
        )
        parser.add_argument("--output", required=True, metavar="FILE")
        parser.add_argument("--columns", metavar="NAMES", help="names of columns, with commas")
        parser.add_argument("--template", metavar="NAME", help="a choice of columns that was kept")
        parser.add_argument("--dry-run", action="store_true", help="count, and write nothing")
        parser.add_argument("--purpose", default="command line", help="what it is for, for the log")

    def handle(
        self,
        *,
        list: str,
        format: str | None,
        output: str,
        purpose: str,
        dry_run: bool,
        columns: str | None = None,
        template: str | None = None,
        **options,
    ) -> None:
        """Fold, bring lists up to date, build, check once more, and put the file in place."""
        lead_list = LeadList.objects.filter(slug=list).first()
        if lead_list is None:
            known = ", ".join(LeadList.objects.values_list("slug", flat=True)[:20])
            raise CommandError(
                f"There is no lead list with the slug “{list}”. "
                + (f"There are: {known}." if known else "There is none yet.")
            )
        names, kept_format = _chosen(columns, template)
        if dry_run:
            fold_everything()
            refresh_lists()
            count = contactable_members_of(lead_list).count()
            self.stderr.write(f"{count} people would be written to {output}.")
            return
        target = Path(output).expanduser()
        if not target.parent.is_dir():
            raise CommandError(f"The folder {target.parent} does not exist.")
        fold_everything()
        try:
            export = request_export(
                user=None,
                lead_list=lead_list,
                format=format or kept_format,
                purpose=purpose,
                columns=names,
                actor=ACTOR,
            )
            build_export(public_id=export.public_id)
            export.refresh_from_db()
            if export.state == ExportState.FAILED:
                raise CommandError(export.problem)
            _copy(file_to_send(export=export, actor=ACTOR), target)
        except ExportRefused as refusal:
            raise CommandError(str(refusal)) from None
        except OSError as error:
            raise CommandError(f"{target} cannot be written: {error.strerror}.") from None
        export.refresh_from_db()
        self.stderr.write(f"{export.rows} people written to {target}.")


def _chosen(columns: str | None, template: str | None) -> tuple[Sequence[str], str]:
    """The columns and the format that were said, or a template's."""
    if template is None:
        names = [name.strip() for name in (columns or "").split(",")]
        return [name for name in names if name], ExportFormat.CSV
    kept = ExportTemplate.objects.filter(name=template).first()
    if columns or kept is None:
        known = ", ".join(ExportTemplate.objects.values_list("name", flat=True)[:20])
        raise CommandError(
            "Say --columns or --template, not both."
            if columns
            else f"There is no template “{template}”. "
            + (f"There are: {known}." if known else "There is none yet.")
        )
    return kept.columns, kept.format


def _copy(source: Path, target: Path) -> None:
    """Copy the file so that only its owner may read it, whole or not at all."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        shutil.copyfile(source, temporary)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
