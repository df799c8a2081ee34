"""Pages kept in memory: the same page again, never an old one, never another reader's."""

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from people.models import Branch, User
from tests.factories import content
from tests.factories.classroom import live_class

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def keeping(settings):
    backend = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {**settings.CACHES, "pages": {"BACKEND": backend, "LOCATION": "kept"}}
    caches["pages"].clear()
    yield
    caches["pages"].clear()


def queries_of(client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def pieces() -> list:
    subject = content.topic("Acne")
    author = content.clinician(portrait=content.picture())
    article = content.article(topics=[subject], author=author, cover=content.picture())
    return [article, content.comic(), author]


def test_second_reader_costs_next_to_nothing():
    urls = ["/", "/topics/acne/", "/articles/", *(page.url for page in pieces())]
    for url in urls:
        first = Client().get(url).content
        assert queries_of(Client(), url) <= 1, url  # the version, where the engine asks for it
        assert Client().get(url).content == first


def test_kept_page_tells_caches_the_same():
    page = content.article()
    answers = [Client().get(page.url, headers={"accept-encoding": "br"}) for _ in range(2)]
    for name in ("Vary", "Content-Type", "Content-Security-Policy", "Content-Encoding"):
        # The order of what an answer varies by, and of a policy, says nothing.
        first, second = ({part.strip() for part in a[name].split(";")} for a in answers)
        if name == "Vary":
            first, second = ({p.strip() for p in a[name].split(",")} for a in answers)
        assert first == second, name


def test_change_shows_at_once():
    page = content.article(title="Old words", about_health=False)
    Client().get(page.url)
    page.title = "New words"
    page.save_revision().publish()
    html = Client().get(page.url).content.decode()
    assert "New words" in html and "Old words" not in html


def test_change_of_what_stands_around_shows_at_once():
    branch = Branch.objects.create(slug="a", name="Heron Lane")
    page = content.article()
    Client().get(page.url)
    branch.name = "Ferry Steps"
    branch.save()
    assert "Ferry Steps" in Client().get(page.url).content.decode()


def test_page_taken_down_is_gone_at_once():
    page = content.article()
    Client().get(page.url)
    page.unpublish()
    assert Client().get(page.url).status_code == 404


def test_reader_who_is_signed_in_gets_a_page_of_their_own_and_leaves_none():
    page = content.article()
    member = Client()
    member.force_login(User.objects.create_user("reader"), "people.authentication.PasswordBackend")
    assert 'name="csrf-token"' in member.get(page.url).content.decode()
    assert 'name="csrf-token"' not in Client().get(page.url).content.decode()
    assert 'name="csrf-token"' in member.get(page.url).content.decode()


def test_languages_and_leaves_are_kept_apart():
    page = content.article(title="English")
    content.article("zh-hans", title="牙龈")
    assert "牙龈" not in Client().get("/").content.decode()
    assert "牙龈" in Client().get("/zh-hans/").content.decode()
    first = Client().get("/articles/").content
    assert Client().get("/articles/?leaf=1").content == first
    assert Client().get(f"{page.url}?utm_source=x").content == Client().get(page.url).content


def test_unknown_query_cookie_or_class_is_never_kept():
    page, lesson = content.article(), live_class()
    for url in (f"{page.url}?x=1", lesson.url, "/search/?q=a"):
        Client().get(url)
        assert queries_of(Client(), url) > 1, url
    Client().get(page.url)
    stranger = Client()
    stranger.cookies["anything"] = "1"
    assert queries_of(stranger, page.url) > 1


def test_preview_is_never_kept():
    page = content.article()
    page.make_preview_request()
    assert 'data-page="' in Client().get(page.url).content.decode()


def test_missing_page_is_asked_for_again():
    assert Client().get("/articles/later/").status_code == 404
    content.article(slug="later")
    assert Client().get("/articles/later/").status_code == 200
