"""A pause of one's interests: nothing of it is kept or used, then or later, and nothing is lost."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation

from classroom.models import Attendance
from classroom.signals import attendance_recorded
from leads.models import Membership
from leads.selectors.people import interests_of
from leads.services.membership import refresh_lists
from people.models import ProfilingPause, Purpose, User
from people.roles import Role
from people.selectors import consents_given, has_consent, paused_since
from people.services import merging
from people.services.access import build_access_report
from people.services.consent import withdraw_consent
from people.services.erasure import erase_person
from people.services.pausing import NothingToPause, pause_profiling, resume_profiling
from people.services.visitors import issue_token, join_visitor, visitor_for_person
from tests.factories import content
from tests.factories.classroom import live_class
from tests.factories.leads import heat, list_of
from tests.factories.people import make_signed_in, make_staff
from tests.factories.tracking import agree, consenting_visitor, imported, view_of, yardstick
from tests.tracking.browsers import make_batch, make_event, send, verdicts
from tracking.models import (
    Event,
    ImportedEvent,
    Interest,
    InterestTag,
    PageCounter,
    Profile,
    Reading,
    Signal,
)
from tracking.selectors.interests import profile_of
from tracking.selectors.ranking import signal_table
from tracking.services.folding import fold_everything
from tracking.services.rebuild import check_interests, rebuild_interests
from tracking.services.recompute import recompute_profiles

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def topic():
    return content.topic("Gums")


@pytest.fixture
def pages(topic):
    found = [content.article(title=t, topics=[topic]) for t in ("Bleeding", "Flossing", "Scaling")]
    for page in found:
        yardstick(page.pk, topics={topic.pk: 1.0}, expected_s=60.0)
    return found


@pytest.fixture
def person(client, pages):
    """Somebody signed in with a browser of theirs, who has read two pieces and got a tag of it."""
    person = make_signed_in(client, profiling=True, marketing=True)
    visitor = consenting_visitor()
    assert join_visitor(visitor=visitor, person=person, actor="test")
    for page in pages[:2]:
        view_of(visitor, page.pk, at=NOON - 2 * HOUR, seconds=60.0)
    fold_everything()
    assert InterestTag.objects.count() == 1
    return person


def browser_of(person):
    return person.visitors.get()


def kept() -> list:
    """Everything that adds up for people."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (Profile, Reading, Signal, Interest, InterestTag)
    ]


def attend(person, page, *, start, end) -> None:
    Attendance.objects.create(
        live_class=page, person=person, first_join=start, last_leave=end, share=1.0, attended=True
    )
    attendance_recorded.send(Attendance, live_class_id=page.pk, person_ids=[person.pk])


def test_a_pause_keeps_consent_and_everything_there(person):
    before = kept()
    pause_profiling(person=person)
    rebuild_interests()
    assert kept() == before
    assert consents_given(person=person) == {"profiling": True, "marketing": True}
    assert paused_since(person) == NOON
    assert has_consent(person=person, purpose=Purpose.MARKETING)


def test_what_was_read_until_the_pause_still_counts(person, pages):
    view_of(browser_of(person), pages[2].pk, at=NOON - HOUR, seconds=60.0)
    pause_profiling(person=person)
    assert Signal.objects.filter(page_id=pages[2].pk).exists()


def test_an_event_in_a_pause_is_counted_and_is_nobodys(person, pages, clock):
    pause_profiling(person=person)
    clock.shift(HOUR)
    before = kept()
    token = issue_token(browser_of(person))
    events = [make_event(pages[2], kind=kind, depth=1.0) for kind in ("open", "read")]
    assert verdicts(send(make_batch(events, token=token))) == [("ok", ""), ("ok", "")]
    assert verdicts(send(make_batch(events, token=token))) == [("duplicate", "")] * 2
    fold_everything()
    assert Event.objects.filter(page_id=pages[2].pk).count() == 0
    assert kept() == before
    opens = PageCounter.objects.get(page_id=pages[2].pk, dimension="open")
    assert opens.count == 1
    assert not PageCounter.objects.filter(page_id=pages[2].pk, dimension="depth").exists()


def test_an_event_of_a_pause_that_comes_after_it_is_nobodys_too(person, pages, clock):
    pause_profiling(person=person)
    clock.shift(2 * HOUR)
    resume_profiling(person=person)
    clock.shift(HOUR)
    then, now = (NOON + HOUR).isoformat(), (NOON + 3 * HOUR).isoformat()
    events = [make_event(pages[0], at=then), make_event(pages[2], at=now)]
    answer = send(make_batch(events, token=issue_token(browser_of(person))))
    assert verdicts(answer) == [("ok", ""), ("ok", "")]
    assert [event.page_id for event in Event.objects.filter(at__gte=NOON)] == [pages[2].pk]


