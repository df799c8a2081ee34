"""Composes the mail about rows to delete at sending time; it names nobody and sends nothing."""

from django.conf import settings
from django.urls import reverse

from cms.mails import clinic_name_in, language_of
from leads.models import Export
from leads.selectors.export_ledger import open_recalls
from outbox.mail import Letter, composes
from people.models import User


@composes("export_recalled")
def compose_recalled(ids: dict) -> Letter | None:
    """To who has the file; None where the rows were deleted meanwhile, or the login is gone."""
    export = Export.objects.filter(public_id=ids["export"]).first()
    user = User.objects.filter(pk=ids["user"], is_active=True).exclude(email="").first()
    if export is None or user is None:
        return None
    count = len(open_recalls(export))
    if not count:
        return None
    language = language_of(user)
    address = reverse("lead-exports:recalled", args=[export.public_id])
    return Letter(
        to=user.email,
        language=language,
        context={
            "count": count,
            "export": export.public_id,
            "recalled_url": f"{settings.BASE_URL}{address}",
            "clinic_name": clinic_name_in(language),
        },
    )
