"""Answers carry the version, are kept while it holds, and never reach another reader's plane."""

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from cms.read_api import answers
from cms.services.content_version import bump_content_version
from tests.factories import content

pytestmark = pytest.mark.django_db
LIST = "/api/v2/pages/?type=cms.ArticlePage&fields=*"


@pytest.fixture
def article():
    return content.article(title="Gums", author=content.clinician("Dr Heron"))


def queries_of(client, path, **headers):
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path, headers=headers)
    return len(queries), response


def test_reader_who_has_it_gets_304_for_one_query(client, article):
    first = client.get(LIST)
    assert first["ETag"].startswith('W/"')
    assert first["Cache-Control"] == "public, no-cache"
    assert {"Cookie", "Authorization"} <= {name.strip() for name in first["Vary"].split(",")}
    for given in (first["ETag"], first["ETag"].removeprefix("W/"), f'"x", {first["ETag"]}', "*"):
        count, again = queries_of(client, LIST, if_none_match=given)
        assert (again.status_code, again.content) == (304, b"")
        assert again["ETag"] == first["ETag"]
        assert count <= 1
    assert queries_of(client, LIST, if_none_match='W/"other"')[1].status_code == 200


def test_answer_is_kept_until_anything_shown_changes(client, article):
    first = client.get(LIST)
    count, again = queries_of(client, LIST)
    assert count <= 1 and again.content == first.content and again["ETag"] == first["ETag"]
    article.author.title = "Dr Crane"
    article.author.save()
    count, changed = queries_of(client, LIST, if_none_match=first["ETag"])
    assert changed.status_code == 200 and changed["ETag"] != first["ETag"]
    assert changed.json()["items"][0]["author"]["name"] == "Dr Crane"


def test_each_address_and_host_has_an_answer_and_a_tag_of_its_own(client, article, settings):
    settings.ALLOWED_HOSTS = ["testserver", "other.example"]
    tags = {
        client.get(LIST)["ETag"],
        client.get(LIST + "&limit=1")["ETag"],
        client.get(f"/api/v2/pages/{article.pk}/")["ETag"],
        client.get(LIST, headers={"host": "other.example"})["ETag"],
    }
    assert len(tags) == 4


def test_answer_does_not_depend_on_the_language_of_the_browser(client, article):
    english = client.get(LIST, headers={"accept-language": "en"})
    answers.shelf = answers.Shelf()
    chinese = client.get(LIST, headers={"accept-language": "zh-CN"})
    assert english.content == chinese.content and english["ETag"] == chinese["ETag"]


def test_signed_in_reader_and_everybody_never_get_each_others_answer(client, admin_user):
    content.course(title="For staff", access="staff")
    path = "/api/v2/pages/?type=cms.CoursePage"
    anonymous = client.get(path)
    client.force_login(admin_user)
    own = client.get(path, headers={"if-none-match": anonymous["ETag"]})
    assert own.status_code == 200
    assert own["Cache-Control"] == "private, no-store" and "ETag" not in own
    client.logout()
    again = client.get(path)
    assert [len(answer.json()["items"]) for answer in (anonymous, own, again)] == [0, 1, 0]


def test_request_with_a_token_is_not_answered_from_the_shelf(client, article):
    client.get(LIST)
    response = client.get(LIST, headers={"authorization": "Bearer x"})
    assert response["Cache-Control"] == "private, no-store"


def test_cookie_of_nobody_is_served_from_the_shelf(client, article):
    client.get(LIST)
    client.cookies["sessionid"] = "made-up"
    count, response = queries_of(client, LIST)
    assert response["Cache-Control"] == "public, no-cache"


def test_problems_and_random_order_are_kept_by_nobody(client, article):
    for path in ("/api/v2/pages/?limit=x", "/api/v2/pages/99999/", LIST + "&order=random"):
        response = client.get(path)
        assert response["Cache-Control"] == "no-store" and "ETag" not in response


def test_head_is_answered_like_get_without_a_body(client, article):
    got, asked = client.get(LIST), client.head(LIST)
    assert asked.content == b""
    assert asked["ETag"] == got["ETag"]
    assert client.get(LIST).content == got.content


def test_old_content_is_never_kept_under_a_new_version(article):
    """Whoever publishes while an answer is being made gets the next answer anew."""
    seen = []

    def view(request):
        seen.append(1)
        body = f"{len(seen)}".encode()
        if len(seen) == 1:
            bump_content_version()  # somebody publishes after this view has read
        return HttpResponse(body)

    asked = answers.kept_while_version_holds(view)
    request = RequestFactory().get("/api/v2/pages/")
    assert [asked(request).content for _ in range(3)] == [b"1", b"2", b"2"]


def test_shelf_holds_no_more_than_it_may_and_forgets_the_longest_unused():
    shelf = answers.Shelf(most_bytes=1000)
    for name in "abc":
        shelf.put("1", name, b"x" * 300, {})
    shelf.get("1", "a")
    shelf.put("1", "d", b"x" * 300, {})
    assert [name for name in "abcd" if shelf.get("1", name)] == ["a", "c", "d"]
    shelf.put("2", "e", b"x", {})
    assert shelf.get("1", "a") is None and shelf.get("2", "e")


def test_images_and_documents_are_kept_alike(client):
    content.picture()
    first = client.get("/api/v2/images/")
    assert first.json()["meta"]["total_count"] == 1
    count, again = queries_of(client, "/api/v2/images/", if_none_match=first["ETag"])
    assert again.status_code == 304 and count <= 1
    assert client.get("/api/v2/documents/")["ETag"]
