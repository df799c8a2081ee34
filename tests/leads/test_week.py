"""Marketing's home: figures of the week that lead to their rows and count nobody who may not be."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from leads.models import MembershipLog
from leads.selectors.week import figures_of, short_classes
from leads.week_panel import tallies_for
from outbox.models import AuditEntry
from people.models import User
from people.notices import CURRENT
from people.roles import Role
from people.services.consent import record_consent, withdraw_consent
from tests.factories.classroom import live_class, place
from tests.factories.leads import list_of, prospect, staff, tagged, topic_named

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
BOSS = User(is_superuser=True)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def contactable(name: str):
    return prospect(name, marketing=True, email=f"{name.lower()}@example.org")


def logged(lead_list, person, *, entered=True, at=None):
    MembershipLog.objects.create(
        lead_list=lead_list, person=person, entered=entered, at=at or timezone.now()
    )


def test_somebody_is_newly_contactable_when_the_last_thing_needed_came(clock):
    clock.move_to(NOON - 2 * WEEK + timedelta(hours=1))
    contactable("Early")
    late = prospect("Late", email="late@example.org")  # no messages yet
    clock.move_to(NOON - timedelta(days=1))
    record_consent(
        person=late,
        purposes={"profiling": True, "marketing": True},
        notice=CURRENT,
        language="en",
        method="panel",
    )
    prospect("Unreachable", marketing=True)
    clock.move_to(NOON)
    assert figures_of(BOSS)["contactable"] == (1, 1)


def test_enterings_and_leavings_count_people_once():
    lists = [list_of("One"), list_of("Two")]
    ada, ben = contactable("Ada"), contactable("Ben")
    for one in lists:
        logged(one, ada)
    logged(lists[0], ben, at=timezone.now() - timedelta(days=8))
    logged(lists[0], ben, entered=False, at=timezone.now() - timedelta(hours=1))
    clock_now = timezone.now() + timedelta(seconds=1)
    assert figures_of(BOSS, clock_now)["entered"] == (1, 1)
    assert figures_of(BOSS, clock_now)["left"] == (1, 0)


def test_who_withdrew_is_counted_there_and_nowhere_else(clock):
    lead_list, topic = list_of("One"), topic_named("Implants")
    ada = contactable("Ada")
    logged(lead_list, ada)
    tagged(ada, topic, days=0.5)
    clock.shift(timedelta(days=1))
    before = figures_of(BOSS)
    withdraw_consent(person=ada)
    clock.shift(timedelta(seconds=1))

    after = figures_of(BOSS)
    assert (before["contactable"], before["entered"], before["lapsed"]) == ((1, 0),) * 3
    assert (after["contactable"], after["entered"], after["lapsed"]) == ((0, 0),) * 3
    assert (before["withdrawn"], after["withdrawn"]) == ((0, 0), (1, 0))


def test_a_sensitive_topic_lapses_unseen(clock):
    tagged(contactable("Ada"), topic_named("Secret", sensitive=True), days=0.5)
    clock.shift(timedelta(days=1))
    assert figures_of(BOSS)["lapsed"] == (0, 0)


def test_the_figures_take_as_many_queries_for_more_people():
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            figures_of(BOSS)
            short_classes(timezone.now())
        return len(found)

    lead_list = list_of("One")
    logged(lead_list, contactable("Ada"))
    live_class(starts_at=NOON + WEEK)
    one = queries()
    for name in ("Ben", "Cy", "Di"):
        logged(lead_list, contactable(name))
        live_class(starts_at=NOON + WEEK)
    assert queries() == one


def test_classes_short_of_guests_are_those_under_half_of_their_places():
    short = live_class(title="Short", starts_at=NOON + WEEK, capacity=10)
    full = live_class(title="Fuller", starts_at=NOON + WEEK, capacity=2)
    live_class(title="Later", starts_at=NOON + 3 * WEEK, capacity=10)
    live_class(title="Cancelled", starts_at=NOON + WEEK, capacity=10, cancelled_at=NOON)
    for page in (short, full):
        place(page, prospect("Guest"))
    assert [(one.page.title, one.places) for one in short_classes(timezone.now())] == [("Short", 1)]


@pytest.mark.parametrize("key", ["contactable", "entered", "left", "lapsed", "withdrawn"])
def test_each_figure_leads_to_its_rows_and_the_look_is_noted(client, clock, key):
    ada = contactable("Ada")
    lead_list = list_of("One")
    logged(lead_list, ada)
    logged(lead_list, ada, entered=False)
    tagged(ada, topic_named("Implants"), days=0.5)
    gone = contactable("Gone")
    clock.shift(timedelta(days=1))
    withdraw_consent(person=gone)
    clock.shift(timedelta(seconds=1))
    client.force_login(staff(Role.MARKETING))

    page = client.get(reverse("week_figure", args=[key])).content.decode()
    person = gone if key == "withdrawn" else ada
    assert reverse("lead-people:person", args=[person.external_id]) in page
    noted = AuditEntry.objects.get(action="week.viewed")
    assert noted.detail == {"figure": key, "people": [person.external_id]}
    assert (
        "Nobody in these days"
        in client.get(reverse("week_figure", args=[key]) + "?before=1").content.decode()
    )


def test_home_shows_marketing_the_week_and_consultants_not(client):
    contactable("Ada")
    client.force_login(staff(Role.MARKETING))
    assert "The last seven days" in client.get(reverse("wagtailadmin_home")).content.decode()
    client.force_login(staff(Role.CONSULTANT))
    assert "The last seven days" not in client.get(reverse("wagtailadmin_home")).content.decode()
    assert client.get(reverse("week_figure", args=["entered"])).status_code in (302, 403)


def test_without_a_right_to_people_small_figures_are_words():
    user = User.objects.create_user("keeper")
    user.user_permissions.add(Permission.objects.get(codename="change_leadlist"))
    for name in ("Ada", "Ben"):
        contactable(name)
    later = timezone.now() + timedelta(seconds=1)
    with time_machine.travel(later, tick=False):
        shown = {one.label: one for one in tallies_for(User.objects.get(pk=user.pk))}
    assert [(one.this, one.last, one.url) for one in shown.values()][0] == (
        "fewer than five",
        "0",
        "",
    )
