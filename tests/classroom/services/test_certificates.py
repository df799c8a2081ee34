"""Certificates: issued once when the rule is met, in the words of the day, open to verification."""

import pytest
from django.urls import reverse

from classroom.models import Certificate, Enrolment
from classroom.services.certificates import NotCompleted, issue_certificate, revoke_certificate
from classroom.services.learning import enrol, mark_done
from outbox.models import AuditEntry
from people.services.erasure import erase_person
from tests.factories import content
from tests.factories.people import make_person, make_signed_in
from tests.factories.reviews import change

pytestmark = pytest.mark.django_db


def completed(person, **fields):
    course = content.course(title="Gums first", author=content.clinician("Dr Heron"), **fields)
    module = content.module(course, minutes=7)
    enrol(person=person, course=course)
    mark_done(person=person, module=module)
    return course


def test_issued_once_with_the_name_that_was_given_first():
    person = make_person()
    course = completed(person)
    one = issue_certificate(person=person, course=course, holder_name="  Mei   Lin ")
    two = issue_certificate(person=person, course=course, holder_name="Somebody else")
    assert (one, one.holder_name) == (two, "Mei Lin")
    assert (one.course_title, one.clinician_name, one.minutes) == ("Gums first", "Dr Heron", 7)


def test_none_before_completion_without_a_name_or_where_there_is_none_to_give():
    person = make_person()
    course = content.course()
    content.module(course)
    enrol(person=person, course=course)
    with pytest.raises(NotCompleted):
        issue_certificate(person=person, course=course, holder_name="Mei")
    with pytest.raises(NotCompleted):
        issue_certificate(
            person=person, course=completed(person, gives_certificate=False), holder_name="Mei"
        )
    with pytest.raises(ValueError, match="name"):
        issue_certificate(person=person, course=completed(person), holder_name="  ")
    assert not Certificate.objects.exists()


def test_what_becomes_of_the_course_changes_no_certificate(client):
    person = make_person()
    course = completed(person)
    certificate = issue_certificate(person=person, course=course, holder_name="Mei")
    change(course, title="Renamed")
    course.delete()
    html = client.get(reverse("verify_certificate", args=[certificate.serial])).content.decode()
    assert "Gums first" in html and "Mei" in html and "is valid" in html


def test_revoking_shows_on_the_verification_page_and_is_audited_once(client):
    person = make_person()
    certificate = issue_certificate(person=person, course=completed(person), holder_name="Mei")
    for _ in range(2):
        revoke_certificate(certificate=certificate, reason="Wrong person", actor="user:1")
    html = client.get(reverse("verify_certificate", args=[certificate.serial])).content.decode()
    assert "was revoked" in html and "is valid" not in html
    assert "Wrong person" not in html
    assert AuditEntry.objects.filter(action="certificate_revoked").count() == 1


def test_verification_names_nobody_but_the_holder_and_a_wrong_number_is_not_there(client):
    person = make_signed_in(client, display_name="Real Name")
    certificate = issue_certificate(person=person, course=completed(person), holder_name="M. L.")
    client.logout()
    response = client.get(reverse("verify_certificate", args=[certificate.serial]))
    html = response.content.decode()
    assert "M. L." in html
    assert "Real Name" not in html and person.external_id not in html
    assert 'content="noindex' in html and "no-store" in response["Cache-Control"]
    shapes = set()
    for serial in (certificate.serial[:-1] + "_", "x" * 20, "q" * 8):
        answer = client.get(reverse("verify_certificate", args=[serial]))
        shapes.add((answer.status_code, answer.content.decode().replace(serial, "")))
    assert len(shapes) == 1 and shapes.pop()[0] == 404


def test_the_sheet_to_print_is_its_holders_alone(client):
    person = make_signed_in(client)
    certificate = issue_certificate(person=person, course=completed(person), holder_name="Mei")
    address = reverse("my_certificate", args=[certificate.serial])
    html = client.get(address).content.decode()
    assert reverse("verify_certificate", args=[certificate.serial]) in html
    assert "data:image/svg+xml" in html
    make_signed_in(client)
    assert client.get(address).status_code == 404
    client.logout()
    assert client.get(address).status_code == 302


def test_erasing_the_person_takes_everything(client):
    person = make_person()
    certificate = issue_certificate(person=person, course=completed(person), holder_name="Mei")
    erase_person(person=person, actor="system")
    assert not Enrolment.objects.exists() and not Certificate.objects.exists()
    assert client.get(reverse("verify_certificate", args=[certificate.serial])).status_code == 404
