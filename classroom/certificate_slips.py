"""What a certificate says: its lines, and the square code that leads to its verification."""

import segno
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext

from classroom.models import Certificate


def certificate_lines(certificate: Certificate) -> list[dict]:
    """The lines of the slip as (label, value) pairs; days are dates."""
    minutes = ngettext("%(count)d minute", "%(count)d minutes", certificate.minutes)
    lines = [
        {"label": gettext("Completed"), "day": certificate.completed_at},
        {"label": gettext("Issued"), "day": certificate.issued_at},
    ]
    if certificate.minutes:
        lines.append(
            {"label": gettext("Length"), "value": minutes % {"count": certificate.minutes}}
        )
    if certificate.clinician_name:
        lines.append({"label": gettext("Taught by"), "value": certificate.clinician_name})
    lines.append({"label": gettext("Number"), "value": certificate.serial})
    if certificate.revoked_at:
        lines.append({"label": gettext("Revoked"), "day": certificate.revoked_at})
    return lines


def verification_qr(address: str) -> SafeString:
    """The address as a square code, an <img> that can be saved by a long press."""
    code = segno.make(address, error="m")
    return mark_safe(code.svg_data_uri(scale=4, border=2, dark="#1a2029", light="#fff"))
