"""Which stretch of a page is shown for a query, and what is marked in it."""

import pytest

from cms.excerpts import Part, excerpt_of, marked, show_hits, wanted_by
from tests.factories import content

LONG = "Nothing of note here. " * 40


def said(parts: list[Part]) -> str:
    return "".join(f"[{part.text}]" if part.hit else part.text for part in parts)


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("Gums bleed; begums do not.", "gums", "[Gums] bleed; begums do not."),
        ("A crown, two crowns, crowned.", "crown", "A [crown], two [crowns], [crowned]."),
        ("根管治疗之后", "根管治疗", "[根管治疗]之后"),
        ("先做根管，再治疗", "根管治疗", "先做[根管]，再[治疗]"),
        ("X光片和CT", "ct x光", "[X][光]片和[CT]"),
        ("<b>gums</b>", "gums", "<b>[gums]</b>"),
        ("Nothing", "", "Nothing"),
    ],
)
def test_marks_words_at_their_beginnings_and_chinese_anywhere(text, query, expected):
    assert said(marked(text, wanted_by(query))) == expected


@pytest.mark.django_db
def test_excerpt_is_the_stretch_with_the_most_words():
    paragraphs = (
        f"<p>{LONG}</p><p>Fluoride alone.</p><p>{LONG}Fluoride varnish &amp; children. {LONG}</p>"
    )
    page = content.article(body=[("paragraph", paragraphs)])
    excerpt = said(excerpt_of(page, wanted_by("fluoride varnish children")))
    assert "[Fluoride] [varnish] & [children]." in excerpt
    assert excerpt.startswith("… ") and excerpt.endswith(" …")
    assert len(excerpt) < 220


@pytest.mark.django_db
def test_excerpt_takes_speech_bubbles_and_leaves_references_out():
    page = content.comic("zh-hans", bubbles=[{"speaker": "小满", "text": "智齿要拔吗？"}])
    assert said(excerpt_of(page, wanted_by("智齿"))) == "[智齿]要拔吗？"
    page = content.article(references=[("Molars of Europe", "https://example.org")])
    assert excerpt_of(page, wanted_by("molars")) == []


@pytest.mark.django_db
def test_other_names_of_a_topic_are_marked_too():
    page = content.article(body=[("paragraph", "<p>Tooth decay begins small.</p>")])
    show_hits([page], query="caries", names=["Tooth decay"])
    assert said(page.excerpt_parts) == "[Tooth] [decay] begins small."
