"""An import basis gives profiling consent in bulk, and never over anyone's own word."""

import pytest

from people.models import Consent, ConsentEvent
from people.roles import Role
from people.selectors import has_consent
from people.services.consent import (
    record_import_basis,
    replace_import_basis,
    undo_import_basis,
    withdraw_consent,
)
from people.services.merging import merge_people
from people.signals import consent_withdrawn
from tests.factories.people import PersonFactory, make_person, make_staff
from tests.factories.tracking import agree

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return make_staff(Role.ADMINISTRATOR)


@pytest.fixture
def parted():
    """The ids of the people whose withdrawal was told, in order."""
    heard = []

    def hear(sender, person, **kwargs):
        heard.append(person.pk)

    consent_withdrawn.connect(hear)
    yield heard
    consent_withdrawn.disconnect(hear)


def test_record_import_basis_gives_profiling_alone_and_only_to_the_undecided():
    people = PersonFactory.create_batch(3)
    withdrew = make_person(profiling=True)
    withdraw_consent(person=withdrew)
    agreed = make_person(profiling=True)
    ids = [person.pk for person in [*people, withdrew, agreed]]
    assert record_import_basis(people=ids, basis="paper forms", file_hash="f" * 64) == 3
    assert record_import_basis(people=ids, basis="paper forms", file_hash="f" * 64) == 0
    for person in people:
        assert has_consent(person=person, purpose="profiling")
        assert not has_consent(person=person, purpose="marketing")
    assert not has_consent(person=withdrew, purpose="profiling")
    event = ConsentEvent.objects.get(subject=f"person:{people[0].external_id}")
    assert (event.method, event.basis, event.file_hash) == ("import", "paper forms", "f" * 64)


def test_record_import_basis_needs_a_basis():
    with pytest.raises(ValueError, match="basis"):
        record_import_basis(people=[PersonFactory().pk], basis="  ")


def test_record_import_basis_works_in_chunks(django_assert_max_num_queries):
    ids = [person.pk for person in PersonFactory.create_batch(3)]
    with django_assert_max_num_queries(7):
        record_import_basis(people=ids, basis="forms")


def test_undo_import_basis_takes_back_what_still_rests_on_the_file():
    first, second, other = PersonFactory.create_batch(3)
    record_import_basis(people=[first.pk, second.pk], basis="forms", file_hash="a")
    record_import_basis(people=[other.pk], basis="forms", file_hash="b")
    withdraw_consent(person=second)
    assert undo_import_basis(file_hash="a") == [first.pk]
    assert not has_consent(person=first, purpose="profiling")
    assert has_consent(person=other, purpose="profiling")
    assert not Consent.objects.filter(person=first).exists()
    assert record_import_basis(people=[first.pk, second.pk], basis="forms", file_hash="a") == 1


def test_undo_import_basis_tells_no_withdrawal_of_a_human_who_agreed_as_another_record(
    admin, parted
):
    old, alone = PersonFactory.create_batch(2)
    stands = make_person(profiling=True)
    record_import_basis(people=[old.pk, alone.pk], basis="forms", file_hash="a")
    merge_people(person=old, into=stands, by=admin)
    assert undo_import_basis(file_hash="a") == [old.pk, alone.pk]
    assert parted == [alone.pk]
    assert has_consent(person=stands, purpose="profiling")
    assert not Consent.objects.filter(person=old).exists()


def test_undo_import_basis_tells_the_withdrawal_of_a_human_whose_records_rest_on_it(admin, parted):
    stands, old = PersonFactory.create_batch(2)
    record_import_basis(people=[stands.pk, old.pk], basis="forms", file_hash="a")
    merge_people(person=old, into=stands, by=admin)
    undo_import_basis(file_hash="a")
    assert parted == [stands.pk, old.pk]


@pytest.mark.parametrize("named", ["stands", "old"])
def test_no_import_basis_goes_over_what_a_human_refused_as_another_record(admin, named):
    stands, old = PersonFactory.create_batch(2)
    agree(person=old, profiling=False)
    merge_people(person=old, into=stands, by=admin)
    ids = {"stands": stands.pk, "old": old.pk}
    assert record_import_basis(people=[ids[named]], basis="forms", file_hash="a") == 0
    assert not has_consent(person=stands, purpose="profiling")


def test_no_import_basis_goes_over_what_the_one_who_stands_refused(admin):
    stands, old = PersonFactory.create_batch(2)
    agree(person=stands, profiling=False)
    merge_people(person=old, into=stands, by=admin)
    assert record_import_basis(people=[old.pk], basis="forms", file_hash="a") == 0
    assert not Consent.objects.filter(person=old).exists()


def test_an_import_basis_that_replaces_another_goes_not_over_what_a_human_refused_as_another_record(
    admin,
):
    stands, old = PersonFactory.create_batch(2)
    agree(person=old, profiling=False)
    record_import_basis(people=[stands.pk], basis="forms", file_hash="a")
    merge_people(person=old, into=stands, by=admin)
    replace_import_basis(people=[stands.pk], old_file_hash="a", basis="forms", file_hash="b")
    assert not has_consent(person=stands, purpose="profiling")
