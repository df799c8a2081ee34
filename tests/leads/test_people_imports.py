"""Bringing a table of people in: what is read, who is known, what is left out, and taking it back."""

import io
import os

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from leads.models import (
    ImportedRow,
    Label,
    LabelSet,
    PeopleImport,
    PersonLabel,
    SuppressedContact,
)
from leads.selectors.consent import suppressed, verified_contact
from leads.services import people_taking
from leads.services.import_files import discard_old_files, folder
from leads.services.labels import add_label
from leads.services.people_imports import (
    ImportRefused,
    answer_lines,
    ask_to_take,
    ask_to_undo,
    choose_columns,
    preview_of,
    receive_table,
)
from leads.services.people_taking import take_table, undo_table
from outbox.models import AuditEntry
from people.models import Branch, Clinic, Consent, ConsentEvent, Person
from people.roles import Role
from people.services.consent import withdraw_consent
from people.services.erasure import erase_person
from people.services.merging import merge_people
from tests.factories.leads import prospect, staff

pytestmark = pytest.mark.django_db
HEADING = "姓名,手机,邮箱,病历号,门店,出生日期\n"
BASIS = "agreed on the registration form of 2025"
State = PeopleImport.State


@pytest.fixture(autouse=True)
def clinic(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    Clinic.objects.update_or_create(pk=1, defaults={"phone_region": "CN"})
    Branch.objects.create(slug="east", name="East", name_zh="东门店")


@pytest.fixture
def marketer():
    return staff(Role.MARKETING)


def received(
    by, text: str, *, encoding="utf-8", goal="people", basis=BASIS, name="people.csv", label=None
):
    file = SimpleUploadedFile(name, text if isinstance(text, bytes) else text.encode(encoding))
    return receive_table(file=file, goal=goal, basis=basis, by=by, label=label)


def taken(people_import: PeopleImport, by) -> PeopleImport:
    ask_to_take(people_import=people_import, by=by)
    take_table(public_id=people_import.public_id)
    people_import.refresh_from_db()
    return people_import


def ends_of(people_import) -> dict[int, str]:
    return dict(people_import.rows.values_list("line", "outcome"))


def test_a_table_in_gbk_becomes_people_with_their_own_numbers(marketer):
    text = HEADING + "王小明,138 0013 8000,wang@Example.org,00712,东门店,1990-05-01\n"
    people_import = taken(received(marketer, text, encoding="gbk"), marketer)

    person = Person.objects.get(imported_key="00712")
    assert (person.display_name, person.birth_year, person.branch.slug) == ("王小明", 1990, "east")
    assert sorted(person.contact_points.values_list("value", "verified_at")) == [
        ("+8613800138000", None),
        ("wang@example.org", None),
    ]
    held = Consent.objects.get(person=person)
    assert (held.purpose, held.given, held.event.method) == ("profiling", True, "import")
    assert (held.event.basis, held.event.file_hash) == (BASIS, people_import.file_hash)
    assert people_import.counts == {"created": 1}
    assert not list(folder().iterdir())  # the file is gone


def test_a_workbook_keeps_leading_zeros_and_long_numbers(marketer):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate(
            [["Name", "Phone", "Key"], ["Li", 13800138000, "000123456789012345"]]
        ):
            for column, cell in enumerate(cells):
                sheet.write(row, column, cell)
    people_import = taken(received(marketer, out.getvalue(), name="a.xlsx"), marketer)
    person = Person.objects.get(imported_key="000123456789012345")
    assert person.contact_points.get().value == "+8613800138000"
    assert people_import.counts == {"created": 1}


def test_a_preview_counts_and_writes_nothing(marketer):
    prospect("Known", phone="+8613800138001")
    text = HEADING + (
        "新人,13800138009,,A1,,\n"
        "Known,13800138001,,,,\n"
        "新人,13800138009,,,,\n"
        "坏,1.38E+10,,,,\n"
        "无,,,,,\n"
    )
    before = Person.objects.count()
    preview = preview_of(received(marketer, text))
    assert dict(preview.counts) == {"created": 1, "known": 1, "repeated": 1, "bad": 2}
    assert [str(match.row.trouble) for match in preview.bad] == [
        "The spreadsheet shortened the number. Store the column as text.",
        "There is no address, number or key of your own in this line.",
    ]
    assert preview.first[2].evidence == "line 2"
    assert (Person.objects.count(), ImportedRow.objects.count()) == (before, 0)


def test_a_known_contact_under_another_name_waits_for_an_answer(marketer):
    mother = prospect("Mother", phone="+8613800138001")
    text = HEADING + "Child,13800138001,,,,\nSon,13800138001,,,,\nAunt,13800138001,,,,\n"
    people_import = received(marketer, text)
    assert [match.outcome for match in preview_of(people_import).asked] == ["left_out"] * 3
    answer_lines(people_import=people_import, answers={"2": "other", "3": "same", "9": "nonsense"})
    people_import.refresh_from_db()
    taken(people_import, marketer)
    assert ends_of(people_import) == {2: "created", 3: "known", 4: "left_out"}
    assert ImportedRow.objects.get(line=3).person == mother
    assert ImportedRow.objects.get(line=3).evidence == "verified phone"
    assert Person.objects.get(display_name="Child").contact_points.get().verified_at is None


def test_every_question_about_a_long_table_can_be_answered(client, marketer):
    for number in range(21):
        prospect(f"P{number}", phone=f"+86138001380{number:02}")
    lines = "".join(f"Kin {number},138001380{number:02},,,,\n" for number in range(21))
    people_import = received(marketer, HEADING + lines)
    client.force_login(marketer)
    address = reverse("people_import", args=[people_import.public_id])
    page = client.get(address)
    assert ("1 to 20 of 21" in page.text, 'name="line-21"' in page.text) == (True, True)
    assert 'name="line-22"' not in page.text
    after = client.post(address, {"answer": "2", "line-2": "other"})
    assert after.url == f"{address}?asked=2"
    page = client.get(after.url)
    assert ('name="line-22"' in page.text, 'name="line-21"' in page.text) == (True, False)
    client.post(address, {"take": "1", "line-22": "other"})
    assert sorted(ends_of(people_import).items())[:2] == [(2, "created"), (3, "left_out")]
    assert ends_of(people_import)[22] == "created"


def test_nobodys_own_word_is_written_over(marketer):
    refused = prospect("Rita", profiling=True, phone="+8613800138001")
    withdraw_consent(person=refused)
    taken(received(marketer, HEADING + "Rita,13800138001,,,,\n"), marketer)
    assert Consent.objects.get(person=refused, purpose="profiling").given is False


def test_a_run_that_was_killed_is_finished_once(marketer, monkeypatch):
    monkeypatch.setattr(people_taking, "CHUNK", 1)
    lines = "".join(f"P{n},1380013800{n},,K{n},,\n" for n in range(4))
    people_import = received(marketer, HEADING + lines + "P0's son,13800138000,,,,\n")
    ask_to_take(people_import=people_import, by=marketer)
    whole, calls = people_taking._take, []

    def dying(*args):
        if len(calls) == 2:
            raise KeyboardInterrupt
        calls.append(args)
        whole(*args)

    monkeypatch.setattr(people_taking, "_take", dying)
    with pytest.raises(KeyboardInterrupt):
        take_table(public_id=people_import.public_id)
    monkeypatch.setattr(people_taking, "_take", whole)
    take_table(public_id=people_import.public_id)
    take_table(public_id=people_import.public_id)
    people_import.refresh_from_db()
    assert people_import.counts == {"created": 5}
    assert Person.objects.filter(imported_key__startswith="K").count() == 4
    assert Consent.objects.filter(event__file_hash=people_import.file_hash).count() == 5


def test_taking_back_removes_who_did_nothing_and_keeps_the_rest(marketer):
    known = prospect("Known", profiling=False, phone="+8613800138001")
    text = HEADING + "Known,13800138001,,,,\nNew,13800138002,,N,,\nActive,13800138003,,A,,\n"
    people_import = taken(received(marketer, text), marketer)
    active = Person.objects.get(imported_key="A")
    active.contact_points.update(verified_at="2026-11-20T12:00Z")
    assert Consent.objects.filter(given=True).count() == 3

    ask_to_undo(people_import=people_import, by=marketer)
    undo_table(public_id=people_import.public_id)
    undo_table(public_id=people_import.public_id)
    people_import.refresh_from_db()
    assert (people_import.state, people_import.counts["kept"]) == ("undone", 1)
    assert set(Person.objects.values_list("pk", flat=True)) == {known.pk, active.pk}
    assert not Consent.objects.filter(given=True).exists()
    assert ConsentEvent.objects.filter(method="batch_undone").count() == 3
    # A table taken back may be brought in again.
    again = taken(received(marketer, text), marketer)
    assert again.counts == {"known": 2, "created": 1}


def test_a_table_tells_what_nobody_knew_and_writes_nothing_over(marketer):
    reader = Person.objects.create(imported_key="portal:7", source="portal")
    known = prospect("Known", phone="+8613800138001")
    known.language = "en"
    known.save()
    east = Branch.objects.get()
    text = HEADING + (
        "王秀英,13800138007,wang@example.org,portal:7,东门店,1960-01-02\n"
        "KNOWN,13800138001,known@example.org,00712,,1971\n"
    )
    people_import = received(marketer, text)
    preview = preview_of(people_import)
    assert [one.adds for one in preview.first] == [
        ("Name", "Branch", "Year or day of birth", "E-mail", "Phone"),
        ("Year or day of birth", "Your own number", "E-mail"),
    ]
    assert taken(people_import, marketer).counts == {"known": 2, "filled": 2}
    reader.refresh_from_db()
    known.refresh_from_db()
    assert (reader.display_name, reader.branch, reader.birth_year) == ("王秀英", east, 1960)
    assert (reader.source, reader.imported_key) == ("portal", "portal:7")
    assert sorted(reader.contact_points.values_list("value", "verified_at")) == [
        ("+8613800138007", None),
        ("wang@example.org", None),
    ]
    assert (known.display_name, known.language, known.imported_key) == ("Known", "en", "00712")

    known.birth_year = 1970  # put right by hand since
    known.save()
    reader.contact_points.filter(kind="email").update(verified_at="2026-11-20T12:00Z")
    ask_to_undo(people_import=people_import, by=marketer)
    undo_table(public_id=people_import.public_id)
    reader.refresh_from_db()
    known.refresh_from_db()
    assert (reader.display_name, reader.branch, reader.birth_year) == ("", None, None)
    assert reader.imported_key == "portal:7"
    assert [one.value for one in reader.contact_points.all()] == ["wang@example.org"]
    assert (known.display_name, known.birth_year, known.imported_key) == ("Known", 1970, None)
    assert [one.value for one in known.contact_points.all()] == ["+8613800138001"]


def test_taking_a_table_back_reaches_whom_it_named_through_a_merge(marketer):
    reader = Person.objects.create(imported_key="portal:7")
    people_import = taken(received(marketer, HEADING + "王秀英,,,portal:7,,\n"), marketer)
    stands = prospect("", email="wang@example.org")
    reader.refresh_from_db()
    merge_people(person=reader, into=stands, by=staff(Role.ADMINISTRATOR))
    stands.refresh_from_db()
    assert stands.display_name == "王秀英"
    ask_to_undo(people_import=people_import, by=marketer)
    undo_table(public_id=people_import.public_id)
    stands.refresh_from_db()
    assert stands.display_name == ""


def test_what_a_table_added_goes_with_the_person(marketer):
    reader = Person.objects.create(imported_key="portal:7")
    taken(received(marketer, HEADING + "王秀英,13800138007,,portal:7,,\n"), marketer)
    assert ImportedRow.objects.get().filled["facts"] == {"display_name": "王秀英"}
    erase_person(person=reader, actor="test")
    assert (ImportedRow.objects.get().person, ImportedRow.objects.get().filled) == (None, {})


def test_who_asked_to_be_forgotten_is_not_brought_back_by_their_key(marketer):
    erase_person(person=Person.objects.create(imported_key="00712"), actor="test")
    people_import = received(marketer, HEADING + "王小明,13800138000,,00712,,\n")
    (refused,) = preview_of(people_import).bad
    assert str(refused.row.trouble) == "Who had this number asked to be forgotten."
    assert taken(people_import, marketer).counts == {"bad": 1}
    assert not Person.objects.filter(contact_points__value="+8613800138000").exists()


def test_a_label_makes_a_table_a_list_and_is_taken_back_with_it(marketer):
    label_set = LabelSet.objects.create(slug="tables", name="Tables", kind="other", one_only=False)
    label = Label.objects.create(label_set=label_set, slug="spring", name="Spring fair")
    known = prospect("Known", phone="+8613800138001")
    labelled = prospect("Labelled", phone="+8613800138002")
    add_label(person=labelled, label=label, by=marketer)
    text = HEADING + "Known,13800138001,,,,\nLabelled,13800138002,,,,\nNew,13800138003,,N,,\n"
    people_import = taken(received(marketer, text, label=label), marketer)
    carried = PersonLabel.objects.filter(label=label, removed_at=None)
    new = Person.objects.get(imported_key="N")
    assert set(carried.values_list("person", flat=True)) == {known.pk, labelled.pk, new.pk}
    ask_to_undo(people_import=people_import, by=marketer)
    undo_table(public_id=people_import.public_id)
    assert set(carried.values_list("person", flat=True)) == {labelled.pk}


def test_columns_named_once_are_remembered(marketer):
    text = "who,reach them,x\nWang,13800138002,7\n"
    first = received(marketer, text)
    assert preview_of(first).problem
    with pytest.raises(ImportRefused):
        choose_columns(people_import=first, columns={"name": 0})
    choose_columns(people_import=first, columns={"name": 0, "phone": 1, "key": 2})
    second = received(marketer, text)
    assert second.columns == {"name": 0, "phone": 1, "key": 2}
    assert preview_of(second).counts["created"] == 1


def test_suppressed_contacts_reach_nobody_whatever_was_agreed(marketer):
    ada = prospect("Ada", marketing=True, email="ada@example.org", phone="+8613800138001")
    reachable = Person.objects.filter(verified_contact())
    assert list(reachable.all()) == [ada]
    people_import = taken(
        received(marketer, "phone,name\n13800138001,\n", goal="suppression", basis="asked us"),
        marketer,
    )
    assert people_import.counts == {"suppressed": 1}
    assert (list(reachable.all()), list(Person.objects.filter(suppressed()))) == ([], [ada])
    ask_to_undo(people_import=people_import, by=marketer)
    undo_table(public_id=people_import.public_id)
    assert list(reachable.all()) == [ada]


@pytest.mark.parametrize("line", ["A,(138) 0013-8001,,,,\n", "A,,,CRM-7,,\n"])
def test_erasing_a_person_takes_waiting_files_and_suppressions_with_them(marketer, line):
    ada = prospect("Ada", phone="+8613800138001", imported_key="CRM-7")
    SuppressedContact.objects.create(kind="phone", value="+8613800138001")
    naming = received(marketer, HEADING + line)
    other = received(marketer, HEADING + "B,13800138002,,,,\n")
    erase_person(person=ada, actor="test")
    naming.refresh_from_db()
    other.refresh_from_db()
    assert (naming.state, other.state) == (State.DISCARDED, State.WAITING)
    assert len(list(folder().iterdir())) == 1
    assert not SuppressedContact.objects.exists()


def test_files_nobody_decided_about_go_after_a_week(marketer):
    old = received(marketer, HEADING + "A,13800138001,,,,\n")
    received(marketer, HEADING + "B,13800138002,,,,\n")
    PeopleImport.objects.filter(pk=old.pk).update(uploaded_at="2026-01-01T00:00Z")
    stray, fresh = folder() / "stray", folder() / "fresh"  # files without a row
    for path in (stray, fresh):
        path.write_text("x")
    os.utime(stray, (0, 0))
    assert (discard_old_files(), discard_old_files()) == (1, 0)
    assert not stray.exists()
    assert fresh.exists()
    assert len(list(folder().iterdir())) == 2


@pytest.mark.parametrize(
    ("text", "basis", "words"),
    [("", BASIS, "empty"), ("a,b\n", " ", "basis")],
)
def test_a_table_that_cannot_be_taken_is_refused_in_words(marketer, text, basis, words):
    with pytest.raises(ImportRefused, match=words):
        received(marketer, text, basis=basis)
    assert not PeopleImport.objects.exists()


def test_a_file_that_is_no_table_is_shown_with_its_problem(client, marketer):
    client.force_login(marketer)
    people_import = received(marketer, b"\x00\x01\x02binary", name="x.bin")
    page = client.get(reverse("people_import", args=[people_import.public_id]))
    assert page.status_code == 200
    assert "Nothing was taken in." in page.content.decode()


def test_the_way_through_the_screens(client, marketer):
    client.force_login(marketer)
    lines = "".join(f"<b>P{n}</b>,138001380{n:02},,K{n},,\n" for n in range(25))
    file = SimpleUploadedFile("p.csv", (HEADING + lines).encode())
    answer = client.post(
        reverse("people_imports"), {"file": file, "goal": "people", "basis": BASIS}
    )
    people_import = PeopleImport.objects.get()
    here = reverse("people_import", args=[people_import.public_id])
    assert answer.url == here
    page = client.get(here).content.decode()
    assert "Take 25 lines in" in page and "<b>P1" not in page

    client.post(here, {"take": "1"})
    people_import.refresh_from_db()
    assert (people_import.state, people_import.counts) == (State.TAKEN, {"created": 25})
    # So many are not taken back by one press.
    assert client.post(here, {"undo": "1"}).url == f"{here}?undo=ask"
    assert "Take all of them back?" in client.get(f"{here}?undo=ask").content.decode()
    client.post(here, {"undo": "1", "sure": "1"})
    people_import.refresh_from_db()
    assert people_import.state == State.UNDOING
    PeopleImport.objects.update(uploaded_by=None)  # a login that is gone
    assert "p.csv" in client.get(reverse("people_imports")).content.decode()


def test_contacts_are_suppressed_and_allowed_by_hand(client, marketer):
    client.force_login(marketer)
    here = reverse("suppressed_contacts")
    assert client.post(here, {"contact": "no contact", "reason": ""}).status_code == 422
    client.post(here, {"contact": "138 0013 8001", "reason": "asked at the desk"})
    row = SuppressedContact.objects.get()
    client.get(here)
    assert AuditEntry.objects.get(action="suppressed.viewed", detail={"shown": 1})
    assert (row.kind, row.value, row.added_by) == ("phone", "+8613800138001", marketer)
    assert client.post(here, {"contact": "13800138001", "reason": ""}).status_code == 422
    client.post(here, {"allow": row.pk})
    assert not SuppressedContact.objects.exists()


def test_consultants_bring_nobody_in(client):
    client.force_login(staff(Role.CONSULTANT))
    for name in ("people_imports", "suppressed_contacts"):
        assert client.get(reverse(name)).status_code in (302, 403)
