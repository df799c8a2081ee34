"""The screen of patients' consents: what lapses soon, the paper, withdraw and undo, and for whom."""

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.formats import date_format

from cms.models import PatientConsent
from outbox.models import AuditEntry
from people.models import User
from people.roles import Role
from people.services.roles import ensure_roles
from tests.factories.patients import consent, patient_picture

pytestmark = pytest.mark.django_db


def signed_in(role: Role) -> Client:
    ensure_roles()
    user = User.objects.create_user(role.name.lower())
    user.groups.add(Group.objects.get(name=role.value))
    client = Client()
    client.force_login(user, "people.authentication.PasswordBackend")
    return client


@pytest.fixture
def editor() -> Client:
    return signed_in(Role.EDITOR)


def test_list_puts_what_lapses_first_and_says_so(editor):
    without_end, late, soon = consent(), consent(days=300), consent(days=10)
    ended = consent(days=-3)
    text = editor.get("/admin/patient-consents/").text
    links = [f"/patient-consents/edit/{paper.pk}/" for paper in (ended, soon, late, without_end)]
    places = [text.index(link) for link in links]
    assert places == sorted(places)
    assert "lapses in 10 days" in text
    assert date_format(soon.expires_on, "DATE_FORMAT") in text
    assert "expired" in text


def test_list_asks_no_more_for_more_rows(editor, django_assert_max_num_queries):
    def queries() -> int:
        with django_assert_max_num_queries(100) as counted:
            assert editor.get("/admin/patient-consents/").status_code == 200
        return len(counted)

    consent(patient_picture())
    queries()
    one = queries()
    for _ in range(2):
        consent(patient_picture())
    queries()
    assert queries() == one


def test_consent_is_recorded_with_its_pictures(editor):
    image = patient_picture()
    fields = {
        "document": SimpleUploadedFile("Zhang San.pdf", b"%PDF-1.7", "application/pdf"),
        "signed_on": "2026-01-02",
        "for_website": "on",
        "consented_images-TOTAL_FORMS": "1",
        "consented_images-INITIAL_FORMS": "0",
        "consented_images-MIN_NUM_FORMS": "0",
        "consented_images-MAX_NUM_FORMS": "1000",
        "consented_media-TOTAL_FORMS": "0",
        "consented_media-INITIAL_FORMS": "0",
        "consented_media-MIN_NUM_FORMS": "0",
        "consented_media-MAX_NUM_FORMS": "1000",
        "consented_images-0-image": str(image.pk),
        "consented_images-0-id": "",
    }
    bad = {**fields, "document": SimpleUploadedFile("a.pdf", b"<html>", "application/pdf")}
    assert editor.post("/admin/patient-consents/new/", bad).status_code == 200
    assert PatientConsent.objects.count() == 0
    assert editor.post("/admin/patient-consents/new/", fields).status_code == 302
    paper = PatientConsent.objects.get()
    assert list(paper.images.all()) == [image]
    assert paper.recorded_by.username == "editor"
    assert not image.is_withheld


def test_one_click_withdraws_and_one_undoes(editor):
    paper = consent()
    url = f"/admin/patient-consents/withdraw/{paper.pk}/"
    assert editor.get(url).status_code == 405
    editor.post(url)
    paper.refresh_from_db()
    assert paper.withdrawn_at is not None
    editor.post(url, {"undo": "1"})
    paper.refresh_from_db()
    assert paper.withdrawn_at is None


def test_paper_is_for_who_recorded_it_and_who_looks_after_it(editor):
    paper = consent()
    url = f"/admin/patient-consents/document/{paper.pk}/"
    response = editor.get(url)
    assert b"".join(response.streaming_content).startswith(b"%PDF-1.7")
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Cache-Control"].startswith("private, no-store")
    assert AuditEntry.objects.filter(action="patient_consent.read").count() == 1
    clinician = signed_in(Role.CLINICIAN)
    assert clinician.get(url).status_code in (302, 403)
    PatientConsent.objects.update(recorded_by=User.objects.get(username="clinician"))
    assert clinician.get(url).status_code == 200
    assert clinician.post(f"/admin/patient-consents/withdraw/{paper.pk}/").status_code != 200
    paper.refresh_from_db()
    assert paper.withdrawn_at is None
    assert signed_in(Role.MARKETING).get(url).status_code in (302, 403)
