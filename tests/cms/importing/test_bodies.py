"""Markdown and HTML from outside become clean blocks."""

import re

import pytest

from cms.importing.bodies import body_blocks
from cms.models import ArticlePage


def blocks(text, layout="markdown"):
    return [(block["type"], block["value"]) for block in body_blocks(text, layout=layout)]


def test_markdown_becomes_headings_paragraphs_and_lists():
    text = "## What *is* it?\n\nOne **bold** and `code`.\n\n- a\n- b [link](https://example.org)\n\n1. x"
    assert blocks(text) == [
        ("heading", "What is it?"),
        (
            "paragraph",
            "<p>One <b>bold</b> and code.</p><ul><li>a</li>"
            '<li>b <a href="https://example.org">link</a></li></ul><ol><li>x</li></ol>',
        ),
    ]


def test_markdown_table_and_quotation():
    text = "| a | b |\n|---|---|\n| 1 | 2 |\n\n> said\n"
    (kind, table), quotation = blocks(text)
    assert kind == "table"
    assert [column["heading"] for column in table["columns"]] == ["a", "b"]
    assert table["rows"] == [{"values": ["1", "2"]}]
    assert quotation == ("quotation", {"text": "said", "attribution": ""})


def test_html_takes_the_same_shape():
    text = (
        "<div><h2>Head</h2>loose <em>text</em><p>par <strong>b</strong></p>"
        "<table><tr><th>a</th></tr><tr><td>1</td></tr></table><blockquote>said</blockquote></div>"
    )
    found = blocks(text, "html")
    assert [kind for kind, _ in found] == ["heading", "paragraph", "table", "quotation"]
    assert found[1][1] == "<p>loose <i>text</i></p><p>par <b>b</b></p>"


HOSTILE = [
    "<script>alert(1)</script>",
    '<p onclick="alert(1)">x</p>',
    '<a href="javascript:alert(1)">x</a>',
    "[x](javascript:alert(1))",
    '<img src=x onerror="alert(1)">',
    '<p style="position:fixed">x</p>',
    "<svg><script>alert(1)</script></svg>",
    '<iframe src="https://example.org"></iframe>',
    '<a linktype="page" id="1">x</a>',
    '<embed embedtype="image" id="1"/>',
]


@pytest.mark.parametrize("layout", ["markdown", "html"])
@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_acts_comes_through(text, layout):
    for kind, value in blocks(f"before\n\n{text}\n\nafter", layout):
        assert kind == "paragraph"
        tags = re.findall("<[^>]*>", value)
        assert set(tags) <= {"<p>", "</p>", "<a>", "</a>", '<a href="">'}


def test_less_than_in_plain_text_stays_text():
    assert blocks("fever < 38 & cold") == [("paragraph", "<p>fever &lt; 38 &amp; cold</p>")]


def test_empty_text_has_no_blocks():
    assert blocks("") == blocks("\n\n---\n") == blocks("<p> </p>", "html") == []


def test_blocks_are_what_the_page_type_takes():
    text = "# H\n\ntext\n\n| a |\n|---|\n| 1 |\n\n> q"
    stream = ArticlePage._meta.get_field("body").stream_block.to_python(
        body_blocks(text, layout="markdown")
    )
    ArticlePage._meta.get_field("body").stream_block.clean(stream)
    assert [block.block_type for block in stream] == ["heading", "paragraph", "table", "quotation"]
