"""Unknown names: candidates with evidence, one decision each, undone whole, remembered only where safe."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from classroom.candidates import add_candidates, unknown_names
from classroom.models import Attendance, AttendeeDecision, ReportAttendee
from classroom.services.attendance_imports import import_report
from classroom.services.deciding import BadDecision, decide_attendee, undo_decision
from outbox.models import AuditEntry
from people.models import ContactPoint, Person
from people.roles import Role
from tests.classroom.admin.conftest import HEADING, plain, row
from tests.factories.classroom import live_class, place, written
from tests.factories.people import ContactPointFactory, PersonFactory, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    user = make_staff(Role.CONSULTANT)
    client.force_login(user)
    return user


def report(a_class, folder, *rows: str, name: str = "report.csv") -> None:
    path = written(folder, HEADING + "".join(rows), name=name)
    import_report(live_class=a_class, path=path, actor="user:1")


def waiting(a_class) -> list[str]:
    return [name for one in unknown_names(a_class) for name in one.names]


def candidates(a_class) -> dict[str, list[tuple[str, list[str]]]]:
    unknown = unknown_names(a_class)
    add_candidates(a_class, unknown)
    return {
        one.names[0]: [(who.person.display_name, who.reasons) for who in one.candidates]
        for one in unknown
    }


def test_candidates_come_with_their_evidence(a_class, tmp_path):
    for name in ("Mia Wong", "Mia Wong", "Jonathan Smith", "王小明"):
        place(a_class, PersonFactory(display_name=name))
    similar = PersonFactory(display_name="Q")
    place(a_class, similar)
    ContactPointFactory(person=similar, value="q.tanner@home.example")
    PersonFactory(display_name="Zoe Far")
    unsure = PersonFactory(display_name="U")
    ContactPoint.objects.create(person=unsure, kind="email", value="u@x.example")
    report(
        a_class,
        tmp_path,
        row("mia wong", "", 0, 50),
        row("Jonathan S", "", 0, 40),
        row("小明", "", 0, 30),
        row("Tan", "q.tanner@work.example", 0, 20),
        row("Zoe Far", "", 0, 10),
        row("Who", "u@x.example", 0, 5),
        row("iPad", "", 0, 1),
    )
    same = ["has the same name", "registered for this class"]
    similar = ["has a similar name", "registered for this class"]
    assert candidates(a_class) == {
        "mia wong": [("Mia Wong", same), ("Mia Wong", same)],
        "Jonathan S": [("Jonathan Smith", similar)],
        "小明": [("王小明", similar)],
        "Tan": [("Q", ["has a similar contact", "registered for this class"])],
        "Zoe Far": [("Zoe Far", ["has the same name"])],
        "Who": [("U", ["gave this contact, but has not verified it"])],
        "iPad": [],
    }


def test_this_is_somebody_counts_at_once_for_every_name_of_theirs(client, staff, a_class, tmp_path):
    ann = PersonFactory(display_name="Ann")
    report(a_class, tmp_path, row("iPhone", "", 0, 20), row("A (iPhone)", "", 20, 40))
    attendee = unknown_names(a_class)[0].attendee
    answer = client.post(
        f"/admin/classes/{a_class.pk}/names/{attendee.pk}/", {"who": ann.external_id}, follow=True
    )
    assert "attendance is computed anew" in answer.text
    assert waiting(a_class) == []
    assert (Attendance.objects.get().person, Attendance.objects.get().live_seconds) == (ann, 2400)
    decision = AttendeeDecision.objects.filter(undone_at=None)
    assert {row.author for row in decision} == {staff}
    act = decision[0].act
    assert str(act) in answer.text
    answer = client.post(f"/admin/classes/{a_class.pk}/names/undo/{act}/", follow=True)
    assert "the name waits again" in answer.text
    assert sorted(waiting(a_class)) == ["A (iPhone)", "iPhone"]
    assert not Attendance.objects.exists()
    again = client.post(f"/admin/classes/{a_class.pk}/names/undo/{act}/", follow=True)
    assert "the name waits again" not in again.text
    actions = AuditEntry.objects.filter(action__contains="decide").order_by("pk")
    assert [entry.action for entry in actions] == ["attendance.decide", "attendance.undecide"]


def test_somebody_new_has_a_name_alone_and_goes_with_the_undo(client, staff, a_class, tmp_path):
    report(a_class, tmp_path, row("Grandma Li", "", 0, 45))
    attendee = ReportAttendee.objects.get()
    client.post(f"/admin/classes/{a_class.pk}/names/{attendee.pk}/", {"who": "new"})
    person = Person.objects.get(display_name="Grandma Li")
    assert not person.contact_points.exists()
    assert Attendance.objects.get(person=person).attended
    undo_decision(live_class=a_class, act=AttendeeDecision.objects.get().act, author=staff)
    assert not Person.objects.filter(pk=person.pk).exists()
    assert waiting(a_class) == ["Grandma Li"]


def test_somebody_new_who_has_more_by_now_stays(staff, a_class, tmp_path):
    report(a_class, tmp_path, row("Grandma Li", "", 0, 45))
    act = decide_attendee(attendee=ReportAttendee.objects.get(), kind="new", author=staff)
    person = Person.objects.get(display_name="Grandma Li")
    place(live_class(), person)
    undo_decision(live_class=a_class, act=act, author=staff)
    assert Person.objects.filter(pk=person.pk).exists()
    assert waiting(a_class) == ["Grandma Li"]


def test_a_device_counts_nowhere_and_later_waits_at_the_end(client, staff, a_class, tmp_path):
    report(a_class, tmp_path, row("Screen", "", 0, 60), row("Bob", "", 0, 50), row("Cy", "", 0, 40))
    by_name = {one.names[0]: one.attendee.pk for one in unknown_names(a_class)}
    client.post(f"/admin/classes/{a_class.pk}/names/{by_name['Bob']}/", {"who": "later"})
    assert waiting(a_class) == ["Screen", "Cy", "Bob"]
    client.post(f"/admin/classes/{a_class.pk}/names/{by_name['Screen']}/", {"who": "device"})
    assert waiting(a_class) == ["Cy", "Bob"]
    assert not Attendance.objects.exists()
    undo_decision(
        live_class=a_class, act=AttendeeDecision.objects.get(kind="device").act, author=staff
    )
    assert waiting(a_class) == ["Screen", "Cy", "Bob"]


def test_a_name_with_the_contact_of_another_stays_theirs(client, staff, a_class, ann, tmp_path):
    """Two verified people are never joined, whatever staff choose."""
    report(a_class, tmp_path, row("A. Lee", "ann@a.example", 0, 45))
    bob = PersonFactory(display_name="Bob")
    ContactPointFactory(person=bob)
    attendee = ReportAttendee.objects.get()
    with pytest.raises(BadDecision):
        decide_attendee(attendee=attendee, kind="person", person=bob, author=staff)
    for who in (bob.external_id, "new", "device"):
        answer = client.post(
            f"/admin/classes/{a_class.pk}/names/{attendee.pk}/", {"who": who}, follow=True
        )
        assert "It stays theirs." in answer.text
    attendee.refresh_from_db()
    assert (attendee.person, attendee.matched_by) == (ann, "contact")
    assert not AttendeeDecision.objects.exists()
    assert not AuditEntry.objects.filter(action="attendance.decide").exists()


@pytest.mark.parametrize("who", ["", "nobody", "person", "take_back"])
def test_a_decision_for_nobody_changes_nothing(client, staff, a_class, tmp_path, who):
    report(a_class, tmp_path, row("Bob", "", 0, 50))
    attendee = ReportAttendee.objects.get()
    address = f"/admin/classes/{a_class.pk}/names/{attendee.pk}/"
    assert "Say who it is." in client.post(address, {"who": who}, follow=True).text
    assert client.get(address).status_code == 405
    assert waiting(a_class) == ["Bob"]


def test_a_name_of_another_class_is_not_decided_here(client, staff, a_class, tmp_path):
    other = live_class()
    report(other, tmp_path, row("Bob", "", 0, 50))
    attendee = ReportAttendee.objects.get()
    address = f"/admin/classes/{a_class.pk}/names/{attendee.pk}/"
    assert client.post(address, {"who": "device"}).status_code == 404
    assert waiting(other) == ["Bob"]


def test_a_clinician_finds_their_guests_and_nobody_else(
    client, clinician, staff, a_class, ann, tmp_path
):
    report(a_class, tmp_path, row("Phone", "", 0, 50))
    stranger = PersonFactory(display_name="Stranger Lee")
    attendee = ReportAttendee.objects.get()
    search = f"/admin/classes/{a_class.pk}/names/?for={attendee.pk}&q=Lee"
    assert "Stranger Lee" in client.get(search).text
    client.force_login(clinician)
    seen = client.get(search).text
    assert "Ann Lee" in seen
    assert "Stranger Lee" not in seen
    address = f"/admin/classes/{a_class.pk}/names/{attendee.pk}/"
    assert client.post(address, {"who": stranger.external_id}).status_code == 404
    client.post(address, {"who": ann.external_id})
    assert Attendance.objects.get().person == ann


def test_a_decision_is_remembered_for_who_registered(staff, a_class, tmp_path):
    """The same bare name in the next class is the same person, if they have a place there."""
    ann, other, stranger = PersonFactory(display_name="Ann"), live_class(), live_class()
    report(a_class, tmp_path, row("Sunflower", "", 0, 50))
    decide_attendee(attendee=ReportAttendee.objects.get(), kind="person", person=ann, author=staff)
    place(other, ann)
    for number, page in enumerate((other, stranger)):
        report(page, tmp_path, row("Sunflower", "", 0, 40), name=f"{number}.csv")
    matched = ReportAttendee.objects.get(live_class=other)
    assert (matched.person, matched.matched_by) == (ann, "memory")
    assert Attendance.objects.get(live_class=other).live_seconds == 2400
    assert waiting(stranger) == ["Sunflower"]
    assert candidates(stranger)["Sunflower"] == [("Ann", ["was decided so in another class"])]


def test_a_contact_the_room_knows_is_remembered_without_a_place(staff, a_class, tmp_path):
    ann, other = PersonFactory(display_name="Ann"), live_class()
    report(a_class, tmp_path, row("Sunny", "sunny@room.example", 0, 50))
    decide_attendee(attendee=ReportAttendee.objects.get(), kind="person", person=ann, author=staff)
    report(other, tmp_path, row("Sunny", "sunny@room.example", 0, 40), name="b.csv")
    assert ReportAttendee.objects.get(live_class=other).person == ann


def test_a_decision_is_not_remembered_where_anything_speaks_against_it(staff, a_class, tmp_path):
    """Decided to be two people; somebody else has the name; already there; undone."""
    ann, bea = PersonFactory(display_name="Ann"), PersonFactory(display_name="Bea")

    def decide(name: str, person, page) -> object:
        attendee = ReportAttendee.objects.get(live_class=page, name=name)
        return decide_attendee(attendee=attendee, kind="person", person=person, author=staff)

    second, third = live_class(), live_class()
    report(a_class, tmp_path, row("Sun", "", 0, 50), row("Moon", "", 0, 50), row("Star", "", 0, 50))
    decide("Sun", ann, a_class)
    decide("Moon", ann, a_class)
    undone = decide("Star", ann, a_class)
    undo_decision(live_class=a_class, act=undone, author=staff)
    report(second, tmp_path, row("Sun", "", 0, 50), name="b.csv")
    decide("Sun", bea, second)
    for person in (
        ann,
        bea,
        PersonFactory(display_name="moon"),
        PersonFactory(display_name="Moon"),
    ):
        place(third, person)
    report(
        third,
        tmp_path,
        row("Sun", "", 0, 50),
        row("Moon", "", 0, 50),
        row("Star", "", 0, 50),
        name="c.csv",
    )
    assert sorted(waiting(third)) == ["Moon", "Star", "Sun"]


def test_two_names_are_not_both_remembered_as_one_person(staff, a_class, tmp_path):
    ann, other = PersonFactory(display_name="Ann"), live_class()
    report(a_class, tmp_path, row("Sun", "", 0, 20), row("Moon", "", 20, 50))
    for attendee in ReportAttendee.objects.all():
        decide_attendee(attendee=attendee, kind="person", person=ann, author=staff)
    place(other, ann)
    report(other, tmp_path, row("Sun", "", 0, 20), row("Moon", "", 20, 50), name="b.csv")
    assert sorted(waiting(other)) == ["Moon", "Sun"]


def test_a_name_is_not_remembered_where_its_person_is_there_already(staff, a_class, tmp_path):
    """The second device, or somebody else at the same screen: a person decides anew."""
    ann, other = PersonFactory(display_name="Ann"), live_class()
    ContactPointFactory(person=ann, value="ann@a.example")
    report(a_class, tmp_path, row("Sun", "", 0, 20))
    decide_attendee(attendee=ReportAttendee.objects.get(), kind="person", person=ann, author=staff)
    place(other, ann)
    report(other, tmp_path, row("A", "ann@a.example", 0, 20), row("Sun", "", 20, 50), name="b.csv")
    assert waiting(other) == ["Sun"]
    assert Attendance.objects.get(live_class=other).live_seconds == 1200


def test_a_device_is_remembered_unless_a_guest_has_its_name(staff, a_class, tmp_path):
    report(a_class, tmp_path, row("Room screen", "", 0, 60))
    decide_attendee(attendee=ReportAttendee.objects.get(), kind="device", author=staff)
    second, third = live_class(), live_class()
    for _ in range(2):
        place(third, PersonFactory(display_name="Room Screen"))
    for number, page in enumerate((second, third)):
        report(page, tmp_path, row("Room screen", "", 0, 60), name=f"{number}.csv")
    assert waiting(second) == []
    assert ReportAttendee.objects.get(live_class=second).matched_by == "device"
    assert waiting(third) == ["Room screen"]


def test_a_merged_person_is_remembered_as_the_one_who_stands_for_them(staff, a_class, tmp_path):
    ann, other = PersonFactory(display_name="Ann"), live_class()
    old = PersonFactory(display_name="Old Ann")
    report(a_class, tmp_path, row("Sun", "s@room.example", 0, 20))
    decide_attendee(attendee=ReportAttendee.objects.get(), kind="person", person=old, author=staff)
    Person.objects.filter(pk=old.pk).update(merged_into=ann)
    report(other, tmp_path, row("Sun", "s@room.example", 0, 20), name="b.csv")
    assert ReportAttendee.objects.get(live_class=other).person == ann


def test_an_empty_list_says_so(client, staff, a_class):
    assert "No name waits." in client.get(f"/admin/classes/{a_class.pk}/names/").text


def test_the_list_takes_the_same_queries_for_one_and_for_many(client, staff, a_class, tmp_path):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/admin/classes/{a_class.pk}/names/").status_code == 200
        return len(queries)

    place(a_class, PersonFactory(display_name="Sam One"))
    report(a_class, tmp_path, row("Sam", "s@x.example", 0, 50), row("Decided", "", 0, 5))
    device = ReportAttendee.objects.get(name="Decided")
    decide_attendee(attendee=device, kind="device", author=staff)
    count()
    one = count()
    more = [row(f"Sam {number}", f"s{number}@x.example", 0, 40) for number in range(4)]
    report(a_class, tmp_path, *more, name="b.csv")
    assert count() == one
    assert "Sam 3" in plain(client.get(f"/admin/classes/{a_class.pk}/names/").text)
