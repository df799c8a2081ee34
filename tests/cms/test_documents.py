"""Documents of live pages are handed out as downloads, and nobody else's."""

import json

import pytest
from django.test import Client
from wagtail.models import CollectionViewRestriction, PageViewRestriction

from cms.models import Access
from people.models import User
from tests.factories import content

pytestmark = pytest.mark.django_db


def offered(document, **fields):
    value = {"document": document.pk, "title": "", "note": ""}
    return content.article(body=[("download", value)], **fields)


def test_document_of_a_live_page_is_a_sandboxed_download(client):
    paper = content.document()
    offered(paper)
    response = client.get(paper.url)
    assert response.status_code == 200
    assert b"".join(response.streaming_content) == b"%PDF-1.7\n"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert {"default-src 'none'", "sandbox"} <= set(response["Content-Security-Policy"].split("; "))
    assert client.get(paper.url + "x").status_code == 404


def test_document_that_no_open_page_offers_is_for_staff(client):
    loose, drafted, private = (content.document() for _ in range(3))
    offered(drafted, live=False)
    page = offered(private)
    PageViewRestriction.objects.create(page=page, restriction_type="login")
    staff = Client()
    staff.force_login(
        User.objects.create_superuser("staff"), "people.authentication.PasswordBackend"
    )
    for paper in (loose, drafted, private):
        assert client.get(paper.url).status_code == 404
        assert staff.get(paper.url).status_code == 200
    member = Client()
    member.force_login(User.objects.create_user("member"), "people.authentication.PasswordBackend")
    assert member.get(private.url).status_code == 200
    assert member.get(loose.url).status_code == 404


def test_private_collection_keeps_its_rule(client):
    paper = content.document()
    offered(paper)
    CollectionViewRestriction.objects.create(collection=paper.collection, restriction_type="login")
    assert client.get(paper.url).status_code == 302


def test_stored_page_is_handed_out_as_a_download_too(client):
    # What came in before uploads were checked.
    paper = content.document("old.html", b"<script>alert(1)</script>")
    offered(paper)
    response = client.get(paper.url)
    assert response["Content-Disposition"].startswith("attachment")
    assert "sandbox" in response["Content-Security-Policy"]


def test_document_of_a_lesson_is_for_who_may_read_the_lesson(client):
    paper = content.document()
    course = content.course(access=Access.REGISTERED)
    value = {"document": paper.pk, "title": "", "note": ""}
    content.module(course, body=json.dumps([{"type": "download", "value": value}]))
    assert client.get(paper.url).status_code == 404
    client.force_login(User.objects.create_user("member"), "people.authentication.PasswordBackend")
    assert client.get(paper.url).status_code == 200


def test_read_api_lists_the_documents_of_open_pages_alone(client):
    open_to_all, loose, drafted, private = (content.document() for _ in range(4))
    offered(open_to_all)
    offered(drafted, live=False)
    PageViewRestriction.objects.create(page=offered(private), restriction_type="login")
    listed = [item["id"] for item in client.get("/api/v2/documents/").json()["items"]]
    assert listed == [open_to_all.pk]
    for paper in (loose, drafted, private):
        assert client.get(f"/api/v2/documents/{paper.pk}/").status_code == 404