def test_another_persons_pause_stops_nobody_else(person, pages):
    other = make_signed_in(Client(), profiling=True)
    pause_profiling(person=other)
    answer = send(make_batch([make_event(pages[2])], token=issue_token(browser_of(person))))
    assert verdicts(answer) == [("ok", "")]
    assert Event.objects.filter(page_id=pages[2].pk).count() == 1


def test_a_class_attended_in_a_pause_never_counts(person, topic, clock):
    early, late = (live_class(title=title) for title in ("Early", "Late"))
    for page in (early, late):
        yardstick(page.pk, topics={topic.pk: 1.0})
    pause_profiling(person=person)
    clock.shift(2 * HOUR)
    before = kept()
    attend(person, early, start=NOON + HOUR, end=NOON + 2 * HOUR)
    assert kept() == before
    clock.shift(HOUR)
    resume_profiling(person=person)
    clock.shift(2 * HOUR)
    attend(person, late, start=NOON + 4 * HOUR, end=NOON + 5 * HOUR)
    recompute_profiles(profile_ids=[Profile.objects.get().pk])
    rebuild_interests()
    assert list(Signal.objects.filter(kind="attendance").values_list("page_id", flat=True)) == [
        late.pk
    ]
    assert check_interests().differences == []


def test_what_was_done_before_waits_for_the_end_of_the_pause(person, pages):
    pause_profiling(person=person)
    imported(person, pages[2].pk, at=NOON - 5 * HOUR)
    recompute_profiles(profile_ids=[Profile.objects.get().pk])
    assert not Signal.objects.filter(page_id=pages[2].pk).exists()
    assert check_interests().differences == []
    resume_profiling(person=person)
    assert Signal.objects.filter(page_id=pages[2].pk).exists()
    assert check_interests().differences == []


def test_what_is_taken_away_in_a_pause_goes_at_once(person, pages, client, topic):
    pause_profiling(person=person)
    client.post(f"/me/interests/{topic.slug}/", {"wish": "deleted"})
    assert (Interest.objects.count(), InterestTag.objects.count()) == (0, 0)


def test_an_interest_cannot_be_declared_in_a_pause(person, client, topic):
    pause_profiling(person=person)
    before = kept()
    client.post(f"/me/interests/{topic.slug}/", {"wish": "interested"})
    assert client.post(f"/api/v1/me/interests/{topic.slug}").status_code == 409
    assert kept() == before


def test_nobody_else_sees_a_paused_person(person, topic):
    lead_list = list_of("warm", heat(topic, 1.0))
    refresh_lists()
    assert Membership.objects.filter(lead_list=lead_list, person=person).exists()
    pause_profiling(person=person)
    # At once, before any list is looked at again.
    assert not Membership.objects.filter(person=person).exists()
    refresh_lists()
    assert not Membership.objects.filter(person=person).exists()
    assert interests_of(person, now=NOON) == []
    assert profile_of(person=person) is None
    assert signal_table(until=NOON).people.size == 0
    resume_profiling(person=person)
    refresh_lists()
    assert Membership.objects.filter(lead_list=lead_list, person=person).exists()
    assert signal_table(until=NOON).people.tolist() == [person.pk]


def test_withdrawing_ends_a_pause_and_deletes(person):
    pause_profiling(person=person)
    withdraw_consent(person=person, purposes=["profiling"])
    assert kept() == [[], [], [], [], []]
    assert Event.objects.count() == 0
    assert paused_since(person) is None
    agree(person=person)
    assert has_consent(person=person, purpose=Purpose.PROFILING)


def test_there_is_nothing_to_pause_without_consent(client):
    person = make_signed_in(client)
    with pytest.raises(NothingToPause):
        pause_profiling(person=person)
    assert client.post("/me/pause/", {"wish": "pause"}).status_code == 302
    assert client.post("/api/v1/me/pause").status_code == 409
    assert not ProfilingPause.objects.exists()


def test_pausing_twice_is_one_pause(person, clock):
    pause_profiling(person=person)
    clock.shift(HOUR)
    pause_profiling(person=person)
    assert ProfilingPause.objects.get().since == NOON
    resume_profiling(person=person)
    resume_profiling(person=person)
    assert ProfilingPause.objects.get().until == NOON + HOUR


