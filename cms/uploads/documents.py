"""Which documents are taken: those that a browser never runs, told by their bytes; it writes nothing."""

import io
import zipfile
from pathlib import PurePath

from django.core.files.base import File
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from cms.uploads.pictures import ACTIVE, walked_through
from cms.uploads.refusal import Refused

MOST_BYTES = 25 * 1024 * 1024
#: What a package of these kinds must hold.
PACKAGES = {
    "docx": "word/document.xml",
    "xlsx": "xl/workbook.xml",
    "pptx": "ppt/presentation.xml",
    "odt": "content.xml",
}
TEXTS = ("txt", "csv")
EXTENSIONS = ("pdf", *PACKAGES, *TEXTS)
MACROS = ("vbaProject.bin", "Basic/")


def checked_document(file: File) -> None:
    """Raise Refused unless the file is what its name says and small enough; leaves it rewound."""
    if (file.size or 0) > MOST_BYTES:
        raise Refused(
            _("This file is too large. The limit is %(limit)s.")
            % {"limit": filesizeformat(MOST_BYTES)}
        )
    kind = PurePath(file.name or "").suffix.lower().lstrip(".")
    file.seek(0)
    content = file.read()
    file.seek(0)
    if kind == "pdf":
        fits = content.startswith(b"%PDF-")
    elif kind in PACKAGES:
        fits = _is_package(content, PACKAGES[kind])
    else:
        fits = kind in TEXTS and _is_plain_text(content)
    if not fits:
        raise Refused(
            _("This is not one of the documents we hand out: %(kinds)s.")
            % {"kinds": ", ".join(EXTENSIONS).upper()}
        )


def _is_package(content: bytes, needed: str) -> bool:
    """Whether it is a package with that part and without macros; nothing is unpacked."""
    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except (zipfile.BadZipFile, ValueError):
        return False
    return needed in names and not any(mark in name for name in names for mark in MACROS)


def _is_plain_text(content: bytes) -> bool:
    """Whether it is text in which a browser that guesses would find no page."""
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return b"\0" not in content and not any(word in content.lower() for word in ACTIVE)


def checked_consent(file: File) -> None:
    """Raise Refused unless it is a scan (JPEG, PNG) or a PDF; leaves the file rewound."""
    if (file.size or 0) > MOST_BYTES:
        raise Refused(
            _("This file is too large. The limit is %(limit)s.")
            % {"limit": filesizeformat(MOST_BYTES)}
        )
    file.seek(0)
    content = file.read()
    file.seek(0)
    kind = PurePath(file.name or "").suffix.lower()
    if kind == ".pdf" and content.startswith(b"%PDF-"):
        return
    if kind in (".jpg", ".jpeg", ".png") and walked_through(content).kind in ("jpeg", "png"):
        return
    raise Refused(_("A consent is a PDF, a JPEG or a PNG."))
