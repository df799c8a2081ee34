"""Short links lead to live, reviewed pages of this site and nowhere else."""

import io

import pytest
from django.utils import timezone
from PIL import Image
from wagtail.models import PageViewRestriction

from cms.models import ArticlePage, ShortLink
from cms.services.short_links import clean_campaign, ensure_short_link
from tests.factories.content import article
from tracking.ingest.decoding import clean_campaign as campaign_in_statistics

pytestmark = pytest.mark.django_db


def test_one_link_for_a_page_and_a_campaign():
    page = article()
    first = ensure_short_link(page=page, campaign="autumn fair")
    assert ensure_short_link(page=page, campaign="autumn-fair") == first
    assert ensure_short_link(page=page) != first
    assert ShortLink.objects.count() == 2
    assert len(first.code) == 7


@pytest.mark.parametrize("name", ["autumn fair", "秋季", "../x?y=1&z", "a" * 100, ""])
def test_campaigns_are_named_as_statistics_name_them(name):
    assert clean_campaign(name) == campaign_in_statistics(name)


def test_it_leads_to_the_page_in_its_language_with_its_campaign(client):
    page = article("zh-hans", slug="gums")
    link = ensure_short_link(page=page, campaign="poster")
    response = client.get(f"/s/{link.code}", HTTP_ACCEPT_LANGUAGE="en")
    assert response.status_code == 302
    assert response["Location"] == f"{page.full_url}?utm_campaign=poster"
    assert "/zh-hans/" in response["Location"]
    assert response["Cache-Control"] == "no-store"
    plain = ensure_short_link(page=page)
    assert client.get(f"/s/{plain.code.upper()}")["Location"] == page.full_url


def test_whatever_else_is_asked_it_leads_nowhere_else(client):
    link = ensure_short_link(page=article())
    address = client.get(f"/s/{link.code}?next=https://evil.example/&url=//evil.example")[
        "Location"
    ]
    assert address == link.page.full_url
    assert client.get("/s/https://evil.example").status_code == 404
    assert client.get("/s/nothere").status_code == 404
    assert client.post(f"/s/{link.code}").status_code == 405


def taken_down(page):
    page.unpublish()


def past_its_time(page):
    page.expire_at = timezone.now()
    page.save()


def behind_a_door(page):
    PageViewRestriction.objects.create(page=page, restriction_type="login")


@pytest.mark.parametrize("change", [taken_down, past_its_time, behind_a_door])
def test_a_piece_that_may_not_leave_kills_all_its_forms(client, change):
    page = article("zh-hans", title="牙龈出血")
    link = ensure_short_link(page=page)
    forms = [f"/s/{link.code}", f"/zh-hans/handout/{page.pk}/", f"/qr/{page.pk}.png"]
    assert [client.get(form).status_code for form in forms] == [302, 200, 200]
    change(page)
    answers = [client.get(form) for form in forms]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert 'lang="zh-Hans"' in answers[0].content.decode()
    assert "牙龈出血" not in answers[0].content.decode()


def test_an_imported_page_that_nobody_reviewed_is_not_passed_on(client):
    page = article()
    ArticlePage.objects.filter(pk=page.pk).update(reviewed_here=False)  # as an import writes it
    link = ensure_short_link(page=page)
    assert client.get(f"/s/{link.code}").status_code == 404


def test_the_code_is_a_picture_large_enough_to_be_read(client):
    response = client.get(f"/qr/{article().pk}.png")
    image = Image.open(io.BytesIO(response.content))
    assert response["Content-Type"] == "image/png"
    assert image.width == image.height >= 200
    assert len(image.convert("L").getcolors()) == 2


def test_following_a_deleted_page_is_kindly_refused(client):
    page = article()
    link = ensure_short_link(page=page)
    page.delete()
    assert client.get(f"/s/{link.code}").status_code == 404
