"""Rows that somebody is to delete from files they exported, on the admin's home; it reads only."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms.admin.home import ON_HOME, Line, Section
from leads.selectors.export_ledger import exports_to_clear
from leads.services.access import EXPORT
from people.models import User


def rows_to_delete(user: User) -> Section | None:
    """One line a file; nothing where no row waits."""
    if not user.has_perm(EXPORT):
        return None
    found = list(exports_to_clear(user)[: ON_HOME + 1])
    if not found:
        return None
    lines = [
        Line(
            label=ngettext(
                "%(count)d row in: %(purpose)s", "%(count)d rows in: %(purpose)s", one.to_delete
            )
            % {"count": one.to_delete, "purpose": one.purpose or one.public_id},
            url=reverse("lead-exports:recalled", args=[one.public_id]),
            at=one.requested_at,
        )
        for one in found[:ON_HOME]
    ]
    return Section(
        title=_("Rows to delete in exported files"),
        lines=lines,
        total=len(lines) if len(found) <= ON_HOME else exports_to_clear(user).count(),
        url=reverse("lead-exports:index"),
    )
