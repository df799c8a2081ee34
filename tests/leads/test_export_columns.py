"""Every column holds what it says, alike on both engines and in both formats."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import translation
from python_calamine import CalamineWorkbook

from classroom.models import Registration
from cms.models import Topic
from leads.export_columns import COLUMNS, chosen_columns
from leads.models import Label, LabelSet, Lead, PersonLabel
from leads.selectors.export_rows import can_be_copied, copied_lines, export_rows
from leads.services.export_folder import path_of
from leads.services.exports import request_export
from leads.services.membership import refresh_lists
from outbox.services import run_due_effects
from people.models import Branch, ContactPoint
from people.roles import Role
from tests.factories.leads import (
    attended,
    class_about,
    heat,
    list_of,
    profile_of,
    prospect,
    signal,
    staff,
    tagged,
    topic_named,
    warm,
)
from tests.factories.tracking import yardstick
from tracking.models import Declaration, Veto

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def lead_list():
    """Ada, of whom everything is known, and Ben, of whom little is."""
    implants = topic_named("Implants", name_zh="种植牙")
    gums, secret = topic_named("Gums"), topic_named("Secret", sensitive=True)
    branch = Branch.objects.create(slug="lake", name="Lake", name_zh="湖畔")
    ada = prospect(
        "Ada", marketing=True, email="ada@example.org", phone="+41446681800", branch=branch,
        language="en", source="newsletter", imported_key="K-1",
    )  # fmt: skip
    ContactPoint.objects.create(
        person=ada, kind="email", value="newer@example.org", verified_at=NOON + timedelta(hours=1)
    )
    ContactPoint.objects.create(person=ada, kind="email", value="unverified@example.org")
    ben = prospect("Ben", marketing=True, email="ben@example.org")
    for person, warmth in ((ada, 2.341), (ben, 1.5)):
        warm(person, implants, heat=warmth)
    warm(ada, gums, heat=9.0)
    for topic in (implants, gums, secret):
        tagged(ada, topic, days=5)
    page = yardstick(1, topics={implants.pk: 1.0})
    signal(ada, at=NOON - timedelta(days=2), yardstick=page)
    label_set = LabelSet.objects.create(name="Wants")
    for name, about, removed_at in (
        ("Implant, soon", implants, None), ("A secret", secret, None), ("Gone", None, NOON),
    ):  # fmt: skip
        label = Label.objects.create(label_set=label_set, name=name, slug=name[:4], topic=about)
        PersonLabel.objects.create(person=ada, label=label, by="user:1", removed_at=removed_at)
    owner = staff(Role.CONSULTANT)
    Lead.objects.create(person=ada, stage="booked", owner=owner)
    profile = profile_of(ada)
    for topic, days in ((gums, 2), (implants, 4)):
        Declaration.objects.create(profile=profile, topic=topic, at=NOON - timedelta(days=days))
    Veto.objects.create(
        profile=profile, topic=implants, reason="deleted", at=NOON - timedelta(days=3)
    )
    evening, morning = class_about("Evening"), class_about("Morning early")
    attended(ada, evening)
    Registration.objects.create(live_class=morning, person=ada)
    Registration.objects.create(live_class=evening, person=ada, cancelled_at=NOON)
    lead_list = list_of("warm", heat(implants, 1.0))
    refresh_lists()
    return lead_list


def told(lead_list, format):
    export = request_export(
        user=staff(Role.MARKETING, name=format),
        lead_list=lead_list,
        format=format,
        purpose="x",
        columns=list(COLUMNS),
    )
    run_due_effects()
    if format == "csv":
        text = path_of(export).read_bytes().decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text, newline="")))
    return CalamineWorkbook.from_path(path_of(export)).get_sheet_by_index(0).to_python()


def test_every_column_holds_what_it_says(lead_list):
    _header, *rows = told(lead_list, "csv")
    ada = next(dict(zip(COLUMNS, row, strict=True)) for row in rows if "Ada" in row)
    assert float(ada.pop("rank")) > 0
    assert ada.pop("reason").startswith("Heat for Implants is 2.3")
    assert len(ada.pop("external_id")) == 20
    assert ada == {
        "imported_key": "K-1", "name": "Ada", "email": "newer@example.org",
        "phone": "'+41446681800", "language": "en", "branch": "Lake", "source": "newsletter",
        "list": "warm", "entered_at": "2026-11-20T12:00:00+00:00", "heat": "2.34",
        "tags": "Gums; Implants", "wishes": "Gums", "labels": "Implant, soon", "stage": "visit booked", "owner": "consultants",
        "last_active": "2026-11-18T12:00:00+00:00", "registered": "Morning early",
        "attended": "Evening", "agreed_at": "2026-11-20T12:00:00+00:00",
    }  # fmt: skip
    ben = next(dict(zip(COLUMNS, row, strict=True)) for row in rows if "Ben" in row)
    assert ben["phone"] == ben["tags"] == ben["last_active"] == ben["rank"] == ben["branch"] == ""


def test_both_formats_hold_the_same(lead_list):
    written, sheet = told(lead_list, "csv"), told(lead_list, "xlsx")
    numbers = [list(COLUMNS).index(name) for name in ("heat", "rank")]
    for row in sheet[1:]:
        for place in numbers:
            row[place] = f"{row[place]:.2f}" if row[place] != "" else ""
    assert [[cell.removeprefix("'") for cell in row] for row in written] == sheet


def test_names_are_those_of_the_language_that_was_asked_in(lead_list):
    with translation.override("zh-hans"):
        header, *rows = told(lead_list, "csv")
    ada = next(row for row in rows if "Ada" in row)
    assert ada[list(COLUMNS).index("branch")] == "湖畔"
    assert ada[list(COLUMNS).index("tags")] == "Gums; 种植牙"
    assert header[list(COLUMNS).index("name")] != "name"


@pytest.mark.postgres
def test_copied_lines_are_those_that_python_writes(lead_list):
    columns = [column for column in chosen_columns(COLUMNS) if not column.told]
    assert can_be_copied(columns) is (connection.vendor == "postgresql")
    lots = list(copied_lines(lead_list, columns, now=NOON))
    copied = [next(csv.reader([line.decode()])) for lot in lots for line in lot.lines]
    from leads.services.export_files import csv_cells

    rows = list(export_rows(lead_list, columns, now=NOON))
    assert copied == [csv_cells(row) for _id, row in rows]
    ids = [external_id.decode() for lot in lots for external_id in lot.external_ids]
    assert ids == [external_id for external_id, _row in rows]


def test_what_is_read_of_everybody_is_what_is_read_of_members(lead_list):
    prospect("Cid", marketing=True, email="cid@example.org")
    columns = chosen_columns(COLUMNS)
    of_few = list(export_rows(lead_list, columns, now=NOON))
    assert list(export_rows(lead_list, columns, now=NOON, most=True)) == of_few
    assert len(of_few) == 2


def test_a_list_about_two_topics_tells_the_greater_heat(lead_list):
    both = list_of(
        "both",
        heat(Topic.objects.get(name="Implants"), 1.0),
        heat(Topic.objects.get(name="Gums"), 1.0),
    )
    refresh_lists()
    rows = list(export_rows(both, chosen_columns(["name", "heat"]), now=NOON))
    assert [cells for _id, cells in rows] == [["Ada", 9.0]]
