"""Pictures are served alone, sandboxed, and originals to staff only."""

import pytest
from django.test import Client

from people.models import User
from tests.factories import content

pytestmark = pytest.mark.django_db


def test_rendition_is_public_and_sandboxed(client):
    response = client.get(content.picture().get_rendition("width-480|format-webp").url)
    assert response.status_code == 200
    assert response["Content-Type"] == "image/webp"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert {"default-src 'none'", "sandbox"} <= set(response["Content-Security-Policy"].split("; "))
    assert response["Cache-Control"].startswith("public, max-age=")


def test_rendition_that_did_not_change_is_not_sent_again(client):
    url = content.picture().get_rendition("width-480|format-webp").url
    changed = client.get(url)["Last-Modified"]
    response = client.get(url, headers={"If-Modified-Since": changed})
    assert response.status_code == 304
    assert response.content == b""


def test_original_is_for_staff(client):
    url = content.picture().file.url
    assert client.get(url).status_code == 404
    staff = Client()
    user = User.objects.create_superuser("staff")
    staff.force_login(user, "people.authentication.PasswordBackend")
    response = staff.get(url)
    assert response.status_code == 200
    assert response["Cache-Control"].startswith("private")


@pytest.mark.parametrize(
    "path",
    ["documents/a.pdf", "exports/people.csv", "images/../test.sqlite3", "images/a.svg", "images/"],
)
def test_nothing_else_is_served(client, settings, path):
    from pathlib import Path

    for name in ("documents/a.pdf", "exports/people.csv", "images/a.svg"):
        file = Path(settings.MEDIA_ROOT) / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("secret")
    assert client.get(f"/media/{path}").status_code == 404
