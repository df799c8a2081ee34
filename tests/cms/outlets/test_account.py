"""HTML for an official account: whole, clean of whatever its editor throws away, with whole addresses."""

import re

import pytest
from bs4 import BeautifulSoup
from django.utils import translation

from cms.outlets.account import account_text, plain_text
from tests.factories.content import article, clinician, comic, picture
from tests.factories.patients import consent

pytestmark = pytest.mark.django_db

BODY = [
    ("heading", "Why <gums> bleed"),
    ("paragraph", '<p>Plaque<sup>1</sup>, <a href="/articles/">more</a>.</p><ul><li>a</li></ul>'),
    ("key_fact", "Healthy gums do not bleed."),
    ("warning", "Fever? Come today."),
    ("steps", {"items": ["Brush", "Floss"]}),
    (
        "table",
        {
            "columns": [{"type": "text", "heading": "When"}, {"type": "text", "heading": "What"}],
            "rows": [{"values": ["Evening", "Brush"]}],
            "caption": "",
        },
    ),
    ("faq", {"items": [{"question": "Why?", "answer": "<p>Because.</p>"}]}),
    ("quotation", {"text": "It gets easier.", "attribution": "Mei"}),
]


def test_every_block_comes_along_in_order():
    page = article(body=BODY, references=[("A page", "https://example.org/a")])
    text = account_text(page)
    words = plain_text(text.html)
    order = ["Why <gums> bleed", "Plaque", "Healthy gums", "Fever?", "Brush", "Evening",
             "Why?", "Because.", "It gets easier.", "Sources", "[1] A page"]  # fmt: skip
    places = [words.index(said) for said in order]
    assert places == sorted(places)
    assert text.left_out == []


def test_nothing_is_in_it_that_an_account_refuses():
    image = picture()
    body = [*BODY, ("figure", {"image": image.pk, "alt": "A gum", "caption": "Pink"})]
    text = account_text(article(body=body, cover=image))
    soup = BeautifulSoup(text.html, "html.parser")
    assert not soup.find_all(
        ["script", "style", "link", "iframe", "form", "input", "svg", "details"]
    )
    for tag in soup.find_all(True):
        assert set(tag.attrs) <= {"style", "href", "src", "alt", "width"}, tag
        assert "url(" not in tag.get("style", "")
    addresses = [tag.get("src") or tag.get("href") for tag in soup.find_all(["img", "a"])]
    assert len(addresses) == 3
    assert all(re.match("https?://", address) for address in addresses)
    assert all(tag.get("style") for tag in soup.find_all(["p", "h2", "li", "td", "th", "img"]))
    assert [shown.alt for shown in text.pictures] == ["A heron", "A gum"]


def test_what_was_typed_is_never_markup():
    page = article(
        standfirst="<script>alert(1)</script>", body=[("key_fact", '"><img src=x onerror=1>')]
    )
    assert not BeautifulSoup(account_text(page).html, "html.parser").find_all(["script", "img"])


def test_promotion_author_and_reviewer_are_named():
    page = article(kind="promotion", approval_number="AD 17", author=clinician("Dr Heron"))
    words = plain_text(account_text(page).html)
    assert words.startswith("Promotion · AD 17")
    assert "By Dr Heron" in words
    assert "Reviewed by" in words


def test_a_comic_is_pictures_with_its_words_below():
    text = account_text(comic(panels=2))
    assert [shown.alt for shown in text.pictures] == ["Drawing 0", "Drawing 1"]
    words = plain_text(text.html)
    assert words.count("Meanwhile.") == words.count("Mei Knock.") == 2


def test_a_patient_goes_out_only_with_consent_for_social_media():
    image = picture(patient_shown=True)
    consent(image, for_print=True)
    page = article(body=[("figure", {"image": image.pk, "alt": "A smile", "caption": "After"})])
    text = account_text(page)
    assert (text.pictures, text.left_out) == ([], ["A picture: After"])
    consent(image, for_social=True)
    page = type(page).objects.get(pk=page.pk)
    assert [shown.alt for shown in account_text(page).pictures] == ["A smile"]


def test_it_speaks_the_language_of_the_moment():
    page = article("zh-hans", body=[("warning", "发烧了就来。")])
    with translation.override("zh-hans"):
        words = plain_text(account_text(page).html)
    assert "发烧了就来。" in words
    assert "When to get help" not in words
