"""Turns a .docx into HTML and its pictures, after looking at what the file would unpack to.

Nothing that the file points to outside itself is opened, and its macros are never looked at.
"""

import io
import re
import zipfile
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

import mammoth
from django.utils.translation import gettext as _
from mammoth.docx.files import InvalidFileReferenceError

from cms.bringing_in.brought import CannotBringIn, Picture

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_UNPACKED_BYTES = 100 * 1024 * 1024
MAX_XML_BYTES = 12 * 1024 * 1024
MAX_FILES = 2000
MAX_DEPTH = 100
OLD_WORD = b"\xd0\xcf\x11\xe0"  # .doc, .wps, and any Office file behind a password

# How Word, WPS and Pages name the styles that mean something to us.
STYLES = """
p[style-name='Title'] => h1.title:fresh
p[style-name='标题'] => h1.title:fresh
p[style-name='Subtitle'] => p.subtitle:fresh
p[style-name='副标题'] => p.subtitle:fresh
p[style-name='标题 1'] => h1:fresh
p[style-name='标题 2'] => h2:fresh
p[style-name='标题 3'] => h3:fresh
p[style-name='标题 4'] => h4:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
p[style-name='引用'] => blockquote > p:fresh
p[style-name='明显引用'] => blockquote > p:fresh
p[style-name='Caption'] => p.caption:fresh
p[style-name='caption'] => p.caption:fresh
p[style-name='题注'] => p.caption:fresh
"""


@dataclass
class WordText:
    """The file as HTML; `pictures` by the number in `<img src="picture:NUMBER">`."""

    html: str = ""
    pictures: list[Picture] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def read_word(content: bytes) -> WordText:
    """Return what a .docx says; CannotBringIn where it is none, is locked, too large or hostile."""
    left_out = _looked_through(content)
    text = WordText(left_out=left_out)

    def keep(image: Any) -> dict[str, str]:
        try:
            with image.open() as file:
                picture = Picture(content=file.read(), content_type=image.content_type or "")
        except (InvalidFileReferenceError, KeyError):
            picture = Picture(address=_("outside the file"))
        text.pictures.append(picture)
        return {"src": f"picture:{len(text.pictures) - 1}"}

    try:
        result = mammoth.convert_to_html(
            io.BytesIO(content),
            style_map=STYLES,
            include_embedded_style_map=False,
            external_file_access=False,
            convert_image=mammoth.images.img_element(keep),
        )
    except Exception as error:  # a file can be broken in more ways than the library names
        raise CannotBringIn(
            _("This Word file is damaged. Open it in Word, save it anew, and try again.")
        ) from error
    text.html = result.value
    return text


def _looked_through(content: bytes) -> list[str]:
    """Refuse what must not be unpacked, and say what is in the file that nobody will see."""
    if len(content) > MAX_FILE_BYTES:
        raise CannotBringIn(_("This file is over 20 MB. Make its pictures smaller, or split it."))
    if content.startswith(OLD_WORD):
        raise CannotBringIn(
            _("This is an old or locked document. Save it as .docx without a password.")
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError):
        raise CannotBringIn(_("This is not a Word file. Save it as .docx.")) from None
    with archive:
        entries = archive.infolist()
        names = {entry.filename for entry in entries}
        if "word/document.xml" not in names:
            raise CannotBringIn(_("This is not a Word file. Save it as .docx."))
        texts = [entry for entry in entries if entry.filename.endswith((".xml", ".rels"))]
        if (
            len(entries) > MAX_FILES
            or sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES
            or sum(entry.file_size for entry in texts) > MAX_XML_BYTES
        ):
            raise CannotBringIn(_("This file unpacks to far more than a text. Split it."))
        left_out = [_("Macros.")] if any(name.endswith(".bin") for name in names) else []
        for entry in texts:
            try:
                # The reader stops at the declared size, so a false one is a damaged file.
                part = archive.read(entry)
                _refuse_entities(part)
            except (expat.ExpatError, zipfile.BadZipFile, OSError, RuntimeError, EOFError):
                raise CannotBringIn(
                    _("This Word file is damaged. Open it in Word, save it anew, and try again.")
                ) from None
            if entry.filename == "word/document.xml":
                left_out += _unseen_in(part)
    return left_out


def _refuse_entities(part: bytes) -> None:
    """Refuse a document type, by which XML reaches outside itself or grows, and absurd nesting."""
    parser = expat.ParserCreate()
    depth = 0

    def refuse(*_args: Any) -> None:
        raise CannotBringIn(_("This Word file holds what no Word file needs. It was not opened."))

    def deeper(_name: str, _attributes: dict) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            refuse()

    def higher(_name: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = deeper
    parser.EndElementHandler = higher
    parser.Parse(part, True)


def _unseen_in(document: bytes) -> list[str]:
    """What Word draws by itself and no text holds."""
    seen = []
    if formulas := len(re.findall(rb"<m:oMath[ >]", document)):
        seen.append(_("Formulas: %(n)d. Add each as a picture with its text.") % {"n": formulas})
    if charts := len(re.findall(rb"<(?:c:chart|dgm:relIds)[ >]", document)):
        seen.append(_("Charts and diagrams: %(n)d. Add each as a picture.") % {"n": charts})
    return seen
