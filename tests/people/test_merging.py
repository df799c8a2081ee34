"""Two records of one human: merged by staff alone, undone by staff, and strict about consent."""

import pytest
from django.core.exceptions import PermissionDenied

from outbox.models import AuditEntry
from people.models import ContactVerification, Person, Purpose
from people.notices import CURRENT
from people.roles import Role
from people.selectors import (
    consenting_person_ids,
    consents_given,
    has_consent,
    person_of_contact,
    person_of_user,
)
from people.services.access import build_access_report
from people.services.consent import record_consent, withdraw_consent
from people.services.erasure import erase_person
from people.services.merging import MergeRefused, consequences_of, merge_people, undo_merge
from people.services.sign_in import complete_sign_in
from people.services.visitors import join_visitor
from tests.factories.people import (
    ContactPointFactory,
    PersonFactory,
    UserFactory,
    make_person,
    make_staff,
    make_visitor,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return make_staff(Role.ADMINISTRATOR)


def refuse(person) -> None:
    decide(person, given=False)


def decide(person, *, given: bool) -> None:
    record_consent(
        person=person, purposes={Purpose.PROFILING: given}, notice=CURRENT, language="en",
        method="panel",
    )  # fmt: skip


def agrees(person) -> bool:
    return has_consent(person=Person.objects.get(pk=person.pk), purpose=Purpose.PROFILING)


def test_a_merge_is_a_redirect_that_undoing_clears(admin):
    old, kept = PersonFactory(), PersonFactory()
    merge_people(person=old, into=kept, by=admin)
    old.refresh_from_db()
    assert (old.merged_into, old.merged_at is not None) == (kept, True)
    undo_merge(person=old, by=admin)
    undo_merge(person=old, by=admin)
    old.refresh_from_db()
    assert (old.merged_into, old.merged_at) == (None, None)
    told = AuditEntry.objects.filter(subject=f"person:{old.external_id}").order_by("pk")
    assert [(row.action, row.actor, row.detail) for row in told] == [
        ("person.merged", f"user:{admin.pk}", {"into": kept.external_id}),
        ("person.merge_undone", f"user:{admin.pk}", {"into": kept.external_id}),
    ]


def test_what_only_the_merged_one_says_holds_for_both_until_it_is_undone(admin):
    old = PersonFactory(display_name="王秀英", birth_year=1960, language="zh-hans", source="WeChat")
    older = PersonFactory(display_name="王秀英", birth_year=1960)
    kept = PersonFactory(display_name="", birth_year=None, language="en", source="")
    assert consequences_of(person=old, into=kept).lends == ("display_name", "birth_year", "source")
    merge_people(person=old, into=kept, by=admin)
    merge_people(person=older, into=kept, by=admin)
    kept.refresh_from_db()
    assert (kept.display_name, kept.birth_year, kept.language) == ("王秀英", 1960, "en")
    Person.objects.filter(pk=kept.pk).update(source="open day")  # put right by hand since

    undo_merge(person=old, by=admin)
    kept.refresh_from_db()
    assert (kept.display_name, kept.source) == ("王秀英", "open day")  # the older one says it, too
    undo_merge(person=older, by=admin)
    undo_merge(person=older, by=admin)
    kept.refresh_from_db()
    assert (kept.display_name, kept.birth_year, kept.language) == ("", None, "en")
    assert list(Person.objects.filter(lent={}).order_by("pk")) == [old, older, kept]


@pytest.mark.parametrize(
    "role", [Role.MARKETING, Role.CONSULTANT, Role.CLINICIAN, Role.EDITOR, Role.REVIEWER]
)
def test_only_administrators_merge_and_undo(admin, role):
    old, kept, other = PersonFactory(), PersonFactory(), make_staff(role)
    with pytest.raises(PermissionDenied):
        merge_people(person=old, into=kept, by=other)
    merge_people(person=old, into=kept, by=admin)
    with pytest.raises(PermissionDenied):
        undo_merge(person=old, by=other)
    old.refresh_from_db()
    assert old.merged_into == kept


TWO_HUMANS = (
    "one record",
    "parent and child",
    "child and parent",
    "child and somebody without a year",
    "children of other years",
    "children of two guardians",
    "born in other years",
    "staff",
    "into staff",
    "merged already",
    "into one who is merged",
    "one with others behind",
)


def family() -> dict[str, tuple[Person, Person]]:
    parent = PersonFactory(birth_year=1985)
    other = PersonFactory(birth_year=1986)
    child = PersonFactory(birth_year=2018, guardian=parent)
    old, kept = PersonFactory(), PersonFactory()
    merged = PersonFactory(merged_into=kept)
    return {
        "one record": (old, old),
        "parent and child": (child, parent),
        "child and parent": (parent, child),
        "child and somebody without a year": (child, old),
        "children of other years": (child, PersonFactory(birth_year=2019, guardian=parent)),
        "children of two guardians": (child, PersonFactory(birth_year=2018, guardian=other)),
        "born in other years": (parent, other),
        "staff": (make_person(user=make_staff(Role.CLINICIAN)), old),
        "into staff": (old, make_person(user=make_staff(Role.CLINICIAN))),
        "merged already": (merged, old),
        "into one who is merged": (old, merged),
        "one with others behind": (kept, old),
    }


@pytest.mark.parametrize("case", TWO_HUMANS)
def test_two_humans_are_refused(admin, case):
    person, into = family()[case]
    before = person.merged_into
    with pytest.raises(MergeRefused):
        merge_people(person=person, into=into, by=admin)
    person.refresh_from_db()
    assert person.merged_into == before
    assert consequences_of(person=person, into=into).refusal


def test_two_records_of_one_child_may_be_merged(admin):
    parent = PersonFactory()
    old, kept = (PersonFactory(birth_year=2018, guardian=parent) for _ in range(2))
    merge_people(person=old, into=kept, by=admin)
    old.refresh_from_db()
    assert old.merged_into == kept


@pytest.mark.parametrize(
    ("old", "kept", "holds"),
    [
        (True, True, True),
        (None, True, True),
        (False, True, False),
        (True, False, False),
        (True, None, False),
        (None, None, False),
    ],
)
def test_the_stricter_word_holds(admin, old, kept, holds):
    people = []
    for given in (old, kept):
        people.append(PersonFactory())
        if given is not None:
            decide(people[-1], given=given)
    expected = consequences_of(person=people[0], into=people[1])
    assert expected.consents[Purpose.PROFILING] is holds
    assert expected.profile_lost is (not holds and bool(old or kept))
    merge_people(person=people[0], into=people[1], by=admin)
    assert [agrees(one) for one in people] == [holds, holds]
    listed = set(consenting_person_ids(Purpose.PROFILING).values_list("person_id", flat=True))
    assert listed == ({people[1].pk} if holds else set())
    undo_merge(person=people[0], by=admin)
    assert [agrees(one) for one in people] == [bool(old), bool(kept)]


def test_a_refusal_of_the_other_record_is_what_the_reader_is_shown(admin):
    old, kept = PersonFactory(), make_person(profiling=True)
    refuse(old)
    merge_people(person=old, into=kept, by=admin)
    assert consents_given(person=kept) == {"profiling": False, "marketing": False}


def test_what_they_decide_after_the_merge_counts(admin):
    old, kept = PersonFactory(), make_person(profiling=True)
    refuse(old)
    merge_people(person=old, into=kept, by=admin)
    assert not agrees(kept)
    decide(kept, given=True)
    assert agrees(kept)
    assert consents_given(person=kept) == {"profiling": True, "marketing": False}
    withdraw_consent(person=Person.objects.get(pk=old.pk))
    assert not agrees(kept)


def test_withdrawing_reaches_every_record_and_browser(admin):
    old, kept = (make_person(profiling=True) for _ in range(2))
    visitor = make_visitor()
    assert join_visitor(visitor=visitor, person=old, actor="test")
    merge_people(person=old, into=kept, by=admin)
    assert has_consent(visitor=visitor, purpose=Purpose.PROFILING)
    withdraw_consent(person=kept)
    undo_merge(person=old, by=admin)
    assert [agrees(old), agrees(kept)] == [False, False]
    visitor.refresh_from_db()
    assert visitor.withdrawn_at is not None


def test_refusing_reaches_every_record_too(admin):
    old, kept = (make_person(profiling=True) for _ in range(2))
    merge_people(person=old, into=kept, by=admin)
    refuse(kept)
    undo_merge(person=old, by=admin)
    assert [agrees(old), agrees(kept)] == [False, False]


def test_either_contact_signs_in_to_the_one_who_stands(admin):
    old, kept = (PersonFactory(user=UserFactory()) for _ in range(2))
    contacts = [ContactPointFactory(person=one) for one in (old, kept)]
    merge_people(person=old, into=kept, by=admin)
    for contact in contacts:
        assert person_of_contact(kind="email", value=contact.value) == kept
        verification = ContactVerification.objects.create(
            kind="email", value=contact.value, browser_hash="b", used_at=contact.verified_at,
            expires_at=contact.verified_at,
        )  # fmt: skip
        signed_in = complete_sign_in(
            verification=verification, visitor=None, purposes={}, notice=CURRENT, language="en"
        )
        assert (signed_in.person, signed_in.user) == (kept, kept.user)
    assert person_of_user(old.user_id) == kept


def test_a_browser_of_the_other_record_is_theirs(admin):
    old, kept = (make_person(profiling=True) for _ in range(2))
    visitor = make_visitor()
    join_visitor(visitor=visitor, person=old, actor="test")
    stranger = make_person(profiling=True)
    merge_people(person=old, into=kept, by=admin)
    visitor.refresh_from_db()
    assert join_visitor(visitor=visitor, person=kept, actor="test")
    assert not join_visitor(visitor=visitor, person=stranger, actor="test")


@pytest.mark.parametrize("by_the_redirect", [False, True])
def test_erasing_one_erases_both(admin, by_the_redirect, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    old, kept, other = make_person(), make_person(), make_person()
    for one in (old, kept):
        ContactPointFactory(person=one)
    merge_people(person=old, into=kept, by=admin)
    erase_person(person=Person.objects.get(pk=(old if by_the_redirect else kept).pk), actor="test")
    assert set(Person.objects.values_list("pk", flat=True)) == {other.pk}


@pytest.mark.parametrize("by_the_redirect", [False, True])
def test_the_access_report_holds_what_every_record_has(admin, by_the_redirect):
    old, kept = (make_person(profiling=True) for _ in range(2))
    contacts = [ContactPointFactory(person=one).value for one in (old, kept)]
    merge_people(person=old, into=kept, by=admin)
    report = build_access_report(
        person=Person.objects.get(pk=(old if by_the_redirect else kept).pk)
    )
    assert report["person"] == kept.external_id
    rows = {part["model"]: part["rows"] for part in report["data"]}
    assert {row["value"] for row in rows["people.ContactPoint"]} == set(contacts)
    assert {row["id"] for row in rows["people.Person"]} == {old.external_id, kept.external_id}
    assert len(rows["people.ConsentEvent"]) == 2
