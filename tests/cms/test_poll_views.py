"""A vote is counted without a script, a login or a cookie, and belongs to nobody."""

import pytest
from django.core.cache import cache
from django.test import Client

from cms.models import ArticlePage, PollCount
from cms.poll_views import VOTES_AN_ADDRESS
from tests.factories import content

pytestmark = pytest.mark.django_db
HERE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(autouse=True)
def fresh_throttle():
    cache.clear()


@pytest.fixture
def page() -> ArticlePage:
    made = content.article(body=[("poll", content.poll("Daily", "Never"))])
    return ArticlePage.objects.get(pk=made.pk)


def url_of(page: ArticlePage) -> str:
    return f"/polls/{page.pk}/{page.body[0].id}/"


def votes() -> dict[str, int]:
    return dict(PollCount.objects.values_list("option_id", "votes"))


def give(page: ArticlePage, option: str, number: int) -> None:
    PollCount.objects.create(
        page_id=page.pk, block_id=page.body[0].id, option_id=option, votes=number
    )


def test_vote_counts_and_leads_back_to_the_poll(page):
    client = Client(enforce_csrf_checks=True)
    reading = client.get(page.url)
    assert not reading.cookies
    assert "progress" not in reading.text
    assert f'action="{url_of(page)}"' in reading.text
    response = client.post(url_of(page), {"option": "o1"}, headers=HERE)
    block_id = page.body[0].id
    assert response.status_code == 302
    assert response["Location"] == f"{page.url}?voted={block_id}#poll-{block_id}"
    assert not response.cookies
    assert votes() == {"o1": 1}
    after = client.get(response["Location"].partition("#")[0]).text
    assert "Your vote is counted" in after
    assert '<progress value="1" max="1" aria-label="Daily">' in after
    assert "Results: 1 vote<" in after
    assert '<details class="poll-open" open>' in after
    client.post(url_of(page), {"option": "o1"}, headers=HERE)
    assert votes() == {"o1": 2}


def test_results_are_open_from_five_votes_and_shares_are_of_the_answers_that_stand(client, page):
    give(page, "o1", 3)
    give(page, "gone", 50)
    assert "progress" not in client.get(page.url).text
    give(page, "o2", 2)
    text = client.get(page.url).text
    assert '<progress value="3" max="5" aria-label="Daily">' in text
    assert "60 %" in text
    assert "40 %" in text
    assert '<details class="poll-open"><summary>Results: 5 votes<' in text


def test_vote_from_another_site_is_asked_to_confirm_with_a_token(page):
    client = Client(enforce_csrf_checks=True)
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {},
    ):
        response = client.post(url_of(page), {"option": "o1"}, headers=headers)
        assert response.status_code == 200
        assert "Confirm your vote" in response.text
    assert votes() == {}
    confirm = f"{url_of(page)}confirmed/"
    assert client.post(confirm, {"option": "o1"}).status_code == 403
    token = client.cookies["csrftoken"].value
    fields = {"option": "o1", "csrfmiddlewaretoken": token}
    assert client.post(confirm, fields).status_code == 302
    assert votes() == {"o1": 1}


def test_older_browser_that_names_its_origin_is_believed(client, page):
    client.post(url_of(page), {"option": "o2"}, headers={"Origin": "http://testserver"})
    assert votes() == {"o2": 1}


def test_vote_for_what_is_not_asked_is_not_found(client, page):
    other = content.article()
    hidden = content.article(body=[("poll", content.poll())], live=False)
    bad = [
        (url_of(page), "o9"),
        (f"/polls/{page.pk}/nothing/", "o1"),
        (f"/polls/{other.pk}/{page.body[0].id}/", "o1"),
        (f"/polls/{hidden.pk}/{ArticlePage.objects.get(pk=hidden.pk).body[0].id}/", "o1"),
        ("/polls/999999/x/", "o1"),
    ]
    for url, option in bad:
        assert client.post(url, {"option": option}, headers=HERE).status_code == 404, url
    assert client.get(url_of(page)).status_code == 405
    assert client.post(url_of(page), {}, headers=HERE).status_code == 302
    assert votes() == {}


@pytest.mark.usefixtures("one_moment")
def test_one_address_cannot_flood_a_poll(client, page):
    for _ in range(VOTES_AN_ADDRESS):
        assert client.post(url_of(page), {"option": "o1"}, headers=HERE).status_code == 302
    response = client.post(url_of(page), {"option": "o1"}, headers=HERE)
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert votes() == {"o1": VOTES_AN_ADDRESS}


def test_counts_hold_nothing_about_readers():
    fields = {field.name for field in PollCount._meta.get_fields()}
    assert fields == {"id", "page", "block_id", "option_id", "votes"}
