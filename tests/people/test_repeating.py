"""What was taken back since a backup is taken back again in the database it restored."""

from datetime import timedelta

import pytest
from django.utils import timezone

from people.models import Consent
from people.selectors import has_consent
from people.services.consent import record_consent, withdraw_consent
from people.services.repeating import repeat_withdrawals
from tests.factories.people import make_person, make_visitor

pytestmark = pytest.mark.django_db
WORDS = {"notice": "2026-11", "language": "en", "method": "panel"}


@pytest.fixture(autouse=True)
def a_list_of_its_own(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def restore() -> None:
    """What a backup of yesterday holds: consent to profiling still stands."""
    Consent.objects.filter(purpose="profiling").update(
        given=True, at=timezone.now() - timedelta(days=1)
    )


@pytest.mark.parametrize("kind", ["person", "visitor"])
def test_what_a_person_or_a_browser_took_back_is_taken_back_again(kind):
    subject = {kind: make_person(profiling=True) if kind == "person" else make_visitor()}
    withdraw_consent(**subject)
    restore()
    assert repeat_withdrawals() == 1
    assert not has_consent(**subject, purpose="profiling")
    assert repeat_withdrawals() == 0


def test_a_refusal_is_on_the_list_like_a_withdrawal():
    person = make_person(profiling=True)
    record_consent(person=person, purposes={"profiling": False}, **WORDS)
    restore()
    assert repeat_withdrawals() == 1


def test_a_consent_given_later_and_an_unknown_subject_are_left_alone():
    person, gone = make_person(profiling=True), make_visitor()
    withdraw_consent(person=person)
    withdraw_consent(visitor=gone)
    gone.delete()
    record_consent(person=person, purposes={"profiling": True}, **WORDS)
    assert repeat_withdrawals() == 0
    assert has_consent(person=person, purpose="profiling")
