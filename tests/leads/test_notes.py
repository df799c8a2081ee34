"""Notes and wishes: kept as they were said, never in the audit log, and shown to whom they are about."""

from datetime import time

import pytest

from leads.models import ContactWish, FollowUp, Lead, PersonNote
from leads.selectors.leads import notes_on, wish_of
from leads.services.leads import LeadRefused, change_stage
from leads.services.notes import add_note, set_wish
from outbox.models import AuditEntry
from people.registry import entry_of
from people.roles import Role
from people.services.consent import withdraw_consent
from people.services.erasure import erase_person
from people.services.merging import merge_people
from tests.factories.leads import prospect, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def consultant():
    return staff(Role.CONSULTANT)


def test_a_note_stays_after_a_withdrawal_and_is_not_in_the_audit_log(consultant):
    person = prospect("Lin")
    add_note(person=person, text="  Afraid of needles ", by=consultant)
    with pytest.raises(LeadRefused):
        add_note(person=person, text=" ", by=consultant)
    withdraw_consent(person=person)
    assert [note.text for note in notes_on(person)] == ["Afraid of needles"]
    assert "needles" not in str(list(AuditEntry.objects.values_list("detail", flat=True)))


def test_set_wish_puts_the_new_wish_in_place_of_the_old_one(consultant):
    person = prospect("Lin")
    set_wish(person=person, by=consultant, channel="phone")
    set_wish(person=person, by=consultant, channel="wechat", not_before=time(18), do_not_call=True)
    wish = wish_of(person)
    assert (wish.channel, wish.not_before, wish.do_not_call) == ("wechat", time(18), True)
    with pytest.raises(LeadRefused):
        set_wish(person=person, by=consultant, channel="phone", do_not_call=True)


def test_do_not_call_of_a_merged_record_holds_until_something_else_is_said(consultant):
    person, into = prospect("Lin"), prospect("Lin L.")
    set_wish(person=person, by=consultant, do_not_call=True)
    set_wish(person=into, by=consultant, channel="wechat")
    merge_people(person=person, into=into, by=staff(Role.ADMINISTRATOR))
    assert (wish_of(into).channel, wish_of(into).do_not_call) == ("wechat", True)
    set_wish(person=into, by=consultant, channel="phone")
    assert wish_of(into).do_not_call is False


def test_erasing_a_person_erases_the_work_with_them_and_the_report_shows_it_before(consultant):
    person = prospect("Lin")
    add_note(person=person, text="Afraid of needles", by=consultant)
    set_wish(person=person, by=consultant, channel="wechat", words="after six")
    change_stage(person=person, stage="talking", by=consultant)
    reported = [
        entry_of(model).reporter(person, []) for model in (PersonNote, ContactWish, Lead, FollowUp)
    ]
    assert reported[0][0]["text"] == "Afraid of needles"
    assert reported[1][0]["words"] == "after six"
    assert (reported[2][0]["stage"], reported[3]) == ("talking", [])
    erase_person(person=person, actor="test")
    for model in (PersonNote, ContactWish, Lead):
        assert not model.objects.exists()
