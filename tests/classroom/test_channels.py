"""Where somebody came from: the address, the page before, kept once with the registration."""

from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.utils import timezone

from classroom.channels import channel_of
from classroom.models import Registration
from classroom.services.registration import register_person
from tests.factories.classroom import live_class
from tests.factories.people import PersonFactory, make_signed_in


@pytest.mark.parametrize(
    ("query", "referer", "channel"),
    [
        ("?from=email", "", "email"),
        ("?from=wechat", "https://www.google.com/", "wechat"),
        ("?from=<script>", "", ""),
        ("", "https://www.google.co.uk/search", "search"),
        ("", "https://www.baidu.com/link", "search"),
        ("", "https://cn.bing.com/", "search"),
        ("", "https://mp.weixin.qq.com/s/x", "wechat"),
        ("", "http://testserver/articles/", "site"),
        ("", "https://example.org/", ""),
        ("", "not an address", ""),
        ("", "", ""),
    ],
)
def test_a_channel_is_one_of_few_words(query, referer, channel):
    headers = {"Referer": referer} if referer else {}
    assert channel_of(RequestFactory().get(f"/classes/one/{query}", headers=headers)) == channel


@pytest.mark.django_db
def test_the_form_of_the_page_carries_it_and_the_api_takes_it(client):
    coming = live_class(starts_at=timezone.now() + timedelta(days=2))
    url = coming.get_url()
    assert f"next={url}%3Ffrom%3Dqr" in client.get(f"{url}?from=qr").text
    person = make_signed_in(client)
    assert 'name="channel" value="qr"' in client.get(f"{url}?from=qr").text
    assert 'name="channel"' not in client.get(url).text
    client.post(f"/class-places/{coming.pk}/keep/", {"channel": "qr"})
    assert Registration.objects.get(person=person).channel == "qr"
    other = live_class(starts_at=timezone.now() + timedelta(days=2))
    address = f"/api/v1/classes/{other.pk}/registrations"
    for told in ("email", "nonsense"):
        client.post(address, {"channel": told}, content_type="application/json")
    assert Registration.objects.get(live_class=other).channel == "email"


@pytest.mark.django_db
def test_an_unknown_word_is_not_kept(client):
    coming = live_class(starts_at=timezone.now() + timedelta(days=2))
    make_signed_in(client)
    client.post(f"/class-places/{coming.pk}/keep/", {"channel": "Ann told me"})
    assert Registration.objects.get().channel == ""


@pytest.mark.django_db
def test_registering_again_later_tells_the_new_channel():
    coming, person = live_class(starts_at=timezone.now() + timedelta(days=2)), PersonFactory()
    register_person(live_class=coming, person=person, channel="email")
    register_person(live_class=coming, person=person, channel="wechat")
    assert Registration.objects.get().channel == "email"
    Registration.objects.update(cancelled_at=timezone.now())
    register_person(live_class=coming, person=person, channel="wechat")
    assert Registration.objects.get().channel == "wechat"
