"""Whole imports of histories: once each, for people who may be profiled, folded, and undone."""

import io
import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from people.models import Consent, ConsentEvent, Person
from people.services.consent import withdraw_consent
from people.services.erasure import erase_person
from people.services.erasures_list import erasures_path
from tests.factories.imports import DATA, item, topic
from tests.factories.tracking import agree
from tracking.importing import run
from tracking.models import ImportBatch, ImportedEvent, Interest, Profile, Signal
from tracking.services.yardsticks import append_yardsticks

pytestmark = pytest.mark.django_db
BASIS = ("--consent-basis", "signed forms of 2014")
HEADER = "person,item,at,kind,count\n"


@pytest.fixture
def acne():
    found = topic("Acne")
    for key in ("i1", "i2"):
        imported = item(key, topics=[found])
        append_yardsticks(page_ids=[imported.page_id])
    return found


def imported(path, *options) -> tuple[list[str], list[str]]:
    out, err = io.StringIO(), io.StringIO()
    call_command("import_events", *map(str, (path, *options)), stdout=out, stderr=err)
    return out.getvalue().splitlines(), err.getvalue().splitlines()


def history(tmp_path, *lines, name="events.csv"):
    path = tmp_path / name
    path.write_text(HEADER + "\n".join(lines) + "\n")
    return path


def events_of(key: str) -> int:
    return ImportedEvent.objects.filter(person__imported_key=key).count()


def test_rows_become_signals_and_interests_of_people_with_a_basis(tmp_path, acne):
    path = history(
        tmp_path, "p1,i1,2014-01-02,read,2", "p1,i2,2014-01-03,read,", "p2,i1,2014-01-02,like,"
    )
    out, err = imported(path, *BASIS, "--source", "old site")
    assert (out[0], out[2], out[3], err) == (
        "3 events stored",
        "2 people new",
        "2 people folded",
        [],
    )
    person = Person.objects.get(imported_key="p1")
    assert (person.branch, person.source) == (None, "old site")
    strengths = Signal.objects.filter(profile__person=person).order_by("at")
    assert [signal.strength for signal in strengths] == pytest.approx([0.75, 0.5])
    assert Interest.objects.filter(topic=acne).count() == 2
    event = ConsentEvent.objects.get(subject=f"person:{person.external_id}")
    assert (event.purpose, event.given, event.method) == ("profiling", True, "import")
    assert (event.basis, event.file_hash) == (BASIS[1], ImportBatch.objects.get().file_hash)
    assert not Consent.objects.filter(purpose="marketing").exists()


def test_second_run_stores_nothing_and_says_so(tmp_path, acne):
    path = history(tmp_path, *["p1,i1,2014-01-02,read,1"] * 3)
    imported(path, *BASIS)
    before = (list(Interest.objects.values()), ConsentEvent.objects.count())
    out, _ = imported(path, *BASIS)
    assert out[:2] == ["0 events stored", "3 events known already"]
    assert out[-1] == "Nothing new to do."
    assert (list(Interest.objects.values()), ConsentEvent.objects.count()) == before
    assert ImportBatch.objects.count() == 1


def test_of_rows_with_one_id_the_first_wins(tmp_path, acne):
    path = tmp_path / "ids.csv"
    path.write_text("id,person,item,at,kind\nX,p1,i1,2014-01-02,read\nX,p2,i2,2014-01-03,read\n")
    out, _ = imported(path, *BASIS)
    assert out[:2] == ["1 events stored", "1 events known already"]
    assert (events_of("p1"), events_of("p2")) == (1, 0)


def test_longer_file_adds_only_what_is_new(tmp_path, acne):
    imported(history(tmp_path, "p1,i1,2014-01-02,read,1"), *BASIS)
    longer = history(tmp_path, *["p1,i1,2014-01-02,read,1"] * 2, "p1,i2,2014-01-05,read,1")
    out, _ = imported(longer, *BASIS)
    assert out[:2] == ["2 events stored", "1 events known already"]


def test_who_refused_or_withdrew_gets_no_rows_and_no_profile(tmp_path, acne):
    refused = Person.objects.create(imported_key="p1")
    agree(person=refused, profiling=False)
    withdrew = Person.objects.create(imported_key="p2")
    agree(person=withdrew)
    withdraw_consent(person=withdrew)
    path = history(tmp_path, *(f"p{n},i1,2014-01-02,read,1" for n in (1, 2, 3)))
    out, _ = imported(path, *BASIS)
    assert out[0] == "1 events stored"
    assert out[2] == "2 events of people without consent to profiling, not stored"
    assert (events_of("p1"), events_of("p2"), events_of("p3")) == (0, 0, 1)
    assert Profile.objects.get().person.imported_key == "p3"
    assert not Consent.objects.filter(person__in=[refused, withdrew], given=True).exists()


def test_who_was_erased_does_not_come_back_with_the_next_import(tmp_path, acne, settings):
    settings.DATA_DIR = tmp_path  # where the list of erasures is kept
    path = history(tmp_path, *(f"p{n},i1,2014-01-02,read,1" for n in (1, 2)))
    imported(path, *BASIS)
    erase_person(person=Person.objects.get(imported_key="p1"), actor="test")
    out, _ = imported(path, *BASIS)
    assert out[0] == "0 events stored"
    assert not Person.objects.filter(imported_key="p1").exists()
    refs = [json.loads(line)["ref"] for line in erasures_path().read_text().splitlines()]
    assert len(refs) == 2
    assert "p1" not in refs


