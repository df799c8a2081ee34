"""What was taken back since a backup is taken back again in the database it restored."""

import contextlib
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from people.models import Consent, ProfilingPause
from people.selectors import has_consent, paused_since
from people.services.consent import record_consent, withdraw_consent
from people.services.pausing import NothingToPause, pause_profiling, resume_profiling
from people.services.repeating import repeat_pauses, repeat_withdrawals
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


def forget_pauses() -> None:
    """What a backup of before them holds."""
    ProfilingPause.objects.all().delete()


def test_a_pause_that_lasts_is_made_again_from_its_own_moment():
    person = make_person(profiling=True)
    pause_profiling(person=person)
    since = paused_since(person)
    forget_pauses()
    assert repeat_pauses() == 1
    assert paused_since(person) == since
    assert not has_consent(person=person, purpose="profiling")
    assert repeat_pauses() == 0


def test_a_pause_that_ended_is_a_stretch_again_and_pauses_nobody(
    django_capture_on_commit_callbacks,
):
    person = make_person(profiling=True)
    with django_capture_on_commit_callbacks(execute=True):
        pause_profiling(person=person)
        resume_profiling(person=person)
        pause_profiling(person=person)
    before = list(ProfilingPause.objects.order_by("since").values_list("since", "until"))
    forget_pauses()
    assert repeat_pauses() == 2
    after = list(ProfilingPause.objects.order_by("since").values_list("since", "until"))
    assert after == before
    assert [until is None for _, until in after] == [False, True]


def test_an_end_that_the_backup_did_not_know_ends_the_pause(django_capture_on_commit_callbacks):
    person = make_person(profiling=True)
    with django_capture_on_commit_callbacks(execute=True):
        pause_profiling(person=person)
        resume_profiling(person=person)
    until = ProfilingPause.objects.get().until
    ProfilingPause.objects.update(until=None)
    assert repeat_pauses() == 1
    assert ProfilingPause.objects.get().until == until
    assert has_consent(person=person, purpose="profiling")


def test_an_end_that_was_rolled_back_is_not_on_the_list(django_capture_on_commit_callbacks):
    person = make_person(profiling=True)
    pause_profiling(person=person)
    with (
        django_capture_on_commit_callbacks(execute=True),
        contextlib.suppress(LookupError),
        transaction.atomic(),
    ):
        resume_profiling(person=person)
        raise LookupError
    forget_pauses()
    assert repeat_pauses() == 1
    assert paused_since(person) is not None


def test_without_consent_no_pause_comes_back_nor_for_somebody_unknown(
    django_capture_on_commit_callbacks,
):
    person, gone = make_person(profiling=True), make_person(profiling=True)
    with django_capture_on_commit_callbacks(execute=True):
        pause_profiling(person=person)
        pause_profiling(person=gone)
        withdraw_consent(person=person)
    gone.delete()
    forget_pauses()
    repeat_withdrawals()
    assert repeat_pauses() == 1  # the stretch that the withdrawal ended
    assert paused_since(person) is None
    with pytest.raises(NothingToPause):
        pause_profiling(person=person)
