"""The screens by which a live piece leaves the site: for staff, for live pieces, in the piece's language."""

import io

import pytest
from django.urls import reverse
from PIL import Image

from cms.models import ShortLink
from people.roles import Role
from people.services.roles import ensure_roles
from tests.factories.content import article, clinician, comic, picture
from tests.factories.people import make_signed_in, make_staff

pytestmark = pytest.mark.django_db

SCREENS = ("share_piece", "share_poster", "share_long_picture")


@pytest.fixture
def staff(client):
    ensure_roles()
    user = make_staff(Role.EDITOR)
    client.force_login(user)
    return user


def test_the_screen_offers_every_form(client, staff):
    page = article(title="Bleeding gums", cover=picture())
    said = client.get(reverse("share_piece", args=[page.pk])).content.decode()
    codes = dict(ShortLink.objects.values_list("campaign", "code"))
    assert set(codes) == {"", "code", "poster", "handout", "long-picture", "official-account"}
    assert f"/s/{codes['']}" in said
    assert f"/s/{codes['official-account']}" in said
    for address in (
        reverse("share_poster", args=[page.pk]),
        reverse("handout", args=[page.pk]),
        reverse("share_long_picture", args=[page.pk]),
        reverse("share_code", args=[page.pk, "svg"]),
    ):
        assert address in said
    client.get(reverse("share_piece", args=[page.pk]))
    assert ShortLink.objects.count() == 6  # the second look makes none


def test_a_label_of_ones_own_gets_links_of_its_own(client, staff):
    page = article()
    client.get(reverse("share_piece", args=[page.pk]) + "?label=Autumn fair<script>")
    campaigns = set(ShortLink.objects.values_list("campaign", flat=True))
    assert {"Autumn-fair-script", "Autumn-fair-script-poster"} < campaigns


@pytest.mark.parametrize("screen", SCREENS)
def test_a_piece_that_is_down_has_no_screen(client, staff, screen):
    page = article()
    assert client.get(reverse(screen, args=[page.pk])).status_code == 200
    page.unpublish()
    assert client.get(reverse(screen, args=[page.pk])).status_code == 404


@pytest.mark.parametrize("screen", SCREENS)
def test_readers_and_prospects_are_sent_to_the_door(client, screen):
    address = reverse(screen, args=[article().pk])
    assert client.get(address).status_code == 302
    make_signed_in(client)
    assert client.get(address).status_code == 302
    assert ShortLink.objects.count() == 0


def test_a_clinician_page_is_no_piece(client, staff):
    assert client.get(reverse("share_piece", args=[clinician().pk])).status_code == 404


def test_the_way_stands_in_the_editor_of_live_pieces_alone(client, staff):
    page = article()
    address = reverse("share_piece", args=[page.pk])
    editor = reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert address in client.get(editor).content.decode()
    page.unpublish()
    assert address not in client.get(editor).content.decode()


def test_the_poster_is_in_the_language_of_the_piece_and_marks_promotion(client, staff):
    page = article(
        "zh-hans", title="刷牙", kind="promotion", approval_number="沪医广 17", cover=picture()
    )
    said = client.get(reverse("share_poster", args=[page.pk]) + "?paper=a3").content.decode()
    assert 'lang="zh-Hans"' in said and "outlets/a3.css" in said
    assert "沪医广 17" in said
    assert f"/s/{ShortLink.objects.get(campaign='poster').code}" in said
    assert client.get(reverse("share_poster", args=[page.pk]) + "?paper=a9").status_code == 404


def test_the_long_picture_has_panels_and_key_facts(client, staff):
    said = client.get(reverse("share_long_picture", args=[comic(panels=3).pk])).content.decode()
    assert said.count('class="panel-drawing"') == 3
    assert said.count("Knock.") == 3
    assert "<script" not in said


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_the_code_comes_as_a_file(client, staff, kind):
    page = article(slug="gums")
    response = client.get(reverse("share_code", args=[page.pk, kind]))
    assert response["Content-Disposition"] == f'attachment; filename="gums-qr.{kind}"'
    if kind == "png":
        assert Image.open(io.BytesIO(response.content)).width >= 700
    else:
        assert response.content.startswith(b"<?xml")
    assert client.get(reverse("share_code", args=[page.pk, "exe"])).status_code == 404
