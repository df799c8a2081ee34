"""A draft is shown to the holder of its token, for an hour, and to nobody else."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import signing
from django.utils import timezone

from cms.models import ArticlePage, IndexPage, PagePreview, PageTopic
from cms.services import previews
from cms.services.previews import keep_preview
from tests.factories import content

pytestmark = pytest.mark.django_db
PATH = "/api/v2/page_preview/"
FRONT = "https://front.example/preview"


@pytest.fixture
def draft():
    """A live page with a draft that says something else."""
    page = content.article(title="Live", topics=[content.topic("Gums")])
    page.title = "Draft"
    page.page_topics.add(PageTopic(tag=content.topic("Teeth"), weight=0.5))
    return page


def test_draft_is_shown_like_a_live_page_and_changes_nothing(client, admin_user, draft):
    before = client.get(f"/api/v2/pages/{draft.pk}/").json()
    response = client.get(PATH, {"token": keep_preview(page=draft, user=admin_user)})
    shown = response.json()
    assert shown["title"] == "Draft"
    assert [topic["slug"] for topic in shown["topics"]] == ["gums", "teeth"]
    assert set(shown) == set(before) and set(shown["meta"]) == set(before["meta"])
    assert client.get(f"/api/v2/pages/{draft.pk}/").json()["title"] == "Live"


def test_preview_is_kept_by_nobody(client, admin_user, draft):
    token = keep_preview(page=draft, user=admin_user)
    first = client.get(PATH, {"token": token})
    assert first["Cache-Control"] == "no-store" and "ETag" not in first
    assert first["X-Robots-Tag"] == "noindex"
    draft.title = "Draft again"
    keep_preview(page=draft, user=admin_user)
    assert client.get(PATH, {"token": token}).json()["title"] == "Draft again"
    assert PagePreview.objects.count() == 1


def test_page_that_was_never_saved_can_be_previewed(client, admin_user):
    shelf = IndexPage.objects.get(pk=content.ensure_shelf(shelf="articles", language="en").pk)
    page = ArticlePage(title="New", slug="new", locale=shelf.locale, path=f"{shelf.path}0009")
    page.depth, page.url_path = shelf.depth + 1, f"{shelf.url_path}new/"
    shown = client.get(PATH, {"token": keep_preview(page=page, user=admin_user)}).json()
    assert (shown["id"], shown["title"], shown["topics"]) == (None, "New", [])
    assert shown["meta"]["parent"]["id"] == shelf.pk


@pytest.mark.parametrize(
    "token",
    ["", "1", signing.dumps(1), signing.dumps(99, salt=previews.SALT)],
    ids=["none", "no token", "of another salt", "of no draft"],
)
def test_token_that_is_not_ours_shows_nothing(client, admin_user, draft, token):
    keep_preview(page=draft, user=admin_user)
    response = client.get(PATH, {"token": token})
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert "Draft" not in response.text


def test_token_ends_after_an_hour_and_with_its_editor(client, admin_user, draft, monkeypatch):
    token = keep_preview(page=draft, user=admin_user)
    monkeypatch.setattr(previews, "LIFE_S", -1)
    assert client.get(PATH, {"token": token}).status_code == 404
    monkeypatch.undo()
    assert client.get(PATH, {"token": token}).status_code == 200
    admin_user.is_active = False
    admin_user.save()
    assert client.get(PATH, {"token": token}).status_code == 404


def test_token_of_one_draft_never_shows_another(client, admin_user, django_user_model, draft):
    other = content.article(title="Other draft")
    colleague = django_user_model.objects.create_user("colleague")
    tokens = {
        "Draft": keep_preview(page=draft, user=admin_user),
        "Other draft": keep_preview(page=other, user=admin_user),
    }
    draft.title = "Colleague's"
    keep_preview(page=draft, user=colleague)
    for title, token in tokens.items():
        assert client.get(PATH, {"token": token}).json()["title"] == title


def test_forgotten_drafts_are_deleted_with_the_next_preview(admin_user, draft):
    keep_preview(page=content.article(), user=admin_user)
    PagePreview.objects.update(kept_at=timezone.now() - timedelta(hours=2))
    keep_preview(page=draft, user=admin_user)
    assert [row.subject for row in PagePreview.objects.all()] == [str(draft.pk)]


def test_preview_is_only_read_and_fields_are_chosen(client, admin_user, draft):
    token = keep_preview(page=draft, user=admin_user)
    assert client.post(f"{PATH}?token={token}").status_code == 405
    assert client.get(PATH, {"token": token, "fields": "_,title"}).json() == {"title": "Draft"}
    assert client.get(PATH, {"token": token, "fields": "nope"}).status_code == 400


def revision_view(client, page, mode: str):
    revision = page.save_revision()
    return client.get(f"/admin/pages/{page.pk}/revisions/{revision.pk}/view/?mode={mode}")


def test_editor_sees_the_draft_in_the_front_end_where_one_is_named(
    client, admin_user, draft, settings
):
    settings.HEADLESS_PREVIEW_URL = FRONT
    client.force_login(admin_user)
    response = revision_view(client, draft, "front-end")
    address = unescape(re.search(r'<iframe[^>]* src="([^"]+)"', response.text)[1])
    parts = urlsplit(address)
    told = parse_qs(parts.query)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == FRONT
    assert (told["type"], told["language"]) == (["cms.ArticlePage"], ["en"])
    assert "frame-src https://front.example" in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]
    client.logout()
    assert client.get(PATH, {"token": told["token"][0]}).json()["title"] == "Draft"


def test_without_a_front_end_drafts_are_on_the_reference_site(client, admin_user, draft, settings):
    assert [mode for mode, _ in draft.preview_modes] == [""]
    client.force_login(admin_user)
    page = revision_view(client, draft, "")
    assert "Draft" in page.text and "<iframe" not in page.text
    assert "frame-src" not in page["Content-Security-Policy"]
    settings.HEADLESS_PREVIEW_URL = FRONT
    assert [mode for mode, _ in draft.preview_modes] == ["front-end", ""]
    assert "<iframe" not in revision_view(client, draft, "").text


def test_ordinary_pages_frame_nothing_foreign(client, settings):
    settings.HEADLESS_PREVIEW_URL = FRONT
    page = content.article()
    for path in (page.url, "/admin/login/"):
        assert "front.example" not in client.get(path)["Content-Security-Policy"]
