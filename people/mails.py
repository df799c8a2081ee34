"""Composes the mails and texts of the package at sending time; it sends nothing."""

from urllib.parse import urlsplit

from django.conf import settings

from outbox.mail import Letter, Text, composes
from people.models import ContactKind
from people.selectors import current_clinic
from people.services.verification import LIFE, prepare_code


@composes("sign_in_code")
def compose_sign_in_code(ids: dict) -> Letter | Text | None:
    """Return the letter or text with a fresh code, or None once it could not be used any more."""
    prepared = prepare_code(verification_id=ids["verification"])
    if prepared is None:
        return None
    verification, code = prepared
    clinic = current_clinic()
    chinese = verification.language.startswith("zh")
    context = {
        "code": code,
        "minutes": int(LIFE.total_seconds() // 60),
        "clinic_name": (clinic.name_zh if chinese else "") or clinic.name,
    }
    if verification.kind == ContactKind.PHONE:
        # The last line of the text names the site that phones may fill the code in for.
        context["host"] = urlsplit(settings.BASE_URL).hostname
        return Text(to=verification.value, language=verification.language, context=context)
    return Letter(to=verification.value, language=verification.language, context=context)