def test_a_new_browser_of_somebody_paused_is_known_and_keeps_nothing(person, pages):
    pause_profiling(person=person)
    visitor = visitor_for_person(person=person, actor="test")
    answer = send(make_batch([make_event(pages[2])], token=issue_token(visitor)))
    assert verdicts(answer) == [("ok", "")]
    assert not Event.objects.filter(visitor=visitor).exists()


def test_a_merge_keeps_the_pause_of_either_record(person, pages):
    before = Reading.objects.count()
    other = make_signed_in(Client(), profiling=True)
    pause_profiling(person=other)
    admin = make_staff(Role.ADMINISTRATOR)
    merging.merge_people(person=other, into=person, by=admin)
    assert Reading.objects.count() == before
    assert not has_consent(person=person, purpose=Purpose.PROFILING)
    answer = send(make_batch([make_event(pages[2])], token=issue_token(browser_of(person))))
    assert verdicts(answer) == [("ok", "")]
    assert not Event.objects.filter(page_id=pages[2].pk).exists()
    resume_profiling(person=person)
    assert has_consent(person=person, purpose=Purpose.PROFILING)


@pytest.mark.parametrize("language", ["", "/zh-hans"])
def test_the_page_pauses_and_goes_on(client, person, language):
    address = f"{language}/me/"
    assert 'value="pause"' in client.get(address).content.decode()
    assert client.get(f"{address}pause/").status_code == 405
    client.post(f"{address}pause/", {"wish": "pause"})
    assert paused_since(person) == NOON
    page = client.get(address).content.decode()
    assert 'value="go_on"' in page
    assert 'name="wish" value="deleted"' in page  # what is there is shown, and can be deleted
    client.post(f"{address}pause/", {"wish": "go_on"})
    assert paused_since(person) is None


def test_the_api_pauses_and_goes_on(client, person):
    assert client.get("/api/v1/me").json()["paused_at"] is None
    assert client.post("/api/v1/me/pause").status_code == 204
    assert client.get("/api/v1/me").json()["paused_at"] == "2026-11-20T12:00:00Z"
    assert len(client.get("/api/v1/me/interests").json()["interests"]) == 1
    assert client.delete("/api/v1/me/pause").status_code == 204
    assert client.get("/api/v1/me").json()["paused_at"] is None


def test_a_token_alone_neither_pauses_nor_goes_on(person):
    headers = {"Authorization": f"Visitor {issue_token(browser_of(person))}"}
    client = Client()
    assert client.post("/api/v1/me/pause", headers=headers).status_code == 409
    pause_profiling(person=person)
    assert client.delete("/api/v1/me/pause", headers=headers).status_code == 409
    assert paused_since(person) == NOON
    assert client.get("/api/v1/me", headers=headers).json()["paused_at"] is None


def test_a_browser_of_nobody_withdraws_in_place_of_a_pause(pages):
    visitor = consenting_visitor()
    view_of(visitor, pages[0].pk, at=NOON - HOUR, seconds=60.0)
    client = Client(headers={"Authorization": f"Visitor {issue_token(visitor)}"})
    for method in (client.post, client.delete):
        answer = method("/api/v1/me/pause")
        assert answer.status_code == 409
        assert "DELETE /api/v1/consents" in answer.json()["detail"]
    assert Event.objects.filter(visitor=visitor).exists()  # nothing was changed
    assert client.delete("/api/v1/consents").status_code == 200
    assert not Event.objects.filter(visitor=visitor).exists()
    answer = send(make_batch([make_event(pages[2])], token=issue_token(visitor)))
    assert verdicts(answer) == [("dropped", "no_consent")]


@pytest.mark.parametrize(("language", "says"), [("en", "no pause"), ("zh-hans", "没有“暂停”")])
def test_the_receipt_says_so_until_somebody_signed_in(rf, language, says):
    request = rf.get("/")
    with translation.override(language):
        for user, said in ((AnonymousUser(), True), (User(), False)):
            request.user = user
            assert (says in render_to_string("components/consent.html", request=request)) is said


def test_an_import_of_somebody_paused_stores_nothing(person, pages):
    from tracking.importing.writing import _consenting

    assert _consenting({person.pk}) == {person.pk}
    pause_profiling(person=person)
    assert _consenting({person.pk}) == set()
    assert not ImportedEvent.objects.exists()


def test_the_data_file_tells_pauses_and_erasure_takes_them(person):
    pause_profiling(person=person)
    report = build_access_report(person=person)
    assert '"until": null' in json.dumps(report)
    erase_person(person=person, actor="test")
    assert not ProfilingPause.objects.exists()
