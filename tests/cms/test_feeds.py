"""The Atom feeds: the newest findable pieces of a language, a topic, a clinician."""

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import content

pytestmark = pytest.mark.django_db

ATOM = {"a": "http://www.w3.org/2005/Atom"}


def feed_at(client, path: str):
    response = client.get(path)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("application/atom+xml")
    return ElementTree.fromstring(response.content)


def titles(client, path: str) -> list[str]:
    return [
        entry.findtext("a:title", namespaces=ATOM)
        for entry in feed_at(client, path).findall("a:entry", ATOM)
    ]


def test_site_feed_is_in_one_language_newest_first(client):
    content.article(title="Old", first_published_at=datetime(2025, 1, 1, tzinfo=UTC))
    content.comic(title="New", first_published_at=datetime(2026, 1, 1, tzinfo=UTC))
    content.article("zh-hans", title="中文")
    assert titles(client, "/feed/") == ["New", "Old"]
    assert titles(client, "/zh-hans/feed/") == ["中文"]
    assert feed_at(client, "/zh-hans/feed/").get("{http://www.w3.org/XML/1998/namespace}lang") == (
        "zh-Hans"
    )


def test_drafts_and_imported_pages_are_in_no_feed(client):
    topic, author = content.topic("Acne"), content.clinician(slug="shen")
    for hidden in ({"live": False}, {"reviewed_here": False}):
        content.article(topics=[topic], author=author, **hidden)
    for path in ("/feed/", "/topics/acne/feed/", "/feed/clinicians/shen/"):
        assert titles(client, path) == []


def test_topic_feed_holds_what_was_merged_into_it(client):
    kept = content.topic("Acne")
    content.article(title="About acne", topics=[kept])
    content.article(title="About pimples", topics=[content.topic("Pimples", merged_into=kept)])
    content.article(title="Other", topics=[content.topic("Other")])
    assert set(titles(client, "/topics/acne/feed/")) == {"About acne", "About pimples"}
    assert client.get("/topics/nothing/feed/").status_code == 404


def test_clinician_feed_holds_what_they_wrote(client):
    author = content.clinician("Dr Shen", slug="shen")
    content.article(title="Mine", author=author)
    content.article(title="Reviewed only", reviewer=author)
    assert titles(client, "/feed/clinicians/shen/") == ["Mine"]
    assert client.get("/feed/clinicians/nobody/").status_code == 404
    assert client.get("/zh-hans/feed/clinicians/shen/").status_code == 404


def test_entry_says_who_when_and_about_what(client):
    page = content.article(
        title="Gums & teeth",
        standfirst="Why.",
        author=content.clinician("Dr Shen"),
        topics=[content.topic("Acne")],
    )
    (entry,) = feed_at(client, "/feed/").findall("a:entry", ATOM)
    assert entry.find("a:link", ATOM).get("href") == page.full_url
    assert entry.findtext("a:summary", namespaces=ATOM) == "Why."
    assert entry.findtext("a:author/a:name", namespaces=ATOM) == "Dr Shen"
    assert entry.find("a:category", ATOM).get("term") == "Acne"
    assert entry.findtext("a:id", namespaces=ATOM).startswith("tag:")


def test_queries_do_not_grow_with_the_pieces(client):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/feed/")
        return len(queries)

    topic, author = content.topic("Acne"), content.clinician()
    content.article(topics=[topic], author=author)
    count()
    one = count()
    for _ in range(3):
        content.article(topics=[topic], author=author)
    assert count() == one


def test_unchanged_feed_is_not_sent_again(client):
    content.article()
    first = client.get("/feed/")
    again = client.get("/feed/", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
