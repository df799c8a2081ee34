"""Late, moved, cancelled: everybody with a place is told once, and what hangs on the date follows."""

from datetime import UTC, timedelta

import pytest
import time_machine
from django.core import mail
from icalendar import Calendar

from classroom.calendars import calendar_of
from classroom.models import ClassNotice
from classroom.services.notices import (
    NoticeRefused,
    cancel_class,
    delay_class,
    hold_class_after_all,
    move_class,
    tell_everybody,
)
from classroom.services.registration import cancel_registration, register_person
from outbox.models import AuditEntry, Effect
from outbox.services import run_due_effects
from tests.factories.classroom import STARTS_AT, live_class
from tests.factories.people import ContactPointFactory, UserFactory, make_person

pytestmark = pytest.mark.django_db
NOW = STARTS_AT - timedelta(days=3)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as travelling:
        yield travelling


@pytest.fixture(autouse=True)
def letters(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def held():
    """A class with two places, the confirmations sent and put away."""
    page = live_class(title="Gums")
    for name in ("ann", "bo"):
        person = make_person(display_name=name)
        ContactPointFactory(person=person, value=f"{name}@example.org")
        register_person(live_class=page, person=person)
    run_due_effects()
    mail.outbox.clear()
    return page


def told() -> list[tuple[str, str]]:
    run_due_effects()
    return sorted((letter.to[0], letter.subject) for letter in mail.outbox)


def test_moved_class_is_told_once_with_both_dates(held):
    later = STARTS_AT + timedelta(days=1)
    notice = move_class(live_class=held, starts_at=later, by=UserFactory(), note="The boiler broke")
    expected = [
        (address, "“Gums” has a new date") for address in ("ann@example.org", "bo@example.org")
    ]
    assert told() == expected
    tell_everybody(notice_id=notice.pk)
    assert told() == expected
    body = mail.outbox[0].body
    assert "5 March 2026, 18:00" in body
    assert "6 March 2026, 18:00" in body
    assert "The boiler broke" in body
    assert AuditEntry.objects.filter(action="class.moved", subject=f"class:{held.pk}").exists()


def test_move_takes_the_translations_and_the_drafts_along(held):
    twin = live_class("zh-hans", translation_key=held.translation_key)
    held.title = "Gums, revised"
    held.save_revision()
    move_class(live_class=twin, starts_at=STARTS_AT + timedelta(hours=2), by=UserFactory())
    for page in (held, twin):
        page.refresh_from_db()
        assert page.starts_at == STARTS_AT + timedelta(hours=2)
    draft = held.get_latest_revision_as_object()
    assert (draft.title, draft.starts_at) == ("Gums, revised", STARTS_AT + timedelta(hours=2))


def test_date_published_by_an_editor_is_told_too(held):
    held.starts_at = STARTS_AT + timedelta(days=2)
    held.about_health = False
    held.save_revision(user=UserFactory()).publish()
    assert {subject for _, subject in told()} == {"“Gums” has a new date"}
    held.save_revision().publish()
    assert len(told()) == 2


def test_late_class_says_so(held):
    notice = delay_class(live_class=held, minutes=10, by=UserFactory())
    assert notice.kind == ClassNotice.Kind.LATE
    assert {subject for _, subject in told()} == {"“Gums” begins a little later"}


def test_cancelled_class_is_told_and_can_be_held_after_all(held, clock):
    staff = UserFactory()
    cancel_class(live_class=held, by=staff)
    assert {subject for _, subject in told()} == {"Cancelled: “Gums”"}
    with pytest.raises(NoticeRefused):
        cancel_class(live_class=held, by=staff)
    mail.outbox.clear()
    hold_class_after_all(live_class=held, by=staff)
    assert {subject for _, subject in told()} == {"“Gums” is held after all"}
    assert held.registrations.with_place().count() == 2


def test_only_the_newest_notice_is_sent(held):
    """Two changes before the worker came: nobody reads of a date that is no longer true."""
    staff = UserFactory()
    move_class(live_class=held, starts_at=STARTS_AT + timedelta(days=1), by=staff)
    cancel_class(live_class=held, by=staff)
    assert [subject for _, subject in told()] == ["Cancelled: “Gums”"] * 2


def test_who_gave_the_place_back_is_left_alone(held):
    gone = held.registrations.first()
    cancel_class(live_class=held, by=UserFactory())
    cancel_registration(live_class=held, person=gone.person)
    assert len(told()) == 1


def test_nothing_is_told_of_a_change_that_is_rolled_back(held, django_capture_on_commit_callbacks):
    from django.db import transaction

    with pytest.raises(RuntimeError), transaction.atomic():
        cancel_class(live_class=held, by=UserFactory())
        raise RuntimeError
    assert told() == []


@pytest.mark.parametrize("shift", [timedelta(0), timedelta(days=-30)])
def test_the_same_date_or_one_in_the_past_is_refused(held, shift):
    with pytest.raises(NoticeRefused):
        move_class(live_class=held, starts_at=STARTS_AT + shift, by=UserFactory())
    assert told() == []


def test_reminders_come_a_day_and_an_hour_before_once(held, clock):
    clock.move_to(STARTS_AT - timedelta(hours=24))
    assert {subject for _, subject in told()} == {"Tomorrow: “Gums”"}
    clock.move_to(STARTS_AT - timedelta(hours=1))
    assert len(told()) == 4
    assert len(told()) == 4


def test_reminders_follow_a_move_and_a_cancellation(held, clock):
    later = STARTS_AT + timedelta(days=5)
    move_class(live_class=held, starts_at=later, by=UserFactory())
    told()
    mail.outbox.clear()
    clock.move_to(STARTS_AT - timedelta(minutes=30))
    assert told() == []
    clock.move_to(later - timedelta(hours=20))
    assert {subject for _, subject in told()} == {"Tomorrow: “Gums”"}
    cancel_class(live_class=held, by=UserFactory())
    told()
    mail.outbox.clear()
    clock.move_to(later - timedelta(minutes=50))
    assert told() == []


def test_reminder_that_could_not_be_sent_in_time_is_not_sent(held, clock):
    clock.move_to(STARTS_AT + timedelta(minutes=1))
    assert told() == []
    assert not Effect.objects.filter(state="pending", due_at__lte=STARTS_AT).exists()


def test_calendar_grows_with_each_change(held):
    def event():
        held.refresh_from_db()
        (found,) = Calendar.from_ical(calendar_of([held])).walk("VEVENT")
        return found

    first = event()
    move_class(live_class=held, starts_at=STARTS_AT + timedelta(days=1), by=UserFactory())
    second = event()
    cancel_class(live_class=held, by=UserFactory())
    third = event()
    assert first["sequence"] < second["sequence"] < third["sequence"]
    assert first["uid"] == third["uid"]
    assert third["status"] == "CANCELLED"
    moved = second["dtstart"].dt.astimezone(UTC)
    assert moved == STARTS_AT + timedelta(days=1)


def test_who_waits_is_not_told_that_a_place_is_kept(held):
    held.capacity = 2
    held.save()
    waiting = make_person()
    ContactPointFactory(person=waiting, value="cy@example.org")
    register_person(live_class=held, person=waiting, may_wait=True)
    run_due_effects()
    mail.outbox.clear()
    move_class(live_class=held, starts_at=STARTS_AT + timedelta(days=1), by=UserFactory())
    told()
    bodies = {letter.to[0]: letter.body for letter in mail.outbox}
    assert "still on the waiting list" in bodies["cy@example.org"]
    assert "Your place is kept" in bodies["ann@example.org"]
    assert "/join/" not in bodies["cy@example.org"]
