"""Writes small PDFs by hand, byte for byte: good ones, and the ones that nobody should open."""

import zlib

from django.core.files.uploadedfile import SimpleUploadedFile

SCREEN = (960, 540)


def written_pdf(
    *texts: str,
    box: tuple[float, float] = SCREEN,
    drawn: dict[int, bytes] | None = None,
    more: list[bytes] | None = None,
    trailer: bytes = b"",
) -> bytes:
    """A PDF with one page for each text; `drawn` adds operators to a page, counted from 1.

    The pages may draw the first object of `more` as X.
    """
    count = len(texts)
    kids = b" ".join(b"%d 0 R" % (4 + 2 * at) for at in range(count))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for at, text in enumerate(texts):
        content = b"BT /F 48 Tf 60 200 Td (%s) Tj ET\n" % text.encode() + (drawn or {}).get(
            at + 1, b""
        )
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %f %f]/Resources<</Font<</F 3 0 R>>"
            b"/XObject<</X %d 0 R>>>>/Contents %d 0 R>>" % (*box, first_free(texts), 5 + 2 * at)
        )
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
    return assembled(objects + (more or []), trailer)


def assembled(objects: list[bytes], trailer: bytes = b"") -> bytes:
    """The objects, numbered from 1, as a file with its table and trailer."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        trailer,
        table,
    )
    return bytes(out)


def locked_pdf() -> bytes:
    """Asks for a password: its key was made from one that nobody knows here."""
    lock = b"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>/ID[<00><00>]" % (
        b"11" * 32,
        b"22" * 32,
    )
    return written_pdf("Locked", trailer=lock)


def laughing_pdf(*texts: str) -> bytes:
    """A good PDF, but its second page draws a form that draws ten forms, nine times over."""
    levels = 9
    forms = [
        b"<</Type/XObject/Subtype/Form/BBox[0 0 960 540]/Resources<</XObject<</X %d 0 R>>>>"
        b"/Length %d>>stream\n%s\nendstream" % (number + 1, len(b"/X Do " * 10), b"/X Do " * 10)
        for number in range(first_free(texts), first_free(texts) + levels)
    ]
    line = b"0 0 m 9 9 l S"
    forms.append(
        b"<</Type/XObject/Subtype/Form/BBox[0 0 960 540]/Length %d>>stream\n%s\nendstream"
        % (len(line), line)
    )
    return written_pdf(*texts, drawn={2: b"/X Do"}, more=forms)


def bursting_pdf(*texts: str) -> bytes:
    """A good PDF, but its second page shows a picture of ten billion points, packed twice."""
    side = 100_000
    packed = zlib.compress(zlib.compress(bytes(300_000_000), 1), 9)
    picture = (
        b"<</Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/DeviceGray"
        b"/Filter[/FlateDecode/FlateDecode]/Length %d>>stream\n%s\nendstream"
        % (side, side, len(packed), packed)
    )
    return written_pdf(*texts, drawn={2: b"q 960 0 0 540 0 0 cm /X Do Q"}, more=[picture])


def first_free(texts: tuple[str, ...]) -> int:
    """The number of the first object behind the pages, which they call X."""
    return 4 + 2 * len(texts)


def pdf_file(content: bytes, name: str = "lecture.pdf") -> SimpleUploadedFile:
    """The bytes as a browser uploads them."""
    return SimpleUploadedFile(name, content, content_type="application/pdf")
