"""The head of each page: one address, its versions, feeds and a share card."""

import re

import pytest

from cms.models import IndexPage
from cms.presentation import PIECES_ON_A_SHELF
from cms.services.site import ensure_shelf
from tests.factories import content

pytestmark = pytest.mark.django_db


def head_of(client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode().split("</head>")[0]


def canonical_of(client, url: str) -> str | None:
    found = re.findall(r'<link rel="canonical" href="([^"]+)"', head_of(client, url))
    assert len(found) <= 1
    return found[0] if found else None


def meta(head: str, name: str) -> list[str]:
    return re.findall(rf'<meta (?:property|name)="{re.escape(name)}" content="([^"]*)"', head)


def versions(head: str) -> dict[str, str]:
    return dict(re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)"', head))


def test_query_string_does_not_make_another_page(client):
    page = content.article()
    assert canonical_of(client, f"{page.url}?utm_source=x&leaf=9") == page.full_url


def test_each_leaf_of_a_list_is_its_own_page(client, settings):
    for _ in range(PIECES_ON_A_SHELF + 1):
        content.article()
    shelf = IndexPage.objects.get(shelf="articles")
    assert canonical_of(client, shelf.url) == shelf.full_url
    assert canonical_of(client, f"{shelf.url}?leaf=1&x=y") == shelf.full_url
    assert canonical_of(client, f"{shelf.url}?leaf=2") == f"{shelf.full_url}?leaf=2"
    # Beyond the last leaf the last one is shown, and is named.
    assert canonical_of(client, f"{shelf.url}?leaf=99") == f"{shelf.full_url}?leaf=2"


def test_fixed_and_topic_pages_have_an_address_in_each_language(client, settings):
    content.article(topics=[content.topic("Acne")])
    for path in ("/topics/acne/", "/about-tracking/"):
        head = head_of(client, f"{path}?a=b")
        assert canonical_of(client, path) == settings.BASE_URL + path
        assert versions(head) == {
            "en": settings.BASE_URL + path,
            "zh-Hans": f"{settings.BASE_URL}/zh-hans{path}",
            "x-default": settings.BASE_URL + path,
        }


def test_versions_of_a_page_are_its_live_twins(client):
    page = content.article()
    assert versions(head_of(client, page.url)) == {}
    twin = content.article("zh-hans", translation_key=page.translation_key)
    expected = {"en": page.full_url, "zh-Hans": twin.full_url, "x-default": page.full_url}
    assert versions(head_of(client, page.url)) == expected
    assert versions(head_of(client, twin.url)) == expected


def test_share_card_of_an_article(client):
    author = content.clinician("Dr Shen")
    page = content.article(
        title='Gums & "teeth"', standfirst="Why.", cover=content.picture(), author=author,
        topics=[content.topic("Acne")],
    )  # fmt: skip
    head = head_of(client, page.url)
    assert meta(head, "og:title") == ["Gums &amp; &quot;teeth&quot;"]
    assert meta(head, "og:description") == ["Why."]
    assert meta(head, "og:type") == ["article"]
    assert meta(head, "og:url") == [page.full_url]
    assert meta(head, "og:locale") == ["en_GB"]
    assert meta(head, "article:author") == [author.full_url]
    assert meta(head, "article:tag") == ["Acne"]
    assert meta(head, "twitter:card") == ["summary_large_image"]
    assert (meta(head, "og:image:width"), meta(head, "og:image:height")) == (["1200"], ["630"])
    (picture,) = meta(head, "og:image")
    assert picture.endswith(".jpg")
    assert client.get(re.sub(r"^https?://[^/]+", "", picture))["Content-Type"] == "image/jpeg"


def test_piece_without_a_picture_is_shared_with_ours(client):
    head = head_of(client, content.article().url)
    assert "/static/img/share" in meta(head, "og:image")[0]


def test_imported_page_is_kept_out(client):
    head = head_of(client, content.article(reviewed_here=False).url)
    assert meta(head, "robots") == ["noindex"]


def test_library_is_kept_out_and_shelves_are_not(client):
    library = ensure_shelf(shelf="library", language="en")
    articles = ensure_shelf(shelf="articles", language="en")
    assert meta(head_of(client, library.url), "robots") == ["noindex"]
    assert meta(head_of(client, articles.url), "robots") == []


def test_topic_of_imported_pages_alone_is_kept_out(client):
    topic = content.topic("Acne")
    content.article(topics=[topic], reviewed_here=False)
    assert meta(head_of(client, "/topics/acne/"), "robots") == ["noindex"]
    content.article(topics=[topic])
    assert meta(head_of(client, "/topics/acne/"), "robots") == []


def test_preview_says_nothing_but_to_keep_out():
    page = content.article()
    head = page.make_preview_request().content.decode().split("</head>")[0]
    assert meta(head, "robots") == ["noindex"]
    assert "canonical" not in head and "ld+json" not in head and "og:" not in head


@pytest.mark.parametrize("path", ["/search/?q=gums", "/sign-in/"])
def test_tools_are_kept_out(client, path):
    head = head_of(client, path)
    assert meta(head, "robots") == ["noindex"]
    assert "canonical" not in head


def feeds(head: str) -> list[str]:
    return re.findall(r'type="application/atom\+xml" href="([^"]+)"', head)


def test_feeds_are_named_where_they_are_about(client):
    author = content.clinician("Dr Shen", slug="shen")
    content.article(topics=[content.topic("Acne")])
    assert feeds(head_of(client, "/")) == ["/feed/"]
    assert feeds(head_of(client, "/topics/acne/")) == ["/feed/", "/topics/acne/feed/"]
    assert feeds(head_of(client, author.url)) == ["/feed/", "/feed/clinicians/shen/"]
