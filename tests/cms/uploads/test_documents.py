"""Documents are what their names say, and nothing that a browser runs."""

import pytest
from django.core.files.base import ContentFile

from cms.uploads.documents import checked_consent, checked_document
from cms.uploads.refusal import Refused
from tests.factories.uploads import coded, package

PAGE = b"<html><script>alert(1)</script></html>"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"%PDF-1.7\n"),
        ("a.docx", package("[Content_Types].xml", "word/document.xml")),
        ("a.csv", "name,小\n".encode("utf-8-sig")),
    ],
)
def test_known_document_is_taken(name, content):
    file = ContentFile(content, name)
    checked_document(file)
    assert file.read() == content


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.html", PAGE),
        ("a.svg", b"<svg/>"),
        ("a.js", b"alert(1)"),
        ("a.pdf", PAGE),
        ("a.docx", PAGE),
        ("a.docx", package("xl/workbook.xml")),
        ("a.docx", package("word/document.xml", "word/vbaProject.bin")),
        ("a.txt", b"\xff\xfe\0"),
        ("a.txt", PAGE),
        ("a.csv", b"a,<SVG onload=alert(1)>"),
        ("a.exe", b"MZ"),
        ("noending", b"%PDF-1.7"),
    ],
)
def test_anything_else_is_refused(name, content):
    with pytest.raises(Refused):
        checked_document(ContentFile(content, name))


def test_consent_is_a_scan_or_a_pdf():
    checked_consent(ContentFile(coded("JPEG"), "a.jpg"))
    checked_consent(ContentFile(b"%PDF-1.7", "a.pdf"))
    for name, content in (("a.pdf", PAGE), ("a.jpg", PAGE), ("a.gif", coded("GIF"))):
        with pytest.raises(Refused):
            checked_consent(ContentFile(content, name))
