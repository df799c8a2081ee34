"""How much a page asks of its reader."""

import pytest

from cms.models import ComicPage
from cms.selectors import content_measure, expected_seconds, topic_weights
from cms.services.site import ensure_shelf
from tests.factories.imports import article, topic
from tests.factories.reviews import put_up

pytestmark = pytest.mark.django_db


def test_two_hundred_words_take_a_minute():
    page = article(body=[("paragraph", f"<p>{'word ' * 150}</p>"), ("heading", "word " * 50)])
    assert content_measure(page).words == 200
    assert expected_seconds(page) == pytest.approx(60)


def test_three_hundred_chinese_characters_take_a_minute():
    page = article(body=[("paragraph", f"<p>{'牙' * 300}。</p>")])
    measure = content_measure(page)
    assert (measure.words, measure.han_characters) == (0, 300)
    assert expected_seconds(page) == pytest.approx(60)


def test_markup_addresses_and_image_texts_are_not_read():
    page = article(
        body=[
            ("paragraph", '<p>one <a href="https://example.org/two">three</a><br/>four</p>'),
            ("steps", {"items": ["five six"]}),
        ]
    )
    assert content_measure(page).words == 5


def test_nothing_to_read_takes_no_time():
    assert expected_seconds(article(title="Only a title")) is None


def test_panels_count_their_words_and_a_look_at_each():
    page = ComicPage(title="Comic")
    page.panels_in_order = [
        {"type": "panel", "value": {"narration": "two words", "alt": "not read", "bubbles": []}}
    ] * 2
    put_up(page, under=ensure_shelf(shelf="comics", language="en"))
    measure = content_measure(ComicPage.objects.get())
    assert (measure.panels, measure.words) == (2, 4)
    assert expected_seconds(page) == pytest.approx(2 * 4 + 4 * 60 / 200)


def test_topic_weights_ask_the_database_as_often_for_one_page_as_for_three(
    django_assert_num_queries,
):
    pages = [article(f"Page {n}", topics=[topic("Acne"), topic("Rosacea")]) for n in range(3)]
    for some in (pages[:1], pages):
        with django_assert_num_queries(2):
            weights = topic_weights([page.pk for page in some])
        assert all(len(found) == 2 for found in weights.values())
