"""Pairs that may be one human: what speaks for each, which are never proposed, and what staff say."""

import re
from datetime import date

import pytest
from django.contrib.auth.models import Permission
from django.core.cache import cache

from leads.models import NotTheSame
from leads.selectors import duplicates
from leads.selectors.duplicates import proposed_pairs
from leads.services.duplicates import tell_apart
from outbox.models import AuditEntry
from people.models import Branch, ContactPoint, Person, User
from people.registry import entry_of
from people.roles import Role
from people.services.merging import merge_people, undo_merge
from tests.factories.leads import prospect, staff

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/people/duplicates/"


@pytest.fixture
def admin(client):
    cache.delete(duplicates.COUNTED)
    user = staff(Role.ADMINISTRATOR)
    client.force_login(user)
    return user


def boss() -> User:
    """Somebody who sees everybody."""
    return User(is_superuser=True)


def imported(name: str = "", *, email: str = "", phone: str = "", **fields) -> Person:
    """A person with contacts that nobody confirmed."""
    person = prospect(name, profiling=False, **fields)
    for kind, value in (("email", email), ("phone", phone)):
        if value:
            ContactPoint.objects.create(person=person, kind=kind, value=value)
    return person


def twins(name: str = "Ann Lee", *, year: int = 1980) -> tuple[Person, Person]:
    """Two records with one name and year of birth."""
    return imported(name, birth_year=year), imported(name, birth_year=year)


def evidence() -> list[list[str]]:
    return [
        [str(words) for words in pair.evidence] for pair in proposed_pairs(seen_by=boss()).pairs
    ]


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_an_imported_contact_of_one_that_another_confirmed():
    old = imported("Ann", phone="+8613800000000")
    sure = prospect("Lee", phone="+8613800000000")
    (pair,) = proposed_pairs(seen_by=boss()).pairs
    assert (pair.person, pair.into) == (old, sure)
    assert evidence() == [["One phone number: confirmed by one, imported with the other."]]


def test_a_contact_imported_with_both_keeps_the_older():
    first, second = imported("Ann", email="a@example.org"), imported("Lee", email="a@example.org")
    (pair,) = proposed_pairs(seen_by=boss()).pairs
    assert (pair.person, pair.into) == (second, first)
    assert evidence() == [["One e-mail address, imported with both."]]


def test_the_same_name_is_compared_without_width_case_and_spaces():
    imported("Ann  Lee", birth_year=1980)
    imported("ＡＮＮ lee", birth_year=1980)
    imported("Ann Lees", birth_year=1980)
    assert evidence() == [["The same name and year of birth."]]


def test_the_same_name_counts_with_branch_and_source_only_where_both_are_the_same():
    branch = Branch.objects.create(slug="harbour", name="Harbour")
    imported("Ann Lee", branch=branch, source="crm")
    imported("Ann Lee", branch=branch, source="fair")
    imported("Ann Lee", branch=branch)
    imported("Ann Lee", branch=branch)
    imported("Ann Lee", source="crm")
    assert evidence() == []
    imported("ann lee", branch=branch, source="crm", birth_year=1990)
    assert evidence() == [["The same name and branch, and they came from the same place."]]


def test_several_kinds_of_evidence_stand_together_and_the_strongest_pair_first():
    twins("Bo Li")
    imported("Ann Lee", birth_year=1980, email="a@example.org")
    prospect("Ann Lee", birth_year=1980, email="a@example.org")
    assert evidence() == [
        [
            "One e-mail address: confirmed by one, imported with the other.",
            "The same name and year of birth.",
        ],
        ["The same name and year of birth."],
    ]


def test_what_merging_refuses_is_never_proposed():
    this_year = date.today().year
    mother = prospect("Mother", phone="+8613800000001")
    imported("Child", phone="+8613800000001", guardian=mother)
    imported("Ann", birth_year=1980, phone="+8613800000002")
    imported("Bea", birth_year=1981, phone="+8613800000002")
    imported("Cai", birth_year=this_year - 5, phone="+8613800000003")
    imported("Dai", phone="+8613800000003")
    for number, rights in enumerate(({"is_staff": True}, {"is_superuser": True}, {}, {})):
        login = User.objects.create_user(f"colleague-{number}", **rights)
        if number == 2:
            login.user_permissions.add(Permission.objects.get(codename="access_admin"))
        if number == 3:
            login = staff(Role.CONSULTANT)
        imported(f"Works {number}", birth_year=1970, user=login, email=f"w{number}@example.org")
        imported(f"Works {number}", birth_year=1970, email=f"w{number}@example.org")
    assert evidence() == []
    reader = User.objects.create_user("reader")
    imported("Works 0", birth_year=1970, user=reader)
    assert evidence() == [["The same name and year of birth."]]


def test_what_many_share_says_nothing():
    for number in range(duplicates.SHARED_BY + 1):
        imported(f"Of a company {number}", phone="+8613800000001")
        imported("Wang Wei", birth_year=1980)
    assert evidence() == []


