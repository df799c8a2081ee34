"""Serves films, recordings and captions by ranges, so that a reader can jump; it writes nothing.

A range is answered with at most PIECE_BYTES: browsers ask for the next one, and no answer holds
more of a film in memory. A whole file is streamed.
"""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.handlers.asgi import ASGIRequest
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils._os import safe_join
from django.utils.http import http_date

from cms.media import FRESH_OF_PATIENTS_S, FRESH_S, sandboxed
from cms.models import ClinicMedia, PatientConsent
from cms.uploads.media import content_type_of

PIECE_BYTES = 2 * 1024 * 1024
STREAM_BYTES = 64 * 1024
RANGE = re.compile(r"bytes=(\d{0,19})-(\d{0,19})", re.ASCII)


def played(request: HttpRequest, folder: str, name: str) -> HttpResponseBase:
    """A film, a recording or its captions, whole or a range; 404 for anything else.

    What shows a patient is for everybody while a consent is in force, else for those alone who look
    after consents.
    """
    is_patient, withheld = _who_is_shown(f"{folder}/{name}")
    if withheld and not request.user.has_perm("cms.view_patientconsent"):
        raise Http404
    try:
        path = Path(safe_join(settings.MEDIA_ROOT, folder, name))
        kind = "text/vtt; charset=utf-8" if folder == "captions" else content_type_of(name)
        response = in_ranges(request, path, kind=kind)
    except (SuspiciousFileOperation, OSError, ValueError):
        raise Http404 from None
    if withheld:
        response["Cache-Control"] = "private, no-store"
    elif is_patient:
        response["Cache-Control"] = f"private, max-age={FRESH_OF_PATIENTS_S}"
    else:
        response["Cache-Control"] = f"public, max-age={FRESH_S}"
    return sandboxed(response)


def in_ranges(request: HttpRequest, path: Path, *, kind: str) -> HttpResponseBase:
    """That file, whole or the range that is asked for; raises OSError where there is none.

    Who may have it, how long it is kept and that it is sandboxed is the caller's.
    """
    found = path.stat()
    changed = http_date(found.st_mtime)
    response = _answer(request, path, size=found.st_size, kind=kind, changed=changed)
    response["Accept-Ranges"] = "bytes"
    response["Last-Modified"] = changed
    return response


def _who_is_shown(path: str) -> tuple[bool, bool]:
    """Whether it shows a patient, and may not be played; one query. Http404 where nothing has it."""
    consents = PatientConsent.objects.in_force().filter(media=OuterRef("pk"))
    media = ClinicMedia.objects.filter(Q(file=path) | Q(captions=path))
    found = media.annotate(allowed=Exists(consents)).values_list("patient_shown", "allowed").first()
    if found is None:
        raise Http404
    is_patient, allowed = found
    return is_patient, is_patient and not allowed


def _answer(
    request: HttpRequest, path: Path, *, size: int, kind: str, changed: str
) -> HttpResponseBase:
    wanted = RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    # A range of another version of the file would be pasted to what the browser has.
    if wanted and wanted[0] != "bytes=-" and request.headers.get("If-Range", changed) == changed:
        return _range(path, size=size, kind=kind, wanted=wanted)
    if request.headers.get("If-Modified-Since") == changed:
        return HttpResponse(status=304)
    if size <= PIECE_BYTES or request.method == "HEAD":
        content = b"" if request.method == "HEAD" else path.read_bytes()
        response: HttpResponseBase = HttpResponse(content, content_type=kind)
    else:
        stream = _astream(path) if isinstance(request, ASGIRequest) else _stream(path)
        response = StreamingHttpResponse(stream, content_type=kind)
    response["Content-Length"] = size
    return response


def _range(path: Path, *, size: int, kind: str, wanted: re.Match[str]) -> HttpResponse:
    first, last = wanted[1], wanted[2]
    if first:
        start, end = int(first), min(int(last) if last else size - 1, size - 1)
    else:
        start, end = max(0, size - int(last)), size - 1
    if start > end:
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{size}"
        return response
    end = min(end, start + PIECE_BYTES - 1)
    with path.open("rb") as file:
        file.seek(start)
        content = file.read(end - start + 1)
    response = HttpResponse(content, status=206, content_type=kind)
    response["Content-Range"] = f"bytes {start}-{end}/{size}"
    return response


def _stream(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(STREAM_BYTES):
            yield part


async def _astream(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while part := await sync_to_async(file.read)(STREAM_BYTES):
            yield part
