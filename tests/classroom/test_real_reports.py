"""The two real reports: every person's time against arithmetic done here from the file's columns."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.factories.classroom import live_class

pytestmark = pytest.mark.django_db
FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "attendance"
ZOOM, TEAMS = FOLDER / "zoom_participants.csv", FOLDER / "teams_report.csv"


def needs(path: Path) -> Path:
    if not path.exists():
        pytest.skip(f"the real report {path.name} is not here")
    return path


def reported(page) -> list[dict]:
    out = io.StringIO()
    call_command("report_attendance", str(page.pk), stdout=out)
    return list(csv.DictReader(io.StringIO(out.getvalue())))


def ticks(rows, start: datetime, end: datetime) -> set[int]:
    """Every second of the class that some row covers, counted from its start."""
    length = int((end - start).total_seconds())
    return {
        second
        for joined, left in rows
        for second in range(
            max(0, int((joined - start).total_seconds())),
            min(length, int((left - start).total_seconds())),
        )
    }


@pytest.mark.parametrize(
    ("hour", "minutes"), [(10, 120), (9, 240), (11, 30)], ids=["clipped", "whole", "short"]
)
def test_zoom_every_person_by_the_second(hour, minutes):
    path = needs(ZOOM)
    start = datetime(2021, 11, 19, hour, tzinfo=UTC)
    end = datetime.fromtimestamp(start.timestamp() + minutes * 60, tz=UTC)
    page = live_class(starts_at=start, minutes=minutes)
    people: dict[str, list] = {}
    form = "%m/%d/%Y %I:%M:%S %p"
    with path.open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            joined = datetime.strptime(row["Join Time"], form).replace(tzinfo=UTC)
            left = datetime.strptime(row["Leave Time"], form).replace(tzinfo=UTC)
            people.setdefault(row["User Email"].lower(), []).append((joined, left))
    assert len(people) == 27
    call_command("import_attendance", str(page.pk), str(path), stdout=io.StringIO())
    found = {row["contact"]: row for row in reported(page)}
    assert found.keys() == people.keys()
    for contact, rows in people.items():
        present = ticks(rows, start, end)
        assert int(found[contact]["live_seconds"]) == len(present), contact
        share = len(present) / (minutes * 60)
        assert float(found[contact]["share"]) == pytest.approx(share, abs=1e-6)
        assert found[contact]["attended"] == ("true" if share >= 0.5 else "false")
        if present:
            first = datetime.fromisoformat(found[contact]["first_join"])
            last = datetime.fromisoformat(found[contact]["last_leave"])
            assert (first - start).total_seconds() == min(present)
            assert (last - start).total_seconds() == max(present) + 1


@pytest.mark.parametrize(("minute", "minutes"), [(29, 25), (30, 20), (40, 60)])
@pytest.mark.parametrize("zone", ["UTC", "Europe/Brussels"])
def test_teams_every_person_by_the_second(minute, minutes, zone):
    path = needs(TEAMS)
    local = datetime(2022, 11, 14, 9, minute)
    start = local.replace(tzinfo=UTC)
    hours_ahead = 1 if zone == "Europe/Brussels" else 0
    page = live_class(
        starts_at=start.replace(hour=9 - hours_ahead), minutes=minutes, time_zone=zone
    )
    end = datetime.fromtimestamp(start.timestamp() + minutes * 60, tz=UTC)
    lines = path.read_text(encoding="utf-16").splitlines()
    heading = next(i for i, line in enumerate(lines) if line.startswith("3. ")) + 1
    people: dict[str, list] = {}
    for row in csv.DictReader(lines[heading:], delimiter="\t"):
        form = "%d/%m/%y, %H:%M:%S"
        joined = datetime.strptime(row["Join time"], form).replace(tzinfo=UTC)
        left = datetime.strptime(row["Leave time"], form).replace(tzinfo=UTC)
        people.setdefault(row["Email"].lower(), []).append((joined, left))
    assert len(people) == 7
    call_command("import_attendance", str(page.pk), str(path), stdout=io.StringIO())
    found = {row["contact"]: row for row in reported(page)}
    assert {contact: int(row["live_seconds"]) for contact, row in found.items()} == {
        contact: len(ticks(rows, start, end)) for contact, rows in people.items()
    }
    assert {row["first_join"][-6:] for row in found.values() if row["first_join"]} <= {
        f"+0{hours_ahead}:00"
    }


def test_zoom_truncated_anywhere_keeps_every_whole_row(tmp_path):
    """Cut in the last row at every place: the other rows stay, the cut one counts whole or not."""
    content = needs(ZOOM).read_bytes().rstrip()
    last_row = content.rindex(b"\n") + 1
    page = live_class(starts_at=datetime(2021, 11, 19, 10, tzinfo=UTC), minutes=120)
    for end in range(last_row + 1, len(content), 9):
        path = tmp_path / f"{end}.csv"
        path.write_bytes(content[:end])
        out = io.StringIO()
        call_command(
            "import_attendance", str(page.pk), str(path), "--dry-run", stdout=out, stderr=out
        )
        whole = content[last_row:end].count(b",") == 6
        assert f"{31 if whole else 30} would be stored" in out.getvalue()
        assert ("cut off" in out.getvalue()) != whole