def test_a_merge_takes_the_pair_away_and_undoing_brings_it_back(admin):
    one, other = twins()
    merge_people(person=other, into=one, by=admin)
    assert proposed_pairs(seen_by=boss()).total == 0
    undo_merge(person=other, by=admin)
    assert proposed_pairs(seen_by=boss()).total == 1


def test_who_stands_for_others_stays_and_two_such_are_not_proposed(admin):
    first, second = twins()
    merge_people(person=imported("Old"), into=second, by=admin)
    (pair,) = proposed_pairs(seen_by=boss()).pairs
    assert (pair.person, pair.into) == (first, second)
    merge_people(person=imported("Older"), into=first, by=admin)
    assert proposed_pairs(seen_by=boss()).total == 0


def test_whom_staff_told_apart_stay_apart_though_one_is_merged(admin):
    one, other = twins()
    tell_apart(one=other, other=one, by=admin)
    tell_apart(one=one, other=other, by=admin)
    row = NotTheSame.objects.get()
    assert (row.one, row.other, row.by) == (one, other, admin)
    assert proposed_pairs(seen_by=boss()).total == 0
    stands = imported("Ann Lee", birth_year=1980)
    merge_people(person=one, into=stands, by=admin)
    assert proposed_pairs(seen_by=boss()).total == 0
    undo_merge(person=one, by=admin)
    assert proposed_pairs(seen_by=boss()).total == 2


def test_at_most_so_many_are_shown_and_all_are_counted(monkeypatch):
    monkeypatch.setattr(duplicates, "SHOWN", 2)
    for number in range(3):
        twins(f"Twin {number}")
    found = proposed_pairs(seen_by=boss())
    assert (len(found.pairs), found.total) == (2, 3)


def test_as_many_queries_for_three_pairs_as_for_one(django_assert_num_queries):
    twins("Ann")
    with django_assert_num_queries(5):
        assert proposed_pairs(seen_by=boss()).total == 1
    for number in range(2):
        imported(email=f"{number}@example.org")
        prospect(email=f"{number}@example.org")
    with django_assert_num_queries(5):
        assert proposed_pairs(seen_by=boss()).total == 3


def test_the_screen_leads_to_comparing_remembers_and_takes_back(
    client, admin, django_capture_on_commit_callbacks
):
    one, other = twins()
    page = client.get(ADDRESS)
    assert (
        f"/admin/people/merging/?person={other.external_id}&amp;into={one.external_id}" in page.text
    )
    assert "1 pair " in plain(page.text)
    look = AuditEntry.objects.get(action="duplicates.viewed")
    assert look.detail == {"people": sorted([one.external_id, other.external_id])}
    assert "1 pair of records to compare" in client.get("/admin/").text
    with django_capture_on_commit_callbacks(execute=True):
        given = {"one": other.external_id, "other": one.external_id}
        said = plain(client.post(ADDRESS, given, follow=True).text)
    assert "No two records look like one human." in said
    assert "Ann Lee · Ann Lee" in said
    assert "to compare" not in client.get("/admin/").text
    client.post(ADDRESS, {"again": NotTheSame.objects.get().pk})
    assert proposed_pairs(seen_by=boss()).total == 1
    acts = AuditEntry.objects.filter(action__contains="apart").order_by("pk")
    assert [(act.action, act.subject, act.detail) for act in acts] == [
        (action, f"person:{one.external_id}", {"other": other.external_id})
        for action in ("person.told_apart", "person.telling_apart_undone")
    ]


@pytest.mark.parametrize(
    "given", [{}, {"again": "x"}, {"again": "99"}, {"one": "no", "other": "no"}]
)
def test_what_does_not_exist_is_not_found(client, admin, given):
    assert client.post(ADDRESS, given).status_code == 404


def test_nobody_is_told_apart_from_themself(client, admin):
    given = dict.fromkeys(("one", "other"), imported("Ann").external_id)
    assert client.post(ADDRESS, given).status_code == 404


@pytest.mark.parametrize("role", [Role.MARKETING, Role.CONSULTANT, Role.EDITOR])
def test_nobody_else_sees_or_decides(client, admin, role):
    one, other = twins()
    client.force_login(staff(role))
    assert "Ann Lee" not in client.get(ADDRESS, follow=True).text
    assert "to compare" not in client.get("/admin/").text
    client.post(ADDRESS, {"one": one.external_id, "other": other.external_id})
    assert not NotTheSame.objects.exists()


def test_it_goes_with_either_person_and_the_report_does_not_name_the_other(admin):
    entry = entry_of(NotTheSame)
    for erased in (0, 1):
        pair = twins()
        row = tell_apart(one=pair[0], other=pair[1], by=admin)
        assert entry.reporter(pair[erased], []) == [{"at": row.at.isoformat()}]
        assert entry.eraser(pair[erased], []) == 1
        assert not NotTheSame.objects.exists()
