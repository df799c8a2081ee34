"""What two records of one human attended is one union, and two again when the merge is undone."""

import pytest

from classroom.ledger import ledger_of
from classroom.models import Attendance, AttendanceCorrection, ReportAttendee
from classroom.questionnaires import is_asked
from classroom.selectors import classes_of_person, registration_of
from classroom.services.attendance import correct_attendance, recompute_attendance
from classroom.services.questions import ask_question
from classroom.views.my_questions import questions_section
from people.models import Person
from people.roles import Role
from people.services.merging import merge_people, undo_merge
from tests.classroom.services.test_attendance import beats
from tests.factories.classroom import live_class, place
from tests.factories.people import PersonFactory, UserFactory, make_staff

pytestmark = pytest.mark.django_db
Kind = AttendanceCorrection.Kind


@pytest.fixture
def admin():
    return make_staff(Role.ADMINISTRATOR)


@pytest.fixture
def page():
    return live_class()


@pytest.fixture
def two(page):
    """Somebody who was there as two: the first twenty minutes, and from the tenth to the fortieth."""
    old, kept = PersonFactory(), PersonFactory()
    beats(page, old, 0, 1200, tab="telephone")
    beats(page, kept, 600, 2400, tab="telephone")
    recompute_attendance(live_class=page)
    return old, kept


def attended() -> dict[int, float]:
    return dict(Attendance.objects.values_list("person_id", "live_seconds"))


def test_the_union_belongs_to_the_one_who_stands_and_parts_again(admin, page, two):
    old, kept = two
    before = attended()
    assert before == {old.pk: 1200, kept.pk: 1800}
    merge_people(person=old, into=kept, by=admin)
    assert attended() == {kept.pk: 2400}
    recompute_attendance(live_class=page)
    assert attended() == {kept.pk: 2400}
    undo_merge(person=old, by=admin)
    assert attended() == before


def test_what_comes_in_after_the_merge_counts_for_the_one_who_stands(admin, page, two):
    old, kept = two
    merge_people(person=old, into=kept, by=admin)
    beats(page, old, 2400, 3000, tab="desk")
    recompute_attendance(live_class=page, people=[old.pk])
    assert attended() == {kept.pk: 3000}


def test_who_was_there_as_the_other_alone_was_there(admin, page):
    old, kept = PersonFactory(), PersonFactory()
    beats(page, old, 0, 1200)
    recompute_attendance(live_class=page)
    merge_people(person=old, into=kept, by=admin)
    assert attended() == {kept.pk: 1200}


def test_a_name_of_a_report_that_is_the_other_record_is_theirs(admin, page, two):
    old, kept = two
    ReportAttendee.objects.create(live_class=page, key="k", name="Ann", person=old)
    merge_people(person=old, into=kept, by=admin)
    ledger = ledger_of(page, Person.objects.get(pk=kept.pk))
    assert [line.source for line in ledger.lines] == ["presence", "presence"]
    assert ledger.outcome.live_seconds == 2400


def test_a_correction_of_the_other_record_stands_and_can_be_taken_back(admin, page, two):
    old, kept = two
    made = correct_attendance(
        live_class=page, person=old, kind=Kind.NOT_ATTENDED, author=admin, reason="Left early."
    )
    merge_people(person=old, into=kept, by=admin)
    assert Attendance.objects.get().attended is False
    kept = Person.objects.get(pk=kept.pk)
    assert ledger_of(page, kept).corrections == [made]
    made.refresh_from_db()
    correct_attendance(
        live_class=page, person=kept, kind=Kind.TAKE_BACK, author=admin, reason="Did not.",
        takes_back=made,
    )  # fmt: skip
    assert Attendance.objects.get().attended is True


def test_the_other_records_place_and_questions_are_theirs(admin, page, rf):
    old, kept, other = PersonFactory(), PersonFactory(user=UserFactory()), PersonFactory()
    mine = place(page, old)
    asked = ask_question(person=old, text="Does it hurt?", language="en", page=None)
    merge_people(person=old, into=kept, by=admin)
    kept = Person.objects.get(pk=kept.pk)
    assert registration_of(live_class=page, person=kept) == mine
    assert classes_of_person(kept) == [page]
    assert questions_section(rf.get("/"), kept, None)[1]["questions"] == [asked]
    assert registration_of(live_class=page, person=other) is None
    undo_merge(person=old, by=admin)
    assert registration_of(live_class=page, person=kept) is None


def test_who_kept_the_place_as_one_and_came_as_the_other_is_asked_how_it_was(admin, page, two):
    old, kept = two
    guest = PersonFactory()
    mine = place(page, guest)
    assert not is_asked(mine)
    merge_people(person=guest, into=kept, by=admin)
    mine.refresh_from_db()
    assert is_asked(type(mine).objects.get(pk=mine.pk))
