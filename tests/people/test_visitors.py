"""Visitors: tokens nobody can forge, and a history that joins a person only with consent."""

import pytest
from django.db import transaction
from django.utils import timezone

from people.models import Consent, ConsentEvent, Person, Visitor, VisitorLink
from people.selectors import has_consent
from people.services.consent import record_consent, withdraw_consent
from people.services.holding import hold_visitors
from people.services.visitors import (
    BadToken,
    create_visitor,
    issue_token,
    join_visitor,
    part_visitor,
    visitor_for_person,
    visitor_of_token,
)
from tests.factories.people import PersonFactory, make_person, make_visitor

pytestmark = pytest.mark.django_db
WORDS = {"notice": "2026-11", "language": "en", "method": "panel"}


def join(visitor, person) -> bool:
    joined = join_visitor(visitor=visitor, person=person, actor="system")
    visitor.refresh_from_db()
    return joined


def test_visitor_of_token_returns_whose_it_is():
    visitor = make_visitor()
    assert visitor_of_token(issue_token(visitor)) == visitor


def test_visitor_of_token_refuses_what_is_not_ours():
    token = issue_token(make_visitor())
    first = "1" if token[0] != "1" else "2"
    for forged in (token + "x", first + token[1:], token.partition(":")[0], "", "a:b:c"):
        with pytest.raises(BadToken):
            visitor_of_token(forged)


def test_visitor_of_token_refuses_one_that_was_erased():
    visitor = make_visitor()
    token = issue_token(visitor)
    visitor.delete()
    with pytest.raises(BadToken):
        visitor_of_token(token)


@pytest.mark.parametrize("sign", ["the consent", "the visitor"])
def test_either_sign_of_a_withdrawal_is_enough_to_keep_no_event(sign):
    visitor = create_visitor(purposes={"profiling": True, "marketing": False}, **WORDS)[0]
    with transaction.atomic():
        assert hold_visitors([visitor.public_id])[visitor.public_id] is not None
    if sign == "the consent":
        Consent.objects.filter(visitor=visitor).update(given=False)
    else:
        Visitor.objects.filter(pk=visitor.pk).update(withdrawn_at=timezone.now())
    with transaction.atomic():
        assert hold_visitors([visitor.public_id]) == {visitor.public_id: None}


def test_a_joined_browser_keeps_no_event_without_its_persons_consent():
    visitor, person = make_visitor(), make_person()
    assert join(visitor, person)
    with transaction.atomic():
        assert hold_visitors([visitor.public_id])[visitor.public_id] is not None
    Person.objects.filter(pk=person.pk).update(birth_year=timezone.now().year - 9)
    with transaction.atomic():
        assert hold_visitors([visitor.public_id]) == {visitor.public_id: None}


def test_create_visitor_without_profiling_is_impossible():
    with pytest.raises(ValueError, match="no visitor"):
        create_visitor(purposes={"profiling": False, "marketing": True}, **WORDS)
    assert not Visitor.objects.exists()


def test_join_visitor_carries_the_decision_over_and_is_logged():
    person, visitor = PersonFactory(), make_visitor(marketing=True)
    assert join(visitor, person)
    assert join(visitor, person)
    assert visitor.person == person
    assert has_consent(person=person, purpose="profiling")
    assert has_consent(person=person, purpose="marketing")
    own = ConsentEvent.objects.filter(subject=f"person:{person.external_id}")
    assert {event.method for event in own} == {"sign_in"}
    assert VisitorLink.objects.get().joined is True


def test_join_visitor_never_goes_against_a_later_refusal_of_the_person():
    person, visitor = PersonFactory(), make_visitor()
    record_consent(person=person, purposes={"profiling": False}, **WORDS)
    assert not join(visitor, person)
    assert visitor.person is None
    assert not has_consent(person=person, purpose="profiling")


def test_join_visitor_follows_a_consent_given_after_the_persons_refusal():
    person = PersonFactory()
    record_consent(person=person, purposes={"profiling": False}, **WORDS)
    visitor = make_visitor()
    assert join(visitor, person)


def test_join_visitor_takes_no_marketing_back_by_an_empty_box():
    person = make_person(marketing=True)
    assert join(make_visitor(marketing=False), person)
    assert has_consent(person=person, purpose="marketing")


def test_join_visitor_never_moves_a_history_to_somebody_else():
    visitor, first, second = make_visitor(), PersonFactory(), make_person(profiling=True)
    assert join(visitor, first)
    assert not join(visitor, second)
    assert visitor.person == first


def test_join_visitor_without_consent_joins_nothing():
    visitor = make_visitor()
    withdraw_consent(visitor=visitor)
    assert not join(visitor, make_person(profiling=True))
    assert not VisitorLink.objects.exists()


def test_part_visitor_undoes_a_link_and_logs_it():
    visitor, person = make_visitor(), PersonFactory()
    join(visitor, person)
    part_visitor(visitor=visitor, actor="user:1")
    part_visitor(visitor=visitor, actor="user:1")
    visitor.refresh_from_db()
    assert visitor.person is None
    assert list(VisitorLink.objects.order_by("pk").values_list("joined", flat=True)) == [
        True,
        False,
    ]


def test_visitor_for_person_needs_the_persons_own_word():
    assert visitor_for_person(person=make_person(marketing=True), actor="system") is None
    person = make_person(profiling=True)
    visitor = visitor_for_person(person=person, actor="system")
    assert visitor.person == person
    assert has_consent(visitor=visitor, purpose="profiling")
