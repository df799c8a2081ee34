"""Each block of a body shows what it is for, without a script, and the read API tells the same."""

import re

import pytest
from wagtail.models import Page

from cms.models import ArticlePage, PollCount
from cms.selectors import content_measure
from people.models import Branch
from tests.factories import content
from tests.factories.patients import agreed_picture, patient_picture

pytestmark = pytest.mark.django_db
TWICE = "<p>Floss<sup>1</sup> daily<sup>2</sup>.</p><ul><li>Yes<sup>1</sup></li></ul>"
SOURCES = [
    ("The guild of hygienists", "https://example.com/1"),
    ("A trial", "https://example.com/2"),
]


def shown(client, *body, **fields) -> str:
    page = content.article(body=list(body), **fields)
    return client.get(page.url).text


def block_id(page: ArticlePage, at: int = 0) -> str:
    return ArticlePage.objects.get(pk=page.pk).body[at].id


def test_comparison_stands_side_by_side_with_its_words(client):
    text = shown(client, ("comparison", content.comparison(agreed_picture(), agreed_picture())))
    for words in ("A gap", "A crown", "six months later", "yours may differ", "written consent"):
        assert words in text


def test_comparison_without_consent_shows_neither_side(client):
    text = shown(client, ("comparison", content.comparison(agreed_picture(), patient_picture())))
    assert "These pictures are no longer shown." in text
    for words in ("A gap", "A crown", "/media/images/"):
        assert words not in text


def test_film_has_captions_still_picture_length_and_transcript(client):
    film = content.media(poster=content.picture(), duration=125, width=640, height=360)
    text = shown(client, ("video", {"video": film.pk, "caption": "How to brush"}))
    assert re.search(
        r'<video controls preload="none" playsinline width="640" height="360" poster="/m', text
    )
    assert f'<source src="{film.url}" type="video/mp4">' in text
    assert f'<track kind="captions" src="{film.captions.url}" srclang="en"' in text
    assert "2:05" in text
    assert re.search(r"<details><summary>Transcript</summary>.*two minutes", text)
    assert "autoplay" not in text


def test_recording_has_its_transcript(client):
    sound = content.media("audio")
    text = shown(client, ("audio", {"audio": sound.pk, "caption": ""}))
    assert f'<audio controls preload="none" src="{sound.url}"' in text
    assert "two minutes" in text


def test_film_of_a_patient_without_consent_is_left_out(client):
    film = content.media(patient_shown=True)
    text = shown(client, ("video", {"video": film.pk, "caption": "Ms Z"}))
    assert "This film is no longer shown." in text
    for words in ("<video", "two minutes", "Ms Z", film.url):
        assert words not in text


def test_download_names_kind_and_size_and_is_counted(client):
    paper = content.document(content=b"%PDF-1.7" + b" " * 2040)
    text = shown(client, ("download", {"document": paper.pk, "title": "", "note": "Print it"}))
    link = re.search(r'<a href="(/documents/[^"]+)" download data-track="download">(.*?)</a>', text)
    assert link
    assert link[1] == paper.url
    for words in ("Aftercare", "Print it", "PDF", "2.0"):
        assert words in link[2]


def test_quiz_explains_each_answer_and_counts_nothing(client):
    answers = [
        {"text": "Soft", "correct": True, "explanation": "It spares the gum."},
        {"text": "Hard", "correct": False, "explanation": "It wears the tooth."},
    ]
    text = shown(client, ("quiz", {"question": "Which brush?", "answers": answers}))
    assert text.count("<details><summary>Soft") == 1
    assert "It wears the tooth." in text
    assert "<form" not in text[text.index("Which brush?") : text.index("It wears the tooth.")]


def test_call_to_ask_names_the_authors_branches_or_all(client):
    near = Branch.objects.create(slug="near", name="Near", telephone="+41 61 000 11 22")
    Branch.objects.create(slug="far", name="Far", telephone="061 000 33 44")
    Branch.objects.create(slug="mute", name="Mute")
    block = ("ask_call", {"heading": "Your own case?", "text": ""})
    everywhere = shown(client, block)
    body = everywhere[everywhere.index("Your own case?") :]
    assert 'href="tel:+41610001122"' in body
    assert 'href="tel:0610003344"' in body
    author = content.clinician()
    author.branches.set([near])
    author.save()
    here = shown(client, block, author=author)
    body = here[here.index("Your own case?") : here.index("</main>")]
    assert "+41610001122" in body
    assert "0610003344" not in body


