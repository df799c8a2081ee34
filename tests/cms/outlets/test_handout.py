"""The handout of a piece: all of its words on paper, in its language, with who answers for them."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cms.services.short_links import ensure_short_link
from tests.factories.content import article, clinician, comic, picture
from tests.factories.patients import consent

pytestmark = pytest.mark.django_db


def handout(client, page, query=""):
    prefix = "" if page.locale.language_code == "en" else f"/{page.locale.language_code}"
    return client.get(f"{prefix}/handout/{page.pk}/{query}")


def test_it_says_who_wrote_and_who_reviewed_and_what_it_rests_on(client):
    page = article(
        title="Bleeding gums",
        standfirst="A sign, not a fate.",
        author=clinician("Dr Heron"),
        reviewer=clinician("Dr Crane"),
        reviewed_at=date(2026, 3, 4),
        references=[("A page", "https://example.org/a")],
        body=[
            ("paragraph", "<p>Brush softly.<sup>1</sup></p>"),
            ("faq", {"items": [{"question": "Why?", "answer": "<p>Plaque.</p>"}]}),
        ],
    )
    said = handout(client, page).content.decode()
    for words in ("Bleeding gums", "A sign, not a fate.", "By Dr Heron", "Brush softly."):
        assert words in said
    assert "Reviewed by Dr Crane on 4 March 2026" in said
    assert "https://example.org/a" in said
    assert "<details open>" in said and "<details>" not in said  # paper cannot unfold
    assert "tracker.js" not in said and "<svg" in said
    assert "noindex" in handout(client, page)["X-Robots-Tag"]


def test_it_is_in_the_language_of_the_piece(client):
    page = article("zh-hans", title="刷牙")
    response = client.get(f"/handout/{page.pk}/")
    assert (response.status_code, response["Location"]) == (302, f"/zh-hans/handout/{page.pk}/")
    assert 'lang="zh-Hans"' in handout(client, page).content.decode()


def test_promotion_is_marked_with_its_number(client):
    page = article(kind="promotion", approval_number="AD 17")
    assert "AD 17" in handout(client, page).content.decode()
    assert "outlet-promotion" not in handout(client, article()).content.decode()


def test_large_type_is_a_link_away(client):
    page = article()
    assert "handout large-type" in handout(client, page, "?type=large").content.decode()
    assert "handout large-type" not in handout(client, page).content.decode()


def test_a_comic_has_its_panels_and_its_words(client):
    said = handout(client, comic(panels=2)).content.decode()
    assert said.count('alt="Drawing') == 2
    assert said.count("Knock.") == 2


def test_a_patient_is_on_paper_only_with_consent_to_print(client):
    image = picture(patient_shown=True)
    consent(image)  # for the website alone
    figure = ("figure", {"image": image.pk, "alt": "A patient's smile"})
    page = article(body=[figure])
    assert "A patient&#x27;s smile" in client.get(page.url).content.decode()
    assert "A patient&#x27;s smile" not in handout(client, page).content.decode()
    consent(image, for_print=True, signed_on=timezone.localdate() - timedelta(days=1))
    assert "A patient&#x27;s smile" in handout(client, page).content.decode()


def test_the_short_address_stands_on_it_once_there_is_one(client):
    page = article()
    assert "utm_campaign" not in handout(client, page).content.decode()
    link = ensure_short_link(page=page, campaign="handout")
    assert f"/s/{link.code}" in handout(client, page).content.decode()


def test_queries_do_not_grow_with_the_panels(client):
    counts = []
    for number in (1, 3):
        page = comic(panels=number)
        handout(client, page)
        with CaptureQueriesContext(connection) as captured:
            handout(client, page)
        counts.append(len(captured))
    assert counts[0] == counts[1]
