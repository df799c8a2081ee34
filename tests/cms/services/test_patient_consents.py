"""A patient's picture is shown only under a consent in force, and stops being shown at once."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cms.content_version import content_version
from cms.models import ConsentScope, PatientConsent
from cms.services.patient_consents import (
    note_lapsed_consents,
    reinstate_patient_consent,
    withdraw_patient_consent,
)
from outbox.models import AuditEntry
from people.models import User
from tests.factories import content
from tests.factories.patients import consent, patient_picture

pytestmark = pytest.mark.django_db


def url_of(image) -> str:
    return image.get_rendition("width-480|format-webp").url


def test_in_force_says_the_same_of_a_row_and_of_a_query():
    today = timezone.localdate()
    papers = {
        "without end": (consent(), True),
        "until today": (consent(days=0), True),
        "until yesterday": (consent(days=-1), False),
        "from tomorrow": (consent(signed_on=today + timedelta(days=1)), False),
        "for print": (consent(for_website=False, for_print=True), False),
        "withdrawn": (consent(withdrawn_at=timezone.now()), False),
    }
    found = set(PatientConsent.objects.in_force())
    for name, (paper, stands) in papers.items():
        assert paper.is_in_force() is stands, name
        assert (paper in found) is stands, name
    printed = papers["for print"][0]
    assert printed.is_in_force(scope=ConsentScope.PRINT)
    assert list(PatientConsent.objects.in_force(scope=ConsentScope.PRINT)) == [printed]


def test_picture_follows_its_consent_through_withdrawal_and_undo(client):
    image = patient_picture()
    url = url_of(image)
    assert client.get(url).status_code == 404
    paper = consent(image)
    shown = client.get(url)
    assert shown.status_code == 200
    assert shown["Cache-Control"] == "private, max-age=60"
    version = content_version()
    assert withdraw_patient_consent(consent=paper, actor="user:1") is True
    assert content_version() != version
    assert withdraw_patient_consent(consent=paper, actor="user:1") is False
    assert client.get(url).status_code == 404
    assert client.get(url, headers={"If-Modified-Since": shown["Last-Modified"]}).status_code == 404
    assert reinstate_patient_consent(consent=paper, actor="user:1") is True
    assert client.get(url).status_code == 200
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["patient_consent.withdrawn", "patient_consent.reinstated"]


def test_picture_stops_on_the_day_after_the_last(client):
    image = patient_picture()
    consent(image, days=0)
    assert client.get(url_of(image)).status_code == 200
    PatientConsent.objects.update(expires_on=timezone.localdate() - timedelta(days=1))
    assert client.get(url_of(image)).status_code == 404
    # Another paper for the same picture is enough.
    consent(image)
    assert client.get(url_of(image)).status_code == 200


def test_withheld_picture_is_for_who_looks_after_consents(client):
    image = patient_picture()
    plain = Client()
    plain.force_login(User.objects.create_user("plain"), "people.authentication.PasswordBackend")
    keeper = Client()
    keeper.force_login(
        User.objects.create_superuser("keeper"), "people.authentication.PasswordBackend"
    )
    assert plain.get(url_of(image)).status_code == 404
    response = keeper.get(url_of(image))
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"


def test_one_query_serves_a_picture(client, django_assert_num_queries):
    image, patient = content.picture(), patient_picture()
    consent(patient)
    urls = [url_of(image), url_of(patient)]
    for url in urls:
        with django_assert_num_queries(1):
            assert client.get(url).status_code == 200


def test_page_leaves_the_withheld_picture_out(client):
    image = patient_picture()
    paper = consent(image)
    figure = {"image": image.pk, "alt": "Crowned", "caption": "Ms Z", "credit": "Heron"}
    page = content.article(body=[("figure", figure)], cover=image)
    assert "Crowned" in client.get(page.url).text
    withdraw_patient_consent(consent=paper, actor="user:1")
    text = client.get(page.url).text
    assert "This picture is no longer shown." in text
    for word in ("Crowned", "Ms Z", "/media/images/"):
        assert word not in text


def test_page_asks_for_consents_once(client, django_assert_max_num_queries):
    def queries(number: int) -> int:
        images = [patient_picture() for _ in range(number)]
        for image in images:
            consent(image)
        body = [
            ("figure", {"image": image.pk, "alt": "A", "caption": "", "credit": ""})
            for image in images
        ]
        page = content.article(body=body)
        client.get(page.url)
        with django_assert_max_num_queries(200) as counted:
            client.get(page.url)
        return len(counted)

    assert queries(1) == queries(3)


def test_lapse_moves_the_content_version_once():
    consent(days=-1)
    consent(days=0)
    before = content_version()
    assert note_lapsed_consents() == 1
    after = content_version()
    assert after != before
    assert note_lapsed_consents() == 0
    assert content_version() == after


def test_paper_lies_where_no_address_leads(client, settings):
    paper = consent()
    assert str(settings.MEDIA_ROOT) not in paper.document.path
    assert "Zhang" not in paper.document.name
    for prefix in ("/media/", "/media/images/", "/private/", "/"):
        assert client.get(prefix + paper.document.name).status_code == 404


def test_read_api_lists_no_withheld_picture(client):
    plain, agreed, silent = content.picture(), patient_picture(), patient_picture()
    consent(agreed)
    listed = {item["id"] for item in client.get("/api/v2/images/?limit=50").json()["items"]}
    assert listed == {plain.pk, agreed.pk}
    assert client.get(f"/api/v2/images/{silent.pk}/").status_code == 404
    assert client.get(f"/api/v2/images/{agreed.pk}/").status_code == 200