def test_undo_takes_rows_basis_and_profile_away_and_can_be_repeated(tmp_path, acne):
    path = history(tmp_path, "p1,i1,2014-01-02,read,1")
    imported(path, *BASIS)
    batch = ImportBatch.objects.get()
    out, _ = imported("--undo", batch.pk)
    assert out[:2] == ["1 events deleted", "1 people have no basis for a profile any more"]
    for model in (ImportedEvent, Signal, Interest, Profile):
        assert not model.objects.exists()
    assert list(ConsentEvent.objects.order_by("pk").values_list("given", "method")) == [
        (True, "import"),
        (False, "batch_undone"),
    ]
    assert imported("--undo", batch.pk)[0][0] == "0 events deleted"
    assert imported(path, *BASIS)[0][0] == "1 events stored"
    assert Interest.objects.count() == 1


def test_undo_leaves_people_their_other_basis(tmp_path, acne):
    asked = Person.objects.create(imported_key="asked")
    agree(person=asked)
    lines = ["asked,i1,2014-01-02,read,1", "both,i1,2014-01-02,read,1", "only,i1,2014-01-02,read,1"]
    imported(history(tmp_path, *lines), *BASIS)
    imported(
        history(tmp_path, "both,i2,2014-02-02,read,1", name="more.csv"), "--consent-basis", "B"
    )
    imported("--undo", ImportBatch.objects.order_by("pk").first().pk)
    assert (events_of("asked"), events_of("both"), events_of("only")) == (0, 1, 0)
    given = Consent.objects.filter(purpose="profiling", given=True)
    assert set(given.values_list("person__imported_key", flat=True)) == {"asked", "both"}
    assert given.get(person__imported_key="both").event.basis == "B"
    assert Signal.objects.get().profile.person.imported_key == "both"


def test_killed_before_folding_the_next_run_folds(tmp_path, acne, monkeypatch):
    path = history(tmp_path, "p1,i1,2014-01-02,read,1")

    def dies(**kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "refold_people", dies)
    with pytest.raises(KeyboardInterrupt):
        imported(path, *BASIS)
    monkeypatch.undo()
    assert (ImportedEvent.objects.count(), Signal.objects.count()) == (1, 0)
    out, _ = imported(path, *BASIS)
    assert out[0] == "0 events stored"
    assert Interest.objects.count() == 1
    assert ImportBatch.objects.get().finished_at is not None


def test_dry_run_counts_and_writes_nothing(tmp_path, acne):
    path = history(tmp_path, "p1,i1,2014-01-02,read,1", "p1,i1,2014-01-02,read,1", "p2,x,,read,")
    out, _ = imported(path, *BASIS, "--dry-run")
    assert out[:4] == [
        "2 events would be stored",
        "0 events known already",
        "1 people would be new",
        "1 bad rows",
    ]
    assert not Person.objects.exists() and not ImportBatch.objects.exists()


def test_bad_rows_are_told_on_standard_error_and_strict_fails_after_keeping_the_good(
    tmp_path, acne
):
    path = history(tmp_path, "p1,i1,2014-01-02,read,1", "p1,i1,2999-01-02,read,1", "p1,zz,,read,1")
    with pytest.raises(CommandError, match="2 bad rows"):
        imported(path, *BASIS, "--strict")
    assert ImportedEvent.objects.count() == 1
    out, err = imported(path, *BASIS)
    assert err[0].startswith("line 3: at lies in the future")
    assert err[1].startswith("line 4: unknown item: 'zz'")
    assert err[3:] == ["  1 x at lies in the future", "  1 x unknown item"]


@pytest.mark.parametrize(
    "options",
    [
        ("nowhere.csv", *BASIS),
        (".", *BASIS),
        ("--undo", "4711"),
        BASIS,
        ("nowhere.csv",),
        ("nowhere.csv", "--consent-basis", " "),
        ("nowhere.csv", "--undo", "1"),
    ],
)
def test_a_wrong_call_ends_in_one_line(options):
    with pytest.raises(CommandError) as caught:
        imported(*options)
    assert "\n" not in str(caught.value)


def test_only_bad_rows_is_a_failure(tmp_path, acne):
    with pytest.raises(CommandError, match="No row could be taken"):
        imported(history(tmp_path, "p1,zz,2014-01-02,read,1"), *BASIS)


@pytest.mark.skipif(not DATA.exists(), reason="the shared input data is not here")
def test_part_of_the_real_history_keeps_identical_rows_apart(tmp_path):
    import gzip
    from itertools import islice

    call_command("import_content", str(DATA / "oulad" / "items.jsonl.gz"), stdout=io.StringIO())
    with gzip.open(DATA / "oulad" / "events.csv.gz", "rt") as source:
        lines = list(islice(source, 2001))
    path = tmp_path / "part.csv"
    path.write_text("".join(lines))
    assert len(set(lines)) < len(lines)
    out, err = imported(path, *BASIS, "--source", "oulad")
    assert (out[0], err) == ("2000 events stored", [])
    assert imported(path, *BASIS, "--source", "oulad")[0][1] == "2000 events known already"
