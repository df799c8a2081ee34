"""Composes the mails of the package at sending time; it sends nothing."""

from outbox.mail import Letter, composes
from people.selectors import current_clinic
from people.services.verification import LIFE, prepare_code


@composes("sign_in_code")
def compose_sign_in_code(ids: dict) -> Letter | None:
    """Return the letter with a fresh code, or None once it could not be used any more."""
    prepared = prepare_code(verification_id=ids["verification"])
    if prepared is None:
        return None
    verification, code = prepared
    clinic = current_clinic()
    chinese = verification.language.startswith("zh")
    return Letter(
        to=verification.value,
        language=verification.language,
        context={
            "code": code,
            "minutes": int(LIFE.total_seconds() // 60),
            "clinic_name": (clinic.name_zh if chinese else "") or clinic.name,
        },
    )
