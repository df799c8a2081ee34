"""How a table of people is taken in and back: a chunk at a time, again after a kill, and who stays."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from leads.models import ContactWish, Label, LabelSet, PeopleImport
from leads.services import people_taking
from leads.services.import_files import folder, path_of
from leads.services.labels import add_label
from leads.services.leads import assign_owner, change_stage
from leads.services.notes import set_wish
from leads.services.people_imports import ask_to_take, ask_to_undo, receive_table
from leads.services.people_taking import take_table, undo_table
from outbox.models import Effect
from outbox.services import run_effect
from people.models import Clinic, Consent, Person
from people.roles import Role
from people.services.consent import withdraw_consent
from tests.factories.leads import staff

pytestmark = pytest.mark.django_db
HEADING = "姓名,手机,邮箱,病历号,门店,出生日期\n"
State = PeopleImport.State


@pytest.fixture(autouse=True)
def clinic(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    Clinic.objects.update_or_create(pk=1, defaults={"phone_region": "CN"})


@pytest.fixture
def marketer():
    return staff(Role.MARKETING)


def received(by, text: str, *, label=None) -> PeopleImport:
    file = SimpleUploadedFile("people.csv", text.encode())
    return receive_table(file=file, goal="people", basis="agreed", by=by, label=label)


def taken(people_import: PeopleImport, by) -> PeopleImport:
    ask_to_take(people_import=people_import, by=by)
    take_table(public_id=people_import.public_id)
    people_import.refresh_from_db()
    return people_import


def test_each_chunk_is_committed_by_itself_both_ways(marketer, monkeypatch):
    depths, outside = [], len(connection.savepoint_ids)
    for name in ("_take", "_remove"):
        whole = getattr(people_taking, name)

        def noting(*args, whole=whole):
            depths.append(len(connection.savepoint_ids))
            return whole(*args)

        monkeypatch.setattr(people_taking, name, noting)
    people_import = received(marketer, HEADING + "Li,13800138002,,N,,\n")
    for ask in (ask_to_take, ask_to_undo):
        assert run_effect(effect_id=ask(people_import=people_import, by=marketer).pk)
    assert depths == [outside, outside]


def test_a_run_that_died_with_its_last_step_is_ended_by_the_next(marketer, monkeypatch):
    people_import = received(marketer, HEADING + "Li,13800138002,,N,,\n")
    effect = ask_to_take(people_import=people_import, by=marketer)

    def dying(one):
        raise OSError

    with monkeypatch.context() as patched:
        patched.setattr(people_taking, "delete_file", dying)
        assert not run_effect(effect_id=effect.pk)
    people_import.refresh_from_db()
    assert people_import.state == State.TAKEN
    assert path_of(people_import)  # the file goes after the state is kept, never before
    Effect.objects.update(due_at=timezone.now())
    assert run_effect(effect_id=effect.pk)
    people_import.refresh_from_db()
    assert (people_import.state, people_import.stored_as) == (State.TAKEN, "")
    assert not list(folder().iterdir())
    assert Person.objects.count() == 1


def test_taking_back_keeps_whom_staff_worked_with(marketer):
    consultant = staff(Role.CONSULTANT)
    names = ["owned", "staged", "wished", "labelled", "refusing"]
    lines = "".join(f"{name},1380013800{n},,{name},,\n" for n, name in enumerate(names))
    text = HEADING + lines + "Untouched,13800138009,,untouched,,\n"
    label_set = LabelSet.objects.create(slug="tables", name="Tables", kind="other", one_only=False)
    fair, by_hand = (
        Label.objects.create(label_set=label_set, slug=slug, name=slug) for slug in ("a", "b")
    )
    people_import = taken(received(marketer, text, label=fair), marketer)
    of = Person.objects.in_bulk(names, field_name="imported_key")
    assign_owner(person=of["owned"], owner=consultant, by=consultant)
    change_stage(person=of["staged"], stage="booked", by=consultant)
    set_wish(person=of["wished"], by=consultant, do_not_call=True)
    add_label(person=of["labelled"], label=by_hand, by=consultant)
    withdraw_consent(person=of["refusing"])

    ask_to_undo(people_import=people_import, by=marketer)
    undo_table(public_id=people_import.public_id)
    people_import.refresh_from_db()
    assert people_import.counts["kept"] == len(names)
    assert set(Person.objects.values_list("imported_key", flat=True)) == set(names)
    assert ContactWish.objects.get().do_not_call
    assert Consent.objects.get().person == of["refusing"]


def test_who_does_something_while_a_table_is_taken_back_stays(marketer, monkeypatch):
    people_import = taken(received(marketer, HEADING + "Li,13800138002,,N,,\n"), marketer)
    whole = people_taking._people

    def while_it_runs(*args):
        people = whole(*args)
        set_wish(person=people[0], by=marketer, do_not_call=True)
        return people

    monkeypatch.setattr(people_taking, "_people", while_it_runs)
    ask_to_undo(people_import=people_import, by=marketer)
    undo_table(public_id=people_import.public_id)
    people_import.refresh_from_db()
    assert (people_import.counts["kept"], Person.objects.count()) == (1, 1)
