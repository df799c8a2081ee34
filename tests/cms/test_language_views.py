"""Where the bare address leads, how a switch sticks, and what is said of a page without a twin."""

import pytest
from django.test import Client
from wagtail.models import PageViewRestriction

from tests.factories import content

pytestmark = pytest.mark.django_db

CHINESE_PHONE = {"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"}
CRAWLER = "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)"


@pytest.fixture(autouse=True)
def two_languages():
    content.article()
    content.article("zh-hans")


def place_of(client, **headers) -> str:
    """The path where somebody ends who asks for the bare address."""
    response = client.get("/", headers=headers, follow=True)
    assert response.status_code == 200
    return response.request["PATH_INFO"]


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "/zh-hans/"),
        ("zh-TW,zh;q=0.9", "/zh-hans/"),
        ("de-DE,zh-Hans-CN;q=0.5", "/zh-hans/"),
        ("en-GB,en;q=0.9,zh;q=0.8", "/"),
        ("de", "/"),
        ("", "/"),
        ("*;q=", "/"),
    ],
)
def test_bare_address_follows_the_phone(client, accepted, expected):
    assert place_of(client, **{"accept-language": accepted}) == expected


def test_chinese_address_follows_nothing(client):
    response = client.get("/zh-hans/", headers={"accept-language": "en"})
    assert response.status_code == 200
    assert "Accept-Language" not in response.get("Vary", "")


def test_other_pages_follow_nothing_and_say_so_to_caches(client):
    page = content.article()
    response = client.get(page.url, headers=CHINESE_PHONE)
    assert response.status_code == 200
    assert "Accept-Language" not in response.get("Vary", "")
    assert response["Content-Language"] == "en"


@pytest.mark.parametrize("headers", [CHINESE_PHONE, {}])
def test_caches_are_told_what_the_bare_address_follows(client, headers):
    vary = client.get("/", headers=headers)["Vary"]
    assert "Accept-Language" in vary and "Cookie" in vary


def test_who_clicks_on_the_front_page_gets_that_one(client):
    referer = {"referer": "http://testserver/articles/"}
    response = client.get("/", headers={**CHINESE_PHONE, **referer})
    assert response.status_code == 200
    assert response["Cache-Control"] == "private"
    elsewhere = {"referer": "https://elsewhere.example/"}
    assert client.get("/", headers={**CHINESE_PHONE, **elsewhere}).status_code == 302


def test_crawler_can_fetch_the_bare_address(client):
    assert place_of(client, **CHINESE_PHONE, **{"user-agent": CRAWLER}) == "/"


def test_campaign_of_the_bare_address_is_kept(client):
    response = client.get("/?utm_source=poster", headers=CHINESE_PHONE)
    assert response.url == "/zh-hans/?utm_source=poster"


def test_choice_sticks_and_nothing_else_sets_a_cookie(client):
    assert not client.get("/", headers=CHINESE_PHONE).cookies
    response = client.get("/language/en/?to=/")
    assert response.url == "/"
    cookie = response.cookies["language"]
    assert (cookie.value, cookie["samesite"], bool(cookie["httponly"])) == ("en", "Lax", True)
    assert place_of(client, **CHINESE_PHONE) == "/"
    client.get("/language/zh-hans/?to=/zh-hans/")
    assert place_of(client, **{"accept-language": "en"}) == "/zh-hans/"


def test_made_up_choice_counts_for_nothing(client):
    client.cookies["language"] = "../x"
    assert place_of(client, **CHINESE_PHONE) == "/zh-hans/"


@pytest.mark.parametrize(
    "away",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "evil",
        "",
        "/language/zh-hans/",
        "///evil.example",
    ],
)
def test_switch_never_leads_away(client, away):
    response = client.get("/language/en/", {"to": away})
    assert (response.status_code, response.url) == (302, "/")


def test_switch_of_a_page_leads_to_its_twin(client):
    page = content.article(slug="one")
    twin = content.article("zh-hans", slug="one", translation_key=page.translation_key)
    response = client.get(f"/language/zh-hans/?page={page.pk}")
    assert response.url == twin.url
    assert response.cookies["language"].value == "zh-hans"


def test_page_without_twin_is_said_to_be_untranslated(client):
    topic = content.topic("Acne")
    page = content.article(title="Why gums bleed", topics=[topic])
    content.article("zh-hans", title="痘痘", topics=[topic])
    response = client.get(f"/language/zh-hans/?page={page.pk}")
    html = response.content.decode()
    assert response.status_code == 200
    assert '<html lang="zh-Hans">' in html
    assert not response.cookies
    assert f'<a href="{page.url}" lang="en" hreflang="en">Why gums bleed</a>' in html
    assert 'href="/language/zh-hans/?to=/zh-hans/"' in html
    assert "痘痘" in html
    assert '<meta name="robots" content="noindex">' in html


def test_switch_says_nothing_of_what_is_not_public(client):
    draft, closed = content.article(live=False), content.article()
    PageViewRestriction.objects.create(page=closed, restriction_type="login")
    for asked in (draft.pk, closed.pk, 10**9, "x", "1e3"):
        assert client.get(f"/language/zh-hans/?page={asked}").status_code == 404


def test_unknown_language_is_not_found(client):
    assert client.get("/language/fr/").status_code == 404


def test_switch_takes_no_post():
    assert Client().post("/language/en/").status_code == 405


@pytest.mark.parametrize(
    ("path", "accepted", "language"),
    [
        ("/nothing/", "zh-CN", "zh-Hans"),
        ("/nothing/", "en", "en"),
        ("/zh-hans/nothing/", "en", "zh-Hans"),
    ],
)
def test_what_is_not_there_is_said_in_the_readers_language(client, path, accepted, language):
    content.article(topics=[content.topic("Acne")])
    response = client.get(path, headers={"accept-language": accepted})
    html = response.content.decode()
    assert response.status_code == 404
    assert f'<html lang="{language}">' in html
    assert 'role="search"' in html
    assert "Accept-Language" in response["Vary"]
    assert ("/topics/acne/" in html) == (language == "en")


def test_form_that_is_too_old_is_asked_for_again():
    client = Client(enforce_csrf_checks=True)
    response = client.post("/zh-hans/sign-in/", {"address": "a@example.com"})
    assert response.status_code == 403
    assert '<html lang="zh-Hans">' in response.content.decode()
    assert 'href="/zh-hans/sign-in/"' in response.content.decode()
