"""Serves what pages show, each file sandboxed: pictures here; no other file of the media folder.

A picture is told by its row, so one that shows a patient is seen only while a consent is in force:
one indexed look-up a request. Originals are for staff.
"""

from pathlib import Path

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils._os import safe_join
from django.utils.http import http_date, parse_http_date_safe

from cms.models import ClinicImage, PatientConsent

CONTENT_TYPES = {
    ".webp": "image/webp",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".avif": "image/avif",
}
FRESH_S = 7 * 24 * 3600
#: How long a browser may show a patient's picture without asking again.
FRESH_OF_PATIENTS_S = 60
RENDITIONS = "images"
ORIGINALS = "original_images"


def picture(request: HttpRequest, folder: str, name: str) -> HttpResponse:
    """One rendition for everybody, or one original for staff; 404 for anything else.

    A patient's picture without consent is for those alone who look after consents.
    """
    content_type = CONTENT_TYPES.get(Path(name).suffix.lower())
    if content_type is None or (folder == ORIGINALS and not _is_staff(request)):
        raise Http404
    shown = _who_is_shown(folder, f"{folder}/{name}")
    if shown is None:
        raise Http404
    is_patient, has_consent = shown
    withheld = is_patient and not has_consent
    if withheld and not request.user.has_perm("cms.view_patientconsent"):
        raise Http404
    response = _file_response(request, folder, name, content_type)
    if is_patient:
        response["Cache-Control"] = (
            "private, no-store" if withheld else f"private, max-age={FRESH_OF_PATIENTS_S}"
        )
    else:
        plane = "public" if folder == RENDITIONS else "private"
        response["Cache-Control"] = f"{plane}, max-age={FRESH_S}"
    return sandboxed(response)


def sandboxed(response: HttpResponse) -> HttpResponse:
    """The answer as a file that can run nothing and is taken for nothing else."""
    response["X-Content-Type-Options"] = "nosniff"
    response._csp_replace = {"default-src": ["'none'"], "sandbox": [""]}
    return response


def _who_is_shown(folder: str, path: str) -> tuple[bool, bool] | None:
    """Whether the picture shows a patient, and with consent; None where no picture has that file."""
    consents = PatientConsent.objects.in_force().filter(images=OuterRef("pk"))
    by_file = {"renditions__file": path} if folder == RENDITIONS else {"file": path}
    return (
        ClinicImage.objects.filter(**by_file)
        .annotate(has_consent=Exists(consents))
        .values_list("patient_shown", "has_consent")
        .first()
    )


def _file_response(request: HttpRequest, folder: str, name: str, content_type: str) -> HttpResponse:
    try:
        path = Path(safe_join(settings.MEDIA_ROOT, folder, name))
        changed = int(path.stat().st_mtime)
        content = path.read_bytes()
    except (SuspiciousFileOperation, OSError, ValueError):
        raise Http404 from None
    since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
    if since is not None and changed <= since:
        return HttpResponseNotModified()
    response = HttpResponse(content, content_type=content_type)
    response["Last-Modified"] = http_date(changed)
    return response


def _is_staff(request: HttpRequest) -> bool:
    return request.user.has_perm("wagtailadmin.access_admin")
