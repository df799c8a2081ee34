"""Two records side by side, what merging them would do, doing it, and taking it back."""

import re

import pytest

from outbox.models import AuditEntry
from people.models import Person
from people.roles import Role
from people.services.consent import withdraw_consent
from people.services.merging import merge_people
from tests.factories.leads import prospect, staff, topic_named, warm

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/people/merging/"


@pytest.fixture
def admin(client):
    user = staff(Role.ADMINISTRATOR)
    client.force_login(user)
    return user


@pytest.fixture
def two():
    old = prospect("Ann Lee", email="ann@example.org", imported_key="crm-7")
    kept = prospect("Anne Lee", email="anne@example.org")
    warm(kept, topic_named("Gums"), heat=2.0)
    return old, kept


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_two_records_are_found_by_contact_and_key_and_stand_side_by_side(client, admin, two):
    page = client.get(ADDRESS, {"person": "crm-7", "into": " Anne@Example.org "})
    seen = plain(page.text)
    assert "Name Ann Lee Anne Lee" in seen
    assert "Contacts ann@example.org anne@example.org" in seen
    assert "Imported key crm-7 –" in seen
    assert "Either contact signs in to Anne Lee." in seen
    assert "Interests: agreed." in seen
    assert "What only the first record says" not in seen
    assert "are deleted" not in seen
    looks = AuditEntry.objects.filter(action="person.viewed", actor=f"user:{admin.pk}")
    assert {row.subject for row in looks} == {f"person:{one.external_id}" for one in two}
    assert not Person.objects.exclude(merged_into=None).exists()


def test_what_the_record_that_stands_takes_over_is_said_before(client, admin, two):
    Person.objects.filter(pk=two[1].pk).update(display_name="")
    page = client.get(ADDRESS, {"person": "crm-7", "into": "anne@example.org"})
    assert "What only the first record says holds for both: Name." in plain(page.text)


def test_what_a_refusal_takes_from_both_is_said_before(client, admin, two):
    old, kept = two
    withdraw_consent(person=old)
    seen = plain(client.get(ADDRESS, {"person": old.external_id, "into": kept.external_id}).text)
    assert "Interests: not agreed." in seen
    assert "Readings, interests and tags of both are deleted" in seen


def test_merging_and_taking_it_back(client, admin, two):
    old, kept = two
    given = {"person": old.external_id, "into": kept.external_id}
    said = plain(client.post(ADDRESS, given, follow=True).text)
    assert "Anne Lee stands for both from now on." in said
    assert "Ann Lee Anne Lee" in said
    old.refresh_from_db()
    assert old.merged_into == kept
    said = plain(client.post(f"{ADDRESS}{old.external_id}/undo/", follow=True).text)
    assert "both stand for themselves again" in said
    assert "Nobody is merged." in said
    old.refresh_from_db()
    assert old.merged_into is None


def test_two_humans_are_not_merged_and_the_screen_says_why(client, admin, two):
    old, kept = two
    Person.objects.filter(pk=old.pk).update(guardian=kept)
    given = {"person": old.external_id, "into": kept.external_id}
    assert "guardian" in plain(client.get(ADDRESS, given).text)
    page = client.post(ADDRESS, given)
    assert page.status_code == 422
    old.refresh_from_db()
    assert old.merged_into is None


def test_an_unverified_contact_finds_nobody(client, admin, two):
    old, kept = two
    kept.contact_points.update(verified_at=None)
    seen = plain(client.get(ADDRESS, {"person": "crm-7", "into": "anne@example.org"}).text)
    assert "Nobody has this id, key or verified contact." in seen
    assert "Side by side" not in seen


@pytest.mark.parametrize("role", [Role.MARKETING, Role.CONSULTANT, Role.EDITOR])
def test_nobody_else_compares_merges_or_parts(client, admin, two, role):
    old, kept = two
    client.force_login(staff(role))
    given = {"person": old.external_id, "into": kept.external_id}
    assert "Side by side" not in client.get(ADDRESS, given, follow=True).text
    client.post(ADDRESS, given)
    assert not Person.objects.exclude(merged_into=None).exists()
    merge_people(person=old, into=kept, by=admin)
    client.post(f"{ADDRESS}{old.external_id}/undo/")
    old.refresh_from_db()
    assert old.merged_into == kept


def test_the_page_of_a_person_leads_to_merging_for_administrators_alone(client, admin, two):
    address = f"/admin/lead-people/{two[0].external_id}/"
    assert f"{ADDRESS}?person={two[0].external_id}" in client.get(address).text
    client.force_login(staff(Role.CONSULTANT))
    assert ADDRESS not in client.get(address).text
