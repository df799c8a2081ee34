"""The sitemaps and robots.txt: everything that may be found, with its twins, and nothing else."""

from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import PageViewRestriction

from tests.factories import content

pytestmark = pytest.mark.django_db

SPACES = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "x": "http://www.w3.org/1999/xhtml",
}


def entries(client, path: str) -> dict[str, dict[str, str]]:
    """Each address with its versions by language."""
    response = client.get(path)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/xml"
    tree = ElementTree.fromstring(response.content)
    return {
        url.findtext("s:loc", namespaces=SPACES): {
            link.get("hreflang"): link.get("href") for link in url.findall("x:link", SPACES)
        }
        for url in tree.findall("s:url", SPACES)
    }


def test_index_names_the_sitemap_of_each_language(client):
    tree = ElementTree.fromstring(client.get("/sitemap.xml").content)
    places = [place.text for place in tree.iterfind(".//s:loc", SPACES)]
    assert [place.split("/", 3)[3] for place in places] == ["sitemap-en.xml", "sitemap-zh-hans.xml"]


def test_twins_name_each_other_and_the_default(client):
    page = content.article()
    twin = content.article("zh-hans", translation_key=page.translation_key)
    expected = {"en": page.full_url, "zh-Hans": twin.full_url, "x-default": page.full_url}
    english, chinese = (entries(client, f"/sitemap-{code}.xml") for code in ("en", "zh-hans"))
    assert english[page.full_url] == chinese[twin.full_url] == expected
    assert twin.full_url not in english and page.full_url not in chinese


def test_page_without_twin_has_no_versions(client):
    page = content.article()
    assert entries(client, "/sitemap-en.xml")[page.full_url] == {}


def test_what_may_not_be_found_is_not_in_it(client):
    draft, imported = content.article(live=False), content.article(reviewed_here=False)
    closed, kept = content.article(), content.article()
    PageViewRestriction.objects.create(page=closed, restriction_type="login")
    found = entries(client, "/sitemap-en.xml")
    assert kept.full_url in found
    for page in (draft, imported, closed):
        assert page.full_url not in found


def test_topics_in_use_are_in_it(client, settings):
    used = content.topic("Acne")
    content.topic("Unused")
    content.article(topics=[used])
    content.article(topics=[content.topic("Imported")], reviewed_here=False)
    found = entries(client, "/sitemap-en.xml")
    base = settings.BASE_URL
    assert found[f"{base}/topics/acne/"] == {}  # the other language has nothing about it
    assert f"{base}/topics/unused/" not in found and f"{base}/topics/imported/" not in found
    content.article("zh-hans", topics=[used])
    assert set(entries(client, "/sitemap-en.xml")[f"{base}/topics/acne/"]) == {
        "en", "zh-Hans", "x-default",
    }  # fmt: skip


def test_queries_do_not_grow_with_the_pages(client):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/sitemap-en.xml")
        return len(queries)

    content.article(topics=[content.topic("Acne")])
    count()
    one = count()
    for number in range(3):
        content.article(topics=[content.topic(f"Topic {number}")])
    assert count() == one


def test_unchanged_sitemap_is_not_sent_again(client):
    first = client.get("/sitemap-en.xml")
    again = client.get("/sitemap-en.xml", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304


def test_unknown_sitemap_is_not_found(client):
    assert client.get("/sitemap-fr.xml").status_code == 404


def test_robots_keep_to_the_pieces(client, settings):
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert f"Sitemap: {settings.BASE_URL}/sitemap.xml" in lines
    for path in ("/admin/", "/search/", "/zh-hans/search/", "/me/", "/media/original_images/"):
        assert f"Disallow: {path}" in lines
    assert "Disallow: /" not in lines
