"""What staff noted and devices measured is evidence with its own source, under consent alone."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from people.services.access import build_access_report
from people.services.consent import withdraw_consent
from people.services.pausing import pause_profiling
from tests.factories import content
from tests.factories.people import make_person
from tests.factories.tracking import agree, consenting_person
from tests.tracking.test_questions import assert_rebuilds_to_the_same
from tracking.models import (
    Interest,
    InterestTag,
    Profile,
    RuleVersion,
    Signal,
    SignalKind,
    StatedInterest,
)
from tracking.rule_figures import figures_of
from tracking.selectors.interests import interest_receipts
from tracking.services.stated import Statement, state_interests, take_statements_back
from tracking.site_views import describe

pytestmark = pytest.mark.django_db
DRY = {"kind": SignalKind.DEVICE, "source": "Skin tester", "value": "dry 62"}


@pytest.fixture
def topic():
    return content.topic("Gums")


@pytest.fixture
def person():
    return consenting_person("Mei", imported_key="p1")


def signals() -> list[tuple]:
    return list(Signal.objects.order_by("kind").values_list("kind", "item_key", "strength"))


def test_a_label_and_a_result_count_four_readings_and_either_is_evidence_enough(person, topic):
    label, result = Statement(topic, "label:1"), Statement(topic, "result:1", **DRY)
    for statement in (label, result):
        assert state_interests(person=person, statements=[statement]) == 1
        assert InterestTag.objects.get().topic == topic
        assert state_interests(person=person, statements=[statement]) == 0
        assert signals() == [(statement.kind, f"topic:{topic.pk}", 4.0)]
        assert_rebuilds_to_the_same()
        assert take_statements_back(refs=[statement.ref]) == 1
        assert not Signal.objects.exists() and not InterestTag.objects.exists()


def test_the_receipt_names_the_device_and_what_it_wrote(person, topic):
    state_interests(person=person, statements=[Statement(topic, "result:1", **DRY)])
    (receipt,) = interest_receipts(profile=Profile.objects.get(person=person))
    (line,) = receipt.lines
    assert line.heat == pytest.approx(receipt.heat)
    assert describe(line) == "device result: Gums (Skin tester dry 62)"
    assert "Skin tester" in str(build_access_report(person=person))


def test_a_rule_version_that_does_not_know_a_kind_has_its_default(person, topic):
    version = RuleVersion.objects.get()
    version.strengths.pop("device", None)
    version.save()
    assert figures_of(version)["strength_device"] == 4.0
    state_interests(person=person, statements=[Statement(topic, "result:1", **DRY)])
    assert Signal.objects.get().strength == 4.0


def test_without_consent_or_in_a_pause_nothing_is_kept_and_withdrawal_takes_it(topic):
    person = make_person()
    label = Statement(topic, "label:1")
    assert state_interests(person=person, statements=[label]) is None
    agree(person=person)
    assert state_interests(person=person, statements=[label]) == 1
    pause_profiling(person=person)
    assert state_interests(person=person, statements=[label._replace(ref="label:2")]) is None
    withdraw_consent(person=person)
    assert not StatedInterest.objects.exists() and not Interest.objects.exists()


# manage.py import_device_results


def run(path, *options) -> list[str]:
    out = io.StringIO()
    call_command(
        "import_device_results", str(path), "--device", "Skin tester", *options,
        stdout=out, stderr=io.StringIO(),
    )  # fmt: skip
    return out.getvalue().splitlines()


@pytest.fixture
def results(tmp_path, person, topic):
    silent = make_person(imported_key="p2")
    path = tmp_path / "results.csv"
    ago = (timezone.now() - timedelta(days=2)).isoformat()
    path.write_text(
        "person,topic,value,at\n"
        f"p1,{topic.slug},dry 62,{ago}\n"
        f"p1,{topic.slug},dry 62,{ago}\n"
        f"{person.external_id},{topic.slug},,2026-01-03\n"
        f"{silent.imported_key},{topic.slug},oily,{ago}\n"
        f"nobody,{topic.slug},oily,{ago}\n"
        f"p1,unheard-of,oily,{ago}\n"
        f"p1,{topic.slug},oily,soon\n"
        f"p1,{topic.slug},oily,2099-01-01\n"
        "p1\n"
    )
    return path


def test_results_come_in_once_for_who_agreed_and_go_again(results, person):
    assert run(results, "--dry-run") == [
        "2 results would be stored",
        "0 results known already",
        "1 results of people without consent to profiling, not stored",
    ]
    assert not StatedInterest.objects.exists()
    assert run(results) == [
        "2 results stored",
        "0 results known already",
        "1 results of people without consent to profiling, not stored",
    ]
    rows = StatedInterest.objects.order_by("at")
    assert [(row.source, row.value) for row in rows] == [
        ("Skin tester", ""),
        ("Skin tester", "dry 62"),
    ]
    assert rows[0].at == datetime(2026, 1, 3, tzinfo=UTC)
    assert Signal.objects.filter(kind="device", profile__person=person).count() == 2
    assert run(results)[:2] == ["0 results stored", "2 results known already"]
    assert_rebuilds_to_the_same()
    assert run(results, "--undo") == ["2 results taken back"]
    assert not Signal.objects.exists()


def test_bad_rows_fail_a_strict_run_and_a_file_without_columns_any(results, tmp_path):
    with pytest.raises(CommandError, match="5 bad rows"):
        run(results, "--strict")
    other = tmp_path / "other.csv"
    other.write_text("person,value\np1,dry\n")
    with pytest.raises(CommandError, match="lacks topic, at in its first line"):
        run(other)
