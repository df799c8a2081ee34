"""The follow button: for readers who are signed in, by post alone, and back to the page."""

import pytest
from django.urls import reverse

from classroom.models import ClinicianFollow
from tests.factories import content
from tests.factories.people import make_signed_in, make_staff

pytestmark = pytest.mark.django_db


def test_following_from_the_page_and_back(client):
    heron = content.clinician("Dr Heron")
    begin, end = (
        reverse(name, args=[heron.pk]) for name in ("follow_clinician", "unfollow_clinician")
    )
    page = client.get(heron.url).content.decode()
    assert f"/sign-in/?next={heron.url}" in page and begin not in page
    assert client.post(begin)["Location"].startswith("/sign-in/?next=")
    person = make_signed_in(client)
    assert begin in client.get(heron.url).content.decode()
    assert not ClinicianFollow.objects.exists(), "signing in alone follows nobody"
    assert client.get(begin).status_code == 405
    for _ in range(2):
        assert client.post(begin)["Location"] == heron.url
    assert ClinicianFollow.objects.get().person == person
    page = client.get(heron.url).content.decode()
    assert end in page and begin not in page
    assert client.post(end)["Location"] == heron.url
    assert ClinicianFollow.objects.get().ended_at is not None


def test_staff_follow_nobody_and_a_draft_is_followed_by_nobody(client):
    draft = content.clinician("Dr Draft", live=False)
    make_signed_in(client)
    assert client.post(reverse("follow_clinician", args=[draft.pk])).status_code == 404
    heron = content.clinician("Dr Heron")
    client.force_login(make_staff())
    assert client.post(reverse("follow_clinician", args=[heron.pk]))["Location"] == heron.url
    assert not ClinicianFollow.objects.exists()
