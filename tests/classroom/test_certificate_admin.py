"""Certificates in the admin: administrators find and revoke them, nobody else sees them."""

import pytest
from django.urls import reverse

from classroom.models import Certificate
from classroom.services.certificates import issue_certificate
from classroom.services.learning import enrol, mark_done
from people.roles import Role
from people.services.roles import ensure_roles
from tests.factories import content
from tests.factories.people import make_person, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate():
    ensure_roles()
    person = make_person()
    course = content.course(title="Gums first")
    enrol(person=person, course=course)
    mark_done(person=person, module=content.module(course))
    return issue_certificate(person=person, course=course, holder_name="Mei Lin")


def test_an_administrator_finds_a_certificate_and_revokes_it(client, certificate):
    client.force_login(make_staff(Role.ADMINISTRATOR))
    for query, found in (("", True), (certificate.serial, True), ("nobody", False)):
        html = client.get(reverse("certificates:index"), {"q": query}).content.decode()
        assert ("Mei Lin" in html) is found, query
    assert reverse("certificates:index") in client.get("/admin/").content.decode()
    address = reverse("certificates:certificate", args=[certificate.pk])
    assert client.post(address, {"reason": ""}).status_code == 200
    assert Certificate.objects.get().revoked_at is None
    assert client.post(address, {"reason": "Issued in error"}).status_code == 302
    assert Certificate.objects.get().revoked_reason == "Issued in error"


@pytest.mark.parametrize("role", [Role.EDITOR, Role.CLINICIAN, Role.MARKETING])
def test_other_roles_see_no_certificate(client, certificate, role):
    client.force_login(make_staff(role))
    address = reverse("certificates:certificate", args=[certificate.pk])
    for url in (reverse("certificates:index"), address):
        assert client.get(url).status_code in (302, 403)
    client.post(address, {"reason": "x"})
    assert Certificate.objects.get().revoked_at is None
    assert reverse("certificates:index") not in client.get("/admin/").content.decode()
