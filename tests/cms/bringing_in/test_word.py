"""Word files are read, and what is no honest Word file is refused before it unpacks."""

import io
import zipfile

import pytest

from cms.bringing_in import word
from cms.bringing_in.brought import CannotBringIn, Source
from cms.bringing_in.reading import read_html
from cms.bringing_in.word import read_word
from tests.cms.bringing_in.samples import TABLE, docx, drawing, paragraph, png


def read(content):
    text = read_word(content)
    return read_html(text.html, text.pictures, left_out=text.left_out)


def test_headings_tables_pictures_and_notes():
    body = (
        paragraph("Why gums bleed", style="Title")
        + paragraph("And what helps.", style="Subtitle")
        + paragraph("The cause", style="Heading1")
        + paragraph("Plaque does it.", note=True)
        + drawing()
        + paragraph("Figure 1: a healthy gum", style="Caption")
        + TABLE
        + paragraph("A bold start", bold=True)
        + paragraph("The rest of it.")
    )
    brought = read(docx(body, image=png("#d15c56")))
    assert (brought.title, brought.standfirst) == ("Why gums bleed", "And what helps.")
    kinds = [part.kind for part in brought.parts]
    assert kinds == ["heading", "paragraph", "picture", "table", "heading", "paragraph"]
    assert brought.parts[1].value == "<p>Plaque does it.<sup>1</sup></p>"
    assert brought.parts[2].value["picture"].content == png("#d15c56")
    assert brought.parts[2].value["caption"] == "Figure 1: a healthy gum"
    assert brought.parts[3].value["rows"] == [{"values": ["Every day", "Every day"]}]
    assert brought.references == [
        Source(
            "World Health Organization. Oral health",
            "https://www.who.int/news-room/fact-sheets/detail/oral-health",
        )
    ]
    assert brought.taken == ("2 headings, 2 blocks of text, 1 table, 1 picture, 1 reference")


def test_a_picture_outside_the_file_is_not_fetched():
    brought = read(docx(paragraph("text") + drawing("rId6", linked=True)))
    assert brought.parts[1].kind == "picture"
    assert brought.parts[1].value["picture"].content == b""
    assert len(brought.left_out) == 1


def test_macros_and_formulas_are_named_as_left_out():
    body = paragraph("text") + "<w:p><m:oMath><m:r><m:t>x</m:t></m:r></m:oMath></w:p>"
    text = read_word(docx(body, more={"word/vbaProject.bin": b"\0" * 10}))
    assert [line.split(":")[0] for line in text.left_out] == ["Macros.", "Formulas"]


def entity(encoding):
    prolog = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    plain = docx(paragraph("&e;"), prolog=prolog)
    if encoding == "utf-8":
        return plain
    text = zipfile.ZipFile(io.BytesIO(plain)).read("word/document.xml").decode()
    return docx("", more={"word/document.xml": text.replace("UTF-8", "UTF-16").encode("utf-16")})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_in_any_encoding(encoding):
    with pytest.raises(CannotBringIn, match="no Word file needs"):
        read_word(entity(encoding))


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    bomb = docx(paragraph("x"), more={"word/media/image2.png": b"\0" * (101 * 1024 * 1024)})
    assert len(bomb) < 200_000
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *args, **kwargs: pytest.fail("unpacked"))
    with pytest.raises(CannotBringIn, match="unpacks to far more"):
        read_word(bomb)


def test_a_false_size_is_a_damaged_file():
    content = bytearray(docx(paragraph("word " * 5000)))
    archive = zipfile.ZipFile(io.BytesIO(bytes(content)))
    real = archive.getinfo("word/document.xml").file_size.to_bytes(4, "little")
    false = (100).to_bytes(4, "little")
    with pytest.raises(CannotBringIn, match="damaged"):
        read_word(bytes(content).replace(real, false))


def test_what_is_no_word_file_is_said_so():
    for content, said in (
        (b"hello", "not a Word file"),
        (word.OLD_WORD + b"\0" * 600, "old or locked"),
        (docx("<w:p>" * 3), "damaged"),
        (docx("<w:p>" * 300 + "</w:p>" * 300), "no Word file needs"),
        (b"x" * (word.MAX_FILE_BYTES + 1), "20 MB"),
    ):
        with pytest.raises(CannotBringIn, match=said):
            read_word(content)
