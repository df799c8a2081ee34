"""A piece does not go live without the words of its pictures, films and panels, or a patient's consent."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cms.models import ClinicImage, PieceKind, PublishingPolicy
from cms.services.patient_consents import withdraw_patient_consent
from cms.submission import blocking_problems_of
from tests.factories import content
from tests.factories.patients import agreed_picture, consent, patient_picture

pytestmark = pytest.mark.django_db
REFERENCES = [("A guideline", "https://example.com/")]


def codes(piece) -> list[str]:
    return [problem.code for problem in blocking_problems_of(piece)]


def article(*body, **fields):
    return content.article(body=list(body), references=REFERENCES, **fields)


def figure(image, **fields) -> tuple[str, dict]:
    return "figure", {"image": image.pk, "alt": "A", "caption": "", "credit": "", **fields}


def test_figure_says_what_it_shows_unless_it_is_decoration():
    assert codes(article(figure(content.picture()))) == []
    assert codes(article(figure(content.picture(), alt="  "))) == ["missing_alt"]
    assert codes(article(figure(content.picture(is_decorative=True), alt=""))) == []


def test_panel_says_what_it_shows_and_has_a_drawing():
    comic = content.comic(panels=3, references="[]", about_health=False)
    assert codes(comic) == []
    stored = list(comic.panels_in_order.raw_data)
    stored[1]["value"]["alt"] = ""
    stored[2]["value"]["image"] = None
    comic.panels_in_order = comic.panels_in_order.stream_block.to_python(stored)
    problems = blocking_problems_of(comic)
    assert [(problem.code, problem.place) for problem in problems] == [
        ("missing_panel_text", "p1"),
        ("missing_drawing", "p2"),
    ]
    assert "Panel 2" in problems[0].message


def test_film_needs_captions_with_their_language_and_a_transcript():
    full, bare = content.media(), content.media(words=False)
    assert codes(article(("video", {"video": full.pk, "caption": ""}))) == []
    assert codes(article(("video", {"video": bare.pk, "caption": ""}))) == [
        "missing_transcript",
        "missing_captions",
        "missing_captions_language",
    ]


def test_recording_needs_a_transcript_alone():
    bare = content.media("audio", words=False)
    assert codes(article(("audio", {"audio": bare.pk, "caption": ""}))) == ["missing_transcript"]
    bare.transcript = "Brush."
    bare.save()
    assert codes(article(("audio", {"audio": bare.pk, "caption": ""}))) == []


def test_patient_is_shown_under_a_consent_in_force_wherever_the_picture_stands():
    image = patient_picture()
    film = content.media(patient_shown=True)
    still = content.media(poster=patient_picture())
    comic = content.comic(about_health=False)
    stored = list(comic.panels_in_order.raw_data)
    stored[0]["value"]["image"] = image.pk
    comic.panels_in_order = comic.panels_in_order.stream_block.to_python(stored)
    pieces = {
        "figure": article(figure(image)),
        "cover": article(cover=image),
        "film": article(("video", {"video": film.pk, "caption": ""})),
        "still": article(("video", {"video": still.pk, "caption": ""})),
        "panel": comic,
    }
    for name, piece in pieces.items():
        assert codes(piece) == ["missing_patient_consent"], name
    paper = consent(image)
    image = ClinicImage.objects.get(pk=image.pk)  # without the consents it was asked for before
    assert codes(article(figure(image), cover=image)) == []
    withdraw_patient_consent(consent=paper, actor="system")
    assert codes(article(figure(image))) == ["missing_patient_consent"]
    consent(image, expires_on=timezone.localdate() - timedelta(days=1))
    assert codes(article(figure(image))) == ["missing_patient_consent"]


def test_comparison_shows_patients_who_agreed():
    good = content.comparison(agreed_picture(), agreed_picture())
    assert codes(article(("comparison", good))) == []
    nobody = content.comparison(agreed_picture(), content.picture())
    assert codes(article(("comparison", nobody))) == ["comparison_without_patient"]
    silent = content.comparison(agreed_picture(), patient_picture())
    assert codes(article(("comparison", silent))) == ["missing_patient_consent"]


@pytest.mark.parametrize(
    ("country", "answer", "refused"),
    [("CN", None, True), ("DE", None, False), ("DE", False, True), ("CN", True, False)],
)
def test_comparison_in_promotion_follows_the_policy(country, answer, refused):
    policy = PublishingPolicy.load()
    policy.country, policy.comparisons_in_promotion = country, answer
    policy.save()
    value = content.comparison(agreed_picture(), agreed_picture())
    promotion = article(("comparison", value), kind=PieceKind.PROMOTION, approval_number="1")
    assert ("comparison_in_promotion" in codes(promotion)) is refused
    assert "comparison_in_promotion" not in codes(article(("comparison", value)))


def test_checks_ask_no_more_for_more_pictures(django_assert_max_num_queries):
    def queries(number: int) -> int:
        piece = article(*(figure(agreed_picture()) for _ in range(number)))
        piece = type(piece).objects.get(pk=piece.pk)
        with django_assert_max_num_queries(100) as counted:
            assert codes(piece) == []
        return len(counted)

    assert queries(1) == queries(3)
