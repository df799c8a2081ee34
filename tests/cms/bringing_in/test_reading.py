"""Pastes from Word, official accounts and plain text are read as titles, blocks and references."""

import re

import pytest

from cms.bringing_in.brought import CannotBringIn, Source
from cms.bringing_in.reading import read_html, read_plain
from tests.cms.bringing_in.samples import WECHAT_PASTE, WORD_PASTE, data_uri, png


def shape(brought):
    return [(part.kind, part.value) for part in brought.parts]


def test_a_paste_from_word():
    brought = read_html(WORD_PASTE, [])
    assert brought.title == "Brushing with braces"
    assert brought.standfirst == "Ten quiet minutes a day keep the wires clean."
    kinds = [part.kind for part in brought.parts]
    assert kinds == ["heading", "paragraph", "heading", "table", "picture", "quotation"]
    assert brought.parts[0].value == "What to use"
    assert brought.parts[1].value == (
        "<p>A soft brush<sup>1</sup> and <b>small</b> brushes.</p>"
        "<ol><li>Above the wire</li><li>Below the wire</li></ol>"
    )
    table = brought.parts[3].value
    assert [row["values"] for row in table["rows"]] == [["Evening", "Front"], ["Evening", "Back"]]
    assert brought.references == [
        Source("British Orthodontic Society", "https://bos.org.uk/patients/")
    ]
    assert brought.parts[5].value["text"] == "It gets easier in the second week."
    assert len(brought.changed) == 2  # levels of headings, merged cells
    assert "C:" not in str(brought)  # nothing of where it lay on somebody's computer


def test_a_paste_from_an_official_account():
    brought = read_html(WECHAT_PASTE, [])
    kinds = [part.kind for part in brought.parts]
    assert kinds == ["heading", "paragraph", "picture", "heading", "paragraph"]
    assert [part.value for part in brought.parts if part.kind == "heading"] == [
        "一、牙龈为什么会出血",
        "二、怎么办",
    ]
    assert brought.parts[1].value == (
        "<p>刷牙时出血，多半是牙龈发炎了。<b>不要停止刷牙</b>，轻轻刷干净反而会好<sup>1</sup>。</p>"
    )
    picture = brought.parts[2].value
    assert picture["picture"].address == "https://mmbiz.qpic.cn/mmbiz_png/abc/640?wx_fmt=png"
    assert picture["caption"] == "图1：健康的牙龈"
    assert brought.parts[4].value.startswith("<ol><li>每天刷两次牙</li><li>每天用一次牙线</li>")
    assert brought.parts[4].value.endswith("完整的句子。</b></p>")
    assert brought.references == [
        Source("中华口腔医学会. 牙周病防治", "https://www.cndent.com/"),
        Source(
            "Chapple IL, et al. DOI: 10.1002/JPER.17-0719.", "https://doi.org/10.1002/JPER.17-0719"
        ),
    ]
    assert any("frames" in line for line in brought.left_out)


def test_markdown_and_plain_text():
    brought = read_plain(
        "# Sleep\n\nSummary: Go to bed.\n\n## Why\n\nBecause **rest** < work.\n\n- a\n- b\n"
    )
    assert (brought.title, brought.standfirst) == ("Sleep", "Go to bed.")
    assert shape(brought) == [
        ("heading", "Why"),
        ("paragraph", "<p>Because <b>rest</b> &lt; work.</p><ul><li>a</li><li>b</li></ul>"),
    ]
    assert read_plain("Only one line").parts[0].value == "<p>Only one line</p>"


def test_typed_bullets_become_a_list_and_a_lone_number_does_not():
    brought = read_html("<p>• one</p><p>• two</p><p>text</p><p>1. alone</p><p>3. other</p>", [])
    assert brought.parts[0].value == (
        "<ul><li>one</li><li>two</li></ul><p>text</p><p>1. alone</p><p>3. other</p>"
    )


def test_lines_that_break_inside_chinese_leave_no_gap():
    assert read_html("<p>牙龈\n   出血</p>", []).parts[0].value == "<p>牙龈出血</p>"


def test_pictures_inside_the_text_keep_their_bytes_and_spacers_go():
    content = png()
    html = f'<p>a<img src="{data_uri(content)}" alt="A green square">b</p><img src="data:image/gif;base64,R0lGOD">'
    brought = read_html(html, [])
    assert [part.kind for part in brought.parts] == ["paragraph", "picture", "paragraph"]
    picture = brought.parts[1].value["picture"]
    assert (picture.content, picture.alt) == (content, "A green square")


def test_citations_are_raised_only_where_a_reference_answers():
    html = "<p>Sure [1, 2-3], not [9] or [a].</p><h2>References</h2><ol><li>A</li><li>B</li><li>C</li></ol>"
    brought = read_html(html, [])
    assert brought.parts[0].value == (
        "<p>Sure <sup>1</sup><sup>2</sup><sup>3</sup>, not [9] or [a].</p>"
    )
    assert [source.text for source in brought.references] == ["A", "B", "C"]


HOSTILE = [
    '<p><a href="javascript:alert(1)">x</a></p>',
    '<p onclick="alert(1)" style="background:url(javascript:1)">x</p>',
    "<svg><script>alert(1)</script></svg><p>x</p>",
    '<a linktype="page" id="1">x</a>',
    "<p>x</p><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    '<ul><li onmouseover="alert(1)">x<script>1</script></li></ul>',
    "<h2>&lt;script&gt;alert(1)&lt;/script&gt;</h2><p>x</p>",
]


@pytest.mark.parametrize("html", HOSTILE)
def test_nothing_that_acts_comes_through(html):
    brought = read_html(f"<p>before</p>{html}<p>after</p>", [])
    for part in brought.parts:
        if part.kind == "paragraph":
            assert set(re.findall("<[^>]*>", part.value)) <= {
                "<p>",
                "</p>",
                "<ul>",
                "<li>",
                "</li>",
                "</ul>",
            }


def test_deep_nesting_and_too_much_are_said_plainly():
    assert read_html("<div><b>" * 3000 + "deep" + "</b></div>" * 3000, []).parts
    with pytest.raises(CannotBringIn, match="500 blocks"):
        read_html("<h2>h</h2><p>t</p>" * 300, [])
    with pytest.raises(CannotBringIn, match="nothing to read"):
        read_html("<p> </p>", [])