def test_citations_lead_to_their_source_and_each_back(client):
    text = shown(client, ("paragraph", TWICE), references=SOURCES)
    for place in ("cite-1", "cite-1-2", "cite-2"):
        assert text.count(f'id="{place}"') == 1
        assert text.count(f'href="#{place}"') == 1
    assert text.count('href="#source-1"') == 2
    # Beside the text once for each source, and silent: the list says it all.
    notes = re.findall(r'<span class="margin-note" aria-hidden="true">(.*?)</span>', text)
    assert notes == ["<b>1</b> The guild of hygienists", "<b>2</b> A trial"]


def test_source_that_is_not_cited_has_no_way_back_and_script_stays_text(client):
    text = shown(
        client,
        ("paragraph", "<p>Floss<sup>1</sup><sup>9</sup></p>"),
        references=[("<script>alert(1)</script>", "https://example.com/1"), SOURCES[1]],
    )
    assert 'href="#cite-2"' not in text
    assert "<sup>9</sup>" in text
    assert "<script>alert" not in text


def test_played_time_counts_as_time_to_read():
    film, sound = content.media(duration=90), content.media("audio", duration=30.5)
    body = [
        ("video", {"video": film.pk, "caption": ""}),
        ("audio", {"audio": sound.pk, "caption": ""}),
        ("paragraph", "<p>Brush your teeth</p>"),
    ]
    measure = content_measure(content.article(body=body))
    assert measure.media_s == 120.5
    assert measure.words == 3


def test_shelf_asks_once_for_the_lengths_of_all_films(client, django_assert_max_num_queries):
    def queries() -> int:
        with django_assert_max_num_queries(200) as counted:
            client.get("/articles/")
        return len(counted)

    def add() -> Page:
        film = content.media()
        return content.article(body=[("video", {"video": film.pk, "caption": ""})])

    add()
    queries()
    one = queries()
    add(), add()
    assert queries() == one


def test_page_asks_no_more_for_more_blocks(client, django_assert_max_num_queries):
    def queries(number: int) -> int:
        body = []
        for _ in range(number):
            film = content.media(poster=content.picture(), patient_shown=False)
            body += [
                ("video", {"video": film.pk, "caption": ""}),
                ("comparison", content.comparison(agreed_picture(), agreed_picture())),
                ("download", {"document": content.document().pk, "title": "", "note": ""}),
                ("poll", content.poll()),
                ("ask_call", {"heading": "Ask us", "text": ""}),
            ]
        page = content.article(body=body)
        client.get(page.url)
        with django_assert_max_num_queries(200) as counted:
            assert client.get(page.url).status_code == 200
        return len(counted)

    assert queries(1) == queries(3)


def test_read_api_tells_what_a_block_points_to(client):
    film = content.media(poster=content.picture())
    page = content.article(
        body=[
            ("video", {"video": film.pk, "caption": "How"}),
            ("download", {"document": content.document().pk, "title": "", "note": ""}),
            ("poll", content.poll("Daily", "Never")),
        ]
    )
    video, download, poll = client.get(f"/api/v2/pages/{page.pk}/").json()["body"]
    assert video["id"] == block_id(page)
    facts = video["value"]["video"]
    assert facts["url"].endswith(film.url)
    assert facts["seconds"] == 90
    assert facts["transcript"] == "Brush for two minutes."
    assert facts["captions"]["language"] == "en"
    assert facts["poster"]["alt"] == "A heron"
    assert download["value"]["document"]["kind"] == "pdf"
    assert poll["value"]["options"] == [
        {"id": "o1", "text": "Daily"},
        {"id": "o2", "text": "Never"},
    ]
    assert PollCount.objects.count() == 0
