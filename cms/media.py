"""Serves pictures that pages show, each sandboxed; it serves no other file of the media folder.

Originals may carry what the camera wrote into them, so only staff get them.
"""

from pathlib import Path

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils._os import safe_join
from django.utils.http import http_date, parse_http_date_safe

CONTENT_TYPES = {
    ".webp": "image/webp",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".avif": "image/avif",
}
FRESH_S = 7 * 24 * 3600


def picture(request: HttpRequest, folder: str, name: str) -> HttpResponse:
    """One rendition for everybody, or one original for staff; 404 for anything else."""
    content_type = CONTENT_TYPES.get(Path(name).suffix.lower())
    if content_type is None or (folder == "original_images" and not _is_staff(request)):
        raise Http404
    try:
        path = Path(safe_join(settings.MEDIA_ROOT, folder, name))
        changed = int(path.stat().st_mtime)
        content = path.read_bytes()
    except (SuspiciousFileOperation, OSError, ValueError):
        raise Http404 from None
    since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
    if since is not None and changed <= since:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(content, content_type=content_type)
        response["Last-Modified"] = http_date(changed)
    plane = "public" if folder == "images" else "private"
    response["Cache-Control"] = f"{plane}, max-age={FRESH_S}"
    response["X-Content-Type-Options"] = "nosniff"
    response._csp_replace = {"default-src": ["'none'"], "sandbox": [""]}
    return response


def _is_staff(request: HttpRequest) -> bool:
    return request.user.has_perm("wagtailadmin.access_admin")
