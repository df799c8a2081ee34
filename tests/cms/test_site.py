"""The pages of the site as a reader gets them."""

import re
from datetime import date

import pytest
from django.test import Client
from wagtail.models import Locale

from cms.models import HomePage, IndexPage
from cms.services.site import ensure_shelf
from people.models import Branch, User
from tests.factories import content

pytestmark = pytest.mark.django_db


def body_of(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def twin_of(page, language: str, **fields):
    return content.article(language, translation_key=page.translation_key, **fields)


def test_article_shows_whom_to_trust(client):
    author, reviewer = content.clinician("Dr Shen"), content.clinician("Dr Mehta")
    page = content.article(author=author, reviewer=reviewer, reviewed_at=date(2026, 3, 5))
    html = body_of(client.get(page.url))
    assert f'<a href="{author.url}">Dr Shen</a>' in html
    assert re.search(r"Reviewed by Dr Mehta on\s*<time[^>]*>5 March 2026</time>", html)
    assert "Not reviewed here" not in html
    assert "noindex" not in html


def test_imported_article_says_so_and_stays_out_of_search_engines(client):
    page = content.article(
        reviewed_here=False, source="MedQuAD", source_url="https://example.org/page"
    )
    html = body_of(client.get(page.url))
    assert "Not reviewed here." in html
    assert '<a href="https://example.org/page" rel="nofollow noopener">MedQuAD</a>' in html
    assert '<meta name="robots" content="noindex">' in html


def test_citation_leads_to_its_source_and_back(client):
    page = content.article(
        body=[("paragraph", "<p>Bone grows.<sup>1</sup> Slowly.<sup>1</sup> H<sup>9</sup></p>")],
        references=[("A page", "https://example.org/a")],
    )
    html = body_of(client.get(page.url))
    assert '<a class="cite" href="#source-1" id="cite-1">1</a>' in html
    assert html.count('href="#source-1"') == 2
    assert html.count('id="cite-1"') == 1
    assert '<li id="source-1">' in html
    assert 'href="#cite-1"' in html
    assert "H<sup>9</sup>" in html


def test_text_of_an_author_is_escaped(client):
    page = content.article(title="<script>alert(1)</script>", standfirst="<b>bold</b>")
    html = body_of(client.get(page.url))
    assert "<script>alert" not in html
    assert "<b>bold</b>" not in html


def test_comic_is_text_without_scripts(client):
    page = content.comic(panels=2)
    html = body_of(client.get(page.url))
    assert html.count('data-panel="p') == 2
    assert "bubble tail-right xt-4 xu-7 yt-0 yu-3 wt-3 wu-4" in html
    assert html.count("Knock.") == 4  # over the drawing, and in the transcript
    assert 'alt="Drawing 1"' in html


def test_reader_page_carries_the_marks_of_the_tracker(client):
    page = content.article()
    html = body_of(client.get(page.url))
    assert f'<main id="content" data-page="{page.pk}">' in html
    assert "data-track-end" in html
    assert "js/tracker.js" in html


def test_preview_is_not_tracked():
    page = content.article()
    response = page.make_preview_request()
    html = body_of(response)
    assert "data-page=" not in html
    assert "tracker.js" not in html
    assert "consent.js" not in html


def pages_to_look_at() -> list[str]:
    subject = content.topic("Wisdom teeth")
    author = content.clinician(portrait=content.picture())
    article = content.article(
        author=author,
        topics=[subject],
        cover=content.picture(),
        body=[
            ("heading", "A heading"),
            ("steps", {"items": ["One", "Two"]}),
            ("faq", {"items": [{"question": "Why?", "answer": "<p>Because.</p>"}]}),
            ("quotation", {"text": "Well", "attribution": "Somebody"}),
            (
                "figure",
                {"image": content.picture().pk, "alt": "A tooth", "caption": "", "credit": ""},
            ),
            (
                "table",
                {"columns": [{"type": "text", "heading": "When"}], "rows": [{"values": ["Now"]}]},
            ),
        ],
    )
    pages = [article, content.comic(topics=[subject]), content.course(), author]
    shelves = [ensure_shelf(shelf=shelf, language="en") for shelf in IndexPage.Shelf.values]
    urls = [page.url for page in (*pages, *shelves)]
    return ["/", *urls, "/topics/wisdom-teeth/", "/search/?q=tooth", "/about-tracking/"]


def test_no_page_has_inline_style_or_script(client):
    for url in pages_to_look_at():
        response = client.get(url)
        html = body_of(response)
        assert not re.search(r"<[^>]+\sstyle=", html), url
        assert not re.search(r"<[^>]+\son\w+=", html), url
        assert not re.search(r"<style|<script(?![^>]*(?:\ssrc=|ld\+json))", html), url
        policy = response["Content-Security-Policy"]
        assert "default-src 'self'" in policy and "unsafe-inline" not in policy


def test_anonymous_pages_set_no_cookie_and_carry_no_token(client):
    for url in pages_to_look_at():
        response = client.get(url)
        assert not response.cookies, url
        assert "csrf" not in response.content.decode(), url


def test_signed_in_pages_carry_a_csrf_token():
    client = Client()
    client.force_login(User.objects.create_user("reader"), "people.authentication.PasswordBackend")
    assert '<meta name="csrf-token"' in body_of(client.get("/about-tracking/"))


def count_queries(client, url, django_assert_num_queries_or_count) -> int:
    client.get(url)  # makes the sizes of pictures that are missing
    with django_assert_num_queries_or_count() as queries:
        assert client.get(url).status_code == 200
    return len(queries)


@pytest.fixture
def counted():
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    return lambda: CaptureQueriesContext(connection)


def shelf_with(count: int, subject, author) -> None:
    for _ in range(count):
        content.article(author=author, topics=[subject], cover=content.picture())
        content.comic(author=author, topics=[subject], cover=content.picture())
        content.course(author=author, topics=[subject], cover=content.picture())


@pytest.mark.parametrize("url", ["/", "/articles/", "/comics/", "/courses/", "/topics/acne/"])
def test_queries_do_not_grow_with_the_pieces(client, counted, url):
    subject, author = content.topic("Acne"), content.clinician(portrait=content.picture())
    shelf_with(1, subject, author)
    one = count_queries(client, url, counted)
    shelf_with(2, subject, author)
    assert count_queries(client, url, counted) == one


def test_queries_of_a_clinician_do_not_grow_with_their_pieces(client, counted):
    subject, author = content.topic("Acne"), content.clinician(portrait=content.picture())
    shelf_with(1, subject, author)
    one = count_queries(client, author.url, counted)
    shelf_with(2, subject, author)
    assert count_queries(client, author.url, counted) == one


def test_queries_of_a_comic_do_not_grow_with_its_panels(client, counted):
    short, long = content.comic(panels=1), content.comic(panels=5)
    assert count_queries(client, short.url, counted) == count_queries(client, long.url, counted)


def test_twins_name_each_other(client):
    page = content.article(slug="one")
    twin = twin_of(page, "zh-hans", slug="one", title="一")
    html = body_of(client.get(page.url))
    assert f'hreflang="zh-Hans" href="{twin.full_url}"' in html
    assert f'<a class="language" href="/language/zh-hans/?to={twin.url}"' in html
    assert '<html lang="zh-Hans">' in body_of(client.get(twin.url))


def test_page_without_twin_leads_to_where_that_is_said(client):
    page = content.article()
    html = body_of(client.get(page.url))
    assert 'hreflang="zh-Hans" href=' not in html
    assert f'<a class="language" href="/language/zh-hans/?page={page.pk}"' in html


def test_draft_twin_is_not_named(client):
    page = content.article()
    twin = twin_of(page, "zh-hans", slug="draft-twin", live=False)
    assert twin.slug not in body_of(client.get(page.url))


def test_front_page_keeps_languages_apart(client):
    content.article(title="Only English")
    content.article("zh-hans", title="只有中文")
    assert "只有中文" not in body_of(client.get("/"))
    assert "Only English" not in body_of(client.get("/zh-hans/"))


def test_front_page_without_pieces_says_so(client):
    assert "Nothing is published in this language yet." in body_of(client.get("/"))


def test_footer_names_the_branches_in_the_language(client):
    Branch.objects.create(slug="a", name="Heron Lane", name_zh="鹭巷总院")
    content.article("zh-hans")
    assert "Heron Lane" in body_of(client.get("/"))
    assert "鹭巷总院" in body_of(client.get("/zh-hans/"))


def test_topic_page_holds_what_was_merged_into_it(client):
    kept = content.topic("Acne")
    merged = content.topic("Pimples", merged_into=kept)
    content.article(title="About acne", topics=[kept])
    content.article(title="About pimples", topics=[merged])
    html = body_of(client.get("/topics/acne/"))
    assert "About acne" in html and "About pimples" in html
    assert client.get("/topics/pimples/").url == "/topics/acne/"


def test_unknown_topic_is_not_found(client):
    assert client.get("/topics/nothing/").status_code == 404


def test_search_finds_words_and_topics(client):
    subject = content.topic("Gum disease")
    content.article(title="Why gums bleed", topics=[subject])
    content.article(title="Something else")
    html = body_of(client.get("/search/?q=gums"))
    assert "Why <mark>gums</mark> bleed" in html and "Something else" not in html
    assert "/topics/gum-disease/" in body_of(client.get("/search/?q=gum"))


def test_search_in_chinese_marks_what_was_looked_for(client):
    paragraph = "<p>刷牙时出血，多半是牙龈炎。</p>"
    content.article("zh-hans", title="牙龈为什么出血", body=[("paragraph", paragraph)])
    content.article("zh-hans", title="别的")
    html = body_of(client.get("/zh-hans/search/?q=牙龈"))
    assert "<mark>牙龈</mark>为什么出血" in html and "别的" not in html
    assert "刷牙时出血，多半是<mark>牙龈</mark>炎。" in html


def test_search_escapes_titles_excerpts_and_queries(client):
    hostile = "<img src=x onerror=alert(1)> gums & <b>more</b>"
    page = content.article(title=f"Gums {hostile}", body=[("key_fact", f"{hostile} and gums")])
    html = body_of(client.get("/search/", {"q": "gums"}))
    assert "<mark>Gums</mark> &lt;img src=x onerror=alert(1)&gt; <mark>gums</mark> &amp;" in html
    assert "<img src=x" not in html and "<b>more" not in html
    assert page.slug in html
    hostile_query = '"><script>alert(1)</script>'
    html = body_of(client.get("/search/", {"q": hostile_query}))
    assert "<script>alert" not in html and "&lt;script&gt;alert" in html


def test_search_says_how_many_and_its_pages_keep_the_query(client):
    for number in range(30):
        content.article(title=f"Molars & crowns {number}")
    html = body_of(client.get("/search/", {"q": "molars & crowns"}))
    assert "30 pieces for “molars &amp; crowns”" in html
    assert 'href="?q=molars%20%26%20crowns&amp;leaf=2"' in html
    second = body_of(client.get("/search/?q=molars%20%26%20crowns&leaf=2"))
    assert second.count('class="result"') == 6


def test_search_without_result_leads_on(client):
    subject = content.topic("Periodontitis")
    content.article(title="Why gums bleed", topics=[subject])
    Branch.objects.create(slug="a", name="Heron Lane", telephone="021 5555 0100")
    html = body_of(client.get("/search/?q=peridontitis"))
    assert "We found nothing for “peridontitis”" in html
    assert html.count('href="/topics/periodontitis/"') == 2  # meant perhaps, and in use
    assert 'href="tel:02155550100"' in html


def test_search_takes_as_many_queries_for_three_pages_as_for_one(client, counted):
    content.article(title="Molars", body=[("figure", {"image": content.picture().pk, "alt": "x"})])
    one = count_queries(client, "/search/?q=molars", counted)
    for _ in range(2):
        figure = ("figure", {"image": content.picture().pk, "alt": "x"})
        content.article(title="Molars", body=[("paragraph", "<p>Molars.</p>"), figure])
    assert count_queries(client, "/search/?q=molars", counted) == one


def test_search_does_not_find_drafts(client):
    content.article(title="Secret molars", live=False)
    assert "Secret molars" not in body_of(client.get("/search/?q=molars"))


@pytest.mark.parametrize("query", ["", "%00", "'\"", "a" * 500, "*", "(", "AND OR", "%F0%9F%A6%B7"])
def test_search_takes_any_query(client, query):
    assert client.get(f"/search/?q={query}").status_code == 200


def test_missing_page_has_a_way_on(client):
    response = client.get("/nothing/")
    assert response.status_code == 404
    assert "This page is not here" in response.content.decode()


def test_home_of_the_default_language_is_at_the_root(client):
    assert HomePage.objects.get(locale=Locale.get_default()).url == "/"
