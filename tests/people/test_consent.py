"""Consent: append-only proof, one current row, no harder to take back than to give."""

import hashlib

import pytest

from people import notices
from people.models import Consent, ConsentEvent, Purpose
from people.notices import CURRENT, UnknownNotice
from people.selectors import consenting_person_ids, has_consent, people_with_consent
from people.services.consent import record_consent, withdraw_consent
from people.services.visitors import join_visitor
from people.signals import consent_given, consent_withdrawn
from tests.factories.people import PersonFactory, make_person, make_visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard():
    """What the packages above were told, in order."""
    told = []

    def hear(name):
        def receive(sender, person, visitor, purposes, **kwargs):
            told.append((name, person or visitor, purposes))

        return receive

    given, withdrawn = hear("given"), hear("withdrawn")
    consent_given.connect(given)
    consent_withdrawn.connect(withdrawn)
    yield told
    consent_given.disconnect(given)
    consent_withdrawn.disconnect(withdrawn)


def record(purposes, **subject):
    return record_consent(
        purposes=purposes, notice=CURRENT, language="zh-CN", method="panel", **subject
    )


def test_record_consent_keeps_version_language_and_hash_of_the_text_shown():
    person = PersonFactory()
    receipt = record({"profiling": True, "marketing": False}, person=person)
    text = notices.notice_of(CURRENT).texts["zh-hans"]["profiling"]
    event = ConsentEvent.objects.get(purpose="profiling")
    assert event.subject == f"person:{person.external_id}"
    assert event.text_hash == hashlib.sha256(text.encode()).hexdigest()
    assert (event.notice, event.language, event.method) == (CURRENT, "zh-hans", "panel")
    assert receipt["purposes"] == {"profiling": True, "marketing": False}
    assert receipt["id"] == str(event.receipt)
    assert ConsentEvent.objects.filter(receipt=event.receipt).count() == 2


def test_record_consent_of_unknown_notice_records_nothing():
    with pytest.raises(UnknownNotice):
        record_consent(
            person=PersonFactory(),
            purposes={"profiling": True},
            notice="1999-01",
            language="en",
            method="panel",
        )
    assert not ConsentEvent.objects.exists()


def test_record_consent_appends_and_keeps_one_current_row():
    person = PersonFactory()
    for given in (True, False, True):
        record({"profiling": given}, person=person)
    events = ConsentEvent.objects.order_by("pk").values_list("given", flat=True)
    assert list(events) == [True, False, True]
    assert Consent.objects.get(person=person).given is True
    assert has_consent(person=person, purpose=Purpose.PROFILING)


def test_record_consent_tells_what_changed(heard):
    person = PersonFactory()
    record({"profiling": True, "marketing": False}, person=person)
    record({"profiling": True, "marketing": False}, person=person)
    record({"profiling": False}, person=person)
    assert heard == [
        ("given", person, ["profiling"]),
        ("withdrawn", person, ["marketing"]),
        ("withdrawn", person, ["marketing"]),
        ("withdrawn", person, ["profiling"]),
    ]


def test_withdraw_consent_of_a_person_reaches_every_joined_browser(heard):
    person = make_person()
    visitors = [make_visitor(), make_visitor()]
    other = make_visitor()
    for visitor in visitors:
        assert join_visitor(visitor=visitor, person=person, actor="system")
    heard.clear()
    withdraw_consent(person=person, purposes=["profiling"])
    assert not has_consent(person=person, purpose="profiling")
    for visitor in visitors:
        visitor.refresh_from_db()
        assert visitor.withdrawn_at is not None
        assert not has_consent(visitor=visitor, purpose="profiling")
    assert has_consent(visitor=other, purpose="profiling")
    assert heard == [
        ("withdrawn", person, ["profiling"]),
        ("withdrawn", visitors[0], ["profiling"]),
        ("withdrawn", visitors[1], ["profiling"]),
    ]


def test_withdraw_consent_through_a_joined_browser_reaches_the_person():
    person, visitor = make_person(), make_visitor()
    join_visitor(visitor=visitor, person=person, actor="system")
    visitor.refresh_from_db()
    withdraw_consent(visitor=visitor)
    assert not has_consent(person=person, purpose="profiling")


def test_withdraw_consent_twice_appends_once():
    person = make_person(profiling=True, marketing=True)
    assert withdraw_consent(person=person)["purposes"] == {"profiling": False, "marketing": False}
    assert withdraw_consent(person=person)["id"] is None
    assert ConsentEvent.objects.filter(given=False).count() == 2


def test_a_refusal_of_a_person_withdraws_their_browsers():
    person, visitor = make_person(), make_visitor()
    join_visitor(visitor=visitor, person=person, actor="system")
    record({"profiling": False}, person=person)
    visitor.refresh_from_db()
    assert visitor.withdrawn_at is not None


def test_consent_of_a_joined_browser_needs_the_persons_too():
    person, visitor = make_person(), make_visitor()
    join_visitor(visitor=visitor, person=person, actor="system")
    visitor.refresh_from_db()
    assert has_consent(visitor=visitor, purpose="profiling")
    Consent.objects.filter(person=person).update(given=False)
    assert not has_consent(visitor=visitor, purpose="profiling")


def test_people_with_consent_leaves_out_refusals_and_the_undecided():
    agreed = make_person(profiling=True)
    make_person(marketing=True)
    refused = make_person()
    record({"profiling": False}, person=refused)
    make_person()
    assert list(people_with_consent("profiling")) == [agreed]
    assert list(consenting_person_ids("profiling")) == [{"person_id": agreed.pk}]


@pytest.mark.parametrize(("birth_year", "counts"), [(2011, True), (2012, False), (None, True)])
def test_a_declared_child_has_no_consent_of_its_own(birth_year, counts, time_machine):
    time_machine.move_to("2026-06-01")
    child = make_person(profiling=True, birth_year=birth_year)
    assert has_consent(person=child, purpose="profiling") is counts


def test_a_child_whose_guardian_consented_by_staff_counts(time_machine):
    time_machine.move_to("2026-06-01")
    child = make_person(birth_year=2015, guardian=PersonFactory())
    record_consent(
        person=child,
        purposes={"profiling": True},
        notice=CURRENT,
        language="en",
        method="staff",
        basis="the mother, in person",
    )
    assert has_consent(person=child, purpose="profiling")


@pytest.mark.parametrize("version", [CURRENT])
def test_notices_hold_every_purpose_in_every_language(version, settings):
    texts = notices.notice_of(version).texts
    assert set(texts) == {code for code, _ in settings.LANGUAGES}
    assert all(set(words) == set(Purpose.values) for words in texts.values())


def test_a_published_notice_is_never_edited():
    # The log holds these hashes for good: change a word by adding a version.
    assert {
        purpose: notices.text_hash(version="2026-11", language="en", purpose=purpose)[:16]
        for purpose in Purpose.values
    } == {"profiling": "017930dab4c27de0", "marketing": "bb0ceabb5fbdc318"}
