"""How a class went: figures by hand, the curve, channels, who did not come."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from classroom.admin.drawing import bars_of, curve_of, length_in_words
from classroom.class_report import absent_places, class_report, presence_counts
from classroom.intervals import Interval
from classroom.models import Registration
from classroom.services.attendance import correct_attendance, recompute_attendance
from classroom.services.attendance_imports import import_report
from classroom.verdict import Evidence, Terms, outcome_of
from people.roles import Role
from tests.classroom.admin.conftest import HEADING, beats, plain, row
from tests.factories.classroom import STARTS_AT, live_class, place, written
from tests.factories.people import PersonFactory, UserFactory, make_staff


@pytest.fixture
def went(a_class, ann, tmp_path):
    """Ann stays, Bob leaves after a quarter, Carla and Dora stay away, a name is unknown."""
    people = {"ann": ann}
    for name, channel in (("bob", "wechat"), ("carla", "wechat"), ("dora", "")):
        people[name] = PersonFactory(display_name=name.title())
        Registration.objects.filter(pk=place(a_class, people[name]).pk).update(channel=channel)
    Registration.objects.filter(person=ann).update(channel="email")
    beats(a_class, ann, (0, 60))
    beats(a_class, people["bob"], (0, 15))
    walk_in = PersonFactory(display_name="Walk-in")
    beats(a_class, walk_in, (30, 40))
    text = HEADING + row("iPhone", "", 20, 60)
    import_report(live_class=a_class, path=written(tmp_path, text), actor="user:1")
    recompute_attendance(live_class=a_class)
    return people


pytestmark = pytest.mark.django_db


def test_the_figures_are_those_counted_by_hand(a_class, went):
    report = class_report(a_class)
    assert (report.registered, report.given_back) == (4, 0)
    assert (report.came, report.came_registered, report.unknown) == (4, 2, 1)
    assert report.attended == 2  # Ann with an hour, the iPhone with forty minutes
    assert report.show_rate == 0.5
    assert report.step_s == 60
    # Two until 15, one until 20, two until 30, three until 40, two until the end.
    assert report.counts == [2] * 15 + [1] * 5 + [2] * 10 + [3] * 10 + [2] * 20
    assert [(stage.most, stage.left) for stage in report.stages] == [
        (2, 0), (2, 1), (2, 0), (3, 0), (2, 1), (2, 0),
    ]  # fmt: skip
    assert [(line.channel, line.registered, line.came) for line in report.channels] == [
        ("wechat", 2, 1),
        ("", 1, 0),
        ("email", 1, 1),
    ]
    assert [one.person.display_name for one in absent_places(a_class)] == ["Carla", "Dora"]


def test_the_screen_shows_them(client, a_class, went):
    client.force_login(make_staff(Role.MARKETING))
    html = client.get(f"/admin/classes/{a_class.pk}/result/").text
    text = plain(html)
    assert "Registered 4 Came 4 Attended 2 Of the registered came 50%" in text
    assert "WeChat 2 1 50%" in text
    assert "Registered and did not come: 2 Carla Dora" in text
    assert "18:10 – 18:20 2 1" in text
    assert re.search(r'<path class="classes-area" d="M0 200V66\.7H16\.7', html)
    assert "At most 3 people at once" in html


def test_nobody_was_absent_of_a_cancelled_class(client, a_class, ann):
    a_class.cancelled_at = timezone.now()
    a_class.save()
    report = class_report(a_class)
    assert (report.registered, report.show_rate) == (1, None)
    assert not absent_places(a_class).exists()
    client.force_login(make_staff(Role.MARKETING))
    text = client.get(f"/admin/classes/{a_class.pk}/result/").text
    assert "Ann Lee" not in text
    assert "The clinic cancelled this class, so nobody was absent." in text


def test_nobody_is_absent_before_the_class_is_over(ann):
    coming = live_class(starts_at=timezone.now() - timedelta(minutes=30))
    place(coming, ann)
    assert not absent_places(coming).exists()
    assert class_report(coming).show_rate is None


def test_who_attended_by_decision_alone_did_not_come(a_class, ann):
    correct_attendance(
        live_class=a_class, person=ann, kind="attended", author=UserFactory(), reason="Told me."
    )
    report = class_report(a_class)
    assert (report.came, report.attended) == (0, 1)


def test_a_place_given_back_or_waited_for_is_no_absence(a_class, ann):
    for fields in ({"cancelled_at": timezone.now()}, {"waits_since": timezone.now()}):
        one = place(a_class, PersonFactory())
        Registration.objects.filter(pk=one.pk).update(**fields)
    assert class_report(a_class).registered == 1
    assert [one.person for one in absent_places(a_class)] == [ann]


def test_a_class_without_a_date_has_no_curve(client, ann):
    undated = live_class(starts_at=None)
    place(undated, ann)
    report = class_report(undated)
    assert (report.registered, report.counts, report.show_rate) == (1, [], None)
    client.force_login(make_staff(Role.MARKETING))
    assert client.get(f"/admin/classes/{undated.pk}/result/").status_code == 200


def outcome(*minutes: tuple[float, float]):
    intervals = [
        Interval(STARTS_AT + timedelta(minutes=a), STARTS_AT + timedelta(minutes=b))
        for a, b in minutes
    ]
    terms = Terms(STARTS_AT, STARTS_AT + timedelta(minutes=60))
    return outcome_of(Evidence(live=intervals), terms)


def test_a_long_class_is_counted_in_longer_steps():
    span = Interval(STARTS_AT, STARTS_AT + timedelta(minutes=480))
    counts, step_s = presence_counts([outcome((0, 60))], span)
    assert (step_s, len(counts)) == (240.0, 120)
    assert counts == [1] * 15 + [0] * 105


def test_presence_is_counted_at_the_middle_of_a_step():
    span = Interval(STARTS_AT, STARTS_AT + timedelta(minutes=4))
    counts, _ = presence_counts([outcome((0.5, 1.5)), outcome((1.4, 1.6))], span)
    # From the middle of the first minute up to, and not at, that of the second.
    assert counts == [1, 1, 0, 0]


def test_what_is_drawn_has_its_place():
    span = Interval(STARTS_AT, STARTS_AT + timedelta(minutes=60))
    parts = [
        Interval(STARTS_AT - timedelta(minutes=5), STARTS_AT + timedelta(minutes=15)),
        Interval(STARTS_AT + timedelta(minutes=30), STARTS_AT + timedelta(minutes=30)),
    ]
    assert [tuple(bar) for bar in bars_of(parts, span)] == [("0", "250"), ("500", "2")]
    assert bars_of(parts, Interval(STARTS_AT, STARTS_AT)) == []
    assert curve_of([1, 2], height=10) == "M0 10V5H500V0H1000V10Z"
    assert curve_of([], height=10) == ""
    assert [length_in_words(one) for one in (0, 59.6, 60, 125)] == [
        "0 s", "1 min", "1 min", "2 min 5 s",
    ]  # fmt: skip
