"""A person's page: who may see it, what stands on it with and without consent, and its acts."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from leads.models import FollowUp, Lead, PersonLabel, PersonNote, Stage, Workplace
from leads.selectors.leads import lead_of, wish_of
from leads.selectors.timeline import PAGE, timeline_of
from leads.services.follow_ups import plan_follow_up
from leads.services.leads import assign_owner, change_stage
from leads.services.notes import add_note
from outbox.models import AuditEntry
from people.models import Branch, Clinic
from people.roles import Role
from people.services.consent import withdraw_consent
from tests.factories.leads import attended, class_about, prospect, signal, staff, topic_named
from tests.leads.test_labels import label

pytestmark = pytest.mark.django_db


@pytest.fixture
def consultant(client):
    user = staff(Role.CONSULTANT)
    client.force_login(user)
    return user


def page_of(client, person, query: str = ""):
    return client.get(reverse("lead-people:person", args=[person.external_id]) + query)


def do(client, person, **data):
    return client.post(reverse("lead-people:act", args=[person.external_id]), data)


def test_a_consultant_sees_their_own_their_branchs_and_nobodys_people(client, consultant):
    other = staff(Role.CONSULTANT, name="other")
    here, there = (Branch.objects.create(slug=slug, name=slug) for slug in ("here", "there"))
    Workplace.objects.create(user=consultant, branch=here)
    nobodys, own = prospect("Nobody's", branch=there), prospect("Own", branch=there)
    at_branch, elsewhere = prospect("Here", branch=here), prospect("There", branch=there)
    assign_owner(person=own, owner=consultant, by=other)
    for person in (at_branch, elsewhere):
        assign_owner(person=person, owner=other, by=other)
    found = [page_of(client, one).status_code for one in (nobodys, own, at_branch, elsewhere)]
    assert found == [200, 200, 200, 404]
    assert do(client, elsewhere, act="note", text="x").status_code == 404
    assert AuditEntry.objects.filter(action="person.viewed").count() == 3
    client.force_login(staff(Role.MARKETING))
    assert page_of(client, elsewhere).status_code == 200


def test_times_are_on_the_clinics_clock_until_a_login_has_its_own(client, consultant):
    Clinic.objects.update_or_create(pk=1, defaults={"time_zone": "Asia/Shanghai"})
    person = prospect("Lin")
    do(client, person, act="plan", kind="call", due_at="2026-12-01T10:00", about="Braces")
    task = FollowUp.objects.get()
    assert task.due_at == datetime(2026, 12, 1, 2, tzinfo=UTC)
    assert "2026-12-01T10:00" in page_of(client, person).content.decode()
    assert not UserProfile.objects.exclude(current_time_zone="").exists()
    profile = UserProfile.get_for_user(consultant)
    profile.current_time_zone = "Europe/Zurich"
    profile.save()
    assert "2026-12-01T03:00" in page_of(client, person).content.decode()


def test_each_act_does_what_it_says_and_leads_back(client, consultant):
    person, oily = prospect("Lin"), label("Oily")
    do(client, person, act="stage", stage="talking")
    do(client, person, act="owner", owner=consultant.pk)
    do(client, person, act="note", text="Afraid of needles")
    do(client, person, act="label", label=oily.pk)
    do(client, person, act="wish", channel="wechat", not_before="18:00", do_not_call="on")
    do(client, person, act="plan", kind="call", due_at="2026-11-25T09:30", about="Braces")
    answer = do(
        client,
        person,
        act="finish",
        follow_up=FollowUp.objects.get().pk,
        outcome="booked",
        next_kind="visit",
        next_due_at="2026-11-29T10:00",
    )
    assert answer.url.endswith(f"{person.external_id}/#next")
    lead = lead_of(person)
    assert (lead.stage, lead.owner) == (Stage.BOOKED, consultant)
    assert PersonNote.objects.get().by == consultant
    assert wish_of(person).do_not_call
    assert [row.kind for row in FollowUp.objects.order_by("pk")] == ["call", "visit"]
    page = page_of(client, person).content.decode()
    assert "By WeChat, not before 18:00" in page and "Do not call" in page
    assert "Afraid of needles" in page and "Oily" in page
    assert "Say nothing that was tracked" in page
    do(client, person, act="unlabel", label=oily.pk)
    assert PersonLabel.objects.get().removed_at is not None


def test_a_refused_act_says_why_and_changes_nothing(client, consultant):
    person = prospect("Lin", profiling=False)
    wants = label("Wants implants", of="Wish", topic=topic_named("Implants"))
    do(client, person, act="label", label=wants.pk)
    assert "they have not agreed" in page_of(client, person).content.decode()
    do(client, person, act="finish", follow_up=999, outcome="reached")
    assert "Nothing was changed" in page_of(client, person).content.decode()
    assert do(client, person, act="erase").status_code == 404
    assert not Lead.objects.exists()


def test_what_was_typed_is_not_lost_when_an_act_is_refused(client, consultant):
    person = prospect("Lin")
    task = plan_follow_up(person=person, kind="call", due_at=timezone.now(), by=consultant)
    page = do(
        client, person, act="finish", follow_up=task.pk, outcome="reached", remark="on Tuesday",
        next_kind="call",
    )  # fmt: skip
    assert page.status_code == 422
    assert 'value="on Tuesday"' in page.text and "Say when the next step is due." in page.text
    assert "What you typed is below." in page.text
    note = do(client, person, act="note", text="x" * 2001)
    assert (note.status_code, "x" * 2001 in note.text) == (422, True)
    task.refresh_from_db()
    assert (task.done_at, PersonNote.objects.count()) == (None, 0)


def test_a_task_of_somebody_else_cannot_be_ended_through_another_person(client, consultant):
    person, other = prospect("Lin"), prospect("Mo")
    task = plan_follow_up(person=other, kind="call", due_at=timezone.now(), by=consultant)
    do(client, person, act="finish", follow_up=task.pk, outcome="reached")
    task.refresh_from_db()
    assert task.done_at is None


def test_the_timeline_shows_what_they_did_under_consent_alone(client, consultant):
    person = prospect("Lin")
    course = class_about("Herons at night", topic_named("Herons"))
    attended(person, course, share=0.7).__class__.objects.update(live_seconds=42 * 60)
    signal(person, kind="reading", key=f"page:{course.pk}").__class__.objects.update(
        page_id=course.pk, detail={"seconds": 360}
    )
    change_stage(person=person, stage="talking", by=consultant)
    page = page_of(client, person).content.decode()
    assert "Attended Herons at night" in page and "stayed 42 of 60 minutes" in page
    assert "Read Herons at night" in page and "6 minutes" in page
    withdraw_consent(person=person)
    page = page_of(client, person).content.decode()
    assert "Herons" not in page
    assert "Stage: in conversation" in page


def test_the_timeline_has_pages_and_a_constant_number_of_queries(client, consultant):
    person = prospect("Lin")
    counts = []
    for number in range(PAGE + 1):
        add_note(person=person, text=f"Note {number}.", by=consultant)
        if number in (0, 2):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                timeline_of(person)
            counts.append(len(queries))
    assert counts[0] == counts[1]
    newest, oldest = timeline_of(person), timeline_of(person, page=2)
    assert [entry.text for entry in newest.entries][:1] == [f"Note {PAGE}."]
    assert (newest.newer, newest.older, oldest.newer, oldest.older) == (None, 2, 1, None)
    # What they agreed to is the oldest line.
    assert len(newest.entries) == PAGE and oldest.entries[0].text == "Note 0."
    assert page_of(client, person, "?page=x").status_code == 200


def test_language_and_number_are_shown_as_people_read_them(client, consultant):
    person = prospect("Lin", phone="+8613800138002", language="zh-hans", source="site")
    page = page_of(client, person).content.decode()
    assert ("<span>Chinese</span>" in page, "<span>zh-hans</span>" in page) == (True, False)
    assert '<a href="tel:+8613800138002">+86 138 0013 8002</a>' in page
    assert "came by the site" in page


def test_a_person_without_contacts_or_history_is_shown(client, consultant):
    page = page_of(client, prospect("", profiling=False)).content.decode()
    assert "No address or number yet." in page and "Nothing is planned." in page


def test_ended_tasks_stand_in_the_timeline_and_not_ahead(client, consultant):
    person = prospect("Lin")
    task = plan_follow_up(
        person=person, kind="call", due_at=timezone.now() - timedelta(days=1), by=consultant
    )
    assert "late" in page_of(client, person).content.decode()
    do(client, person, act="finish", follow_up=task.pk, outcome="left_word", remark="With her son")
    page = page_of(client, person).content.decode()
    assert "Call: left word" in page and "With her son" in page
    assert "Nothing is planned." in page
