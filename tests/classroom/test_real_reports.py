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


# By hand, from the columns "Join Time" and "Leave Time" of each line: minutes and seconds of the
# class from 10:00 to 12:00 (no line ends after 12:01:59 but is cut at 12:00:00). Stays that
# overlap (Power Girl twice, Swarm by 14 s) count once; gaps of a reconnect do not count.
ZOOM_BY_HAND = {
    "loki_asgardian@marvel.example.com": (120, 0),  # 09:54:15 on, there for all of it
    "mockingbird_human@marvel.example.com": (112, 16),  # 10:07:44
    "clea_unknown@marvel.example.com": (9, 8),  # 10:08:10 to 10:17:18
    "power-girl_kryptonian@dc.example.com": (111, 34),  # 10:08:26, and 10:11:31 inside it
    "cyborg-superman_cyborg@dc.example.com": (83, 30),  # 51:41 to 11:00:13, 31:49 from 11:28:11
    "blizzard-ii_unknown@marvel.example.com": (111, 20),  # 10:08:40
    "green-goblin_human@marvel.example.com": (110, 36),  # 10:09:24
    "donna-troy_amazon@dc.example.com": (110, 34),  # 10:09:26
    "erg-1_unknown@dc.example.com": (110, 0),  # 10:10:00
    "alan-scott_unknown@dc.example.com": (109, 23),  # 10:10:37
    "juggernaut_human@marvel.example.com": (109, 11),  # 10:10:49
    "thunderbird-ii_unknown@marvel.example.com": (2, 12),  # 10:11:03 to 10:13:15
    "silverclaw_unknown@marvel.example.com": (108, 55),  # 10:11:05
    "simon-baz_human@dc.example.com": (108, 34),  # 10:11:26
    "warp_unknown@dc.example.com": (108, 10),  # 10:11:50
    "birdman_eternal@hb.com": (108, 5),  # 10:11:55
    "isis_unknown@dc.example.com": (106, 3),  # 10:13:57
    "swarm_mutant@marvel.example.com": (105, 30),  # 10:14:30, again from 10:24:12, left 10:24:26
    "jason-bourne_human@something.com": (104, 54),  # 10:15:06
    "angel-salvadore_unknown@marvel.example.com": (104, 49),  # 10:15:11
    "phoenix_mutant@marvel.example.com": (100, 20),  # 10:19:40
    "magus_unknown@marvel.example.com": (75, 57),  # 10:44:03
    "winter-soldier_human@marvel.example.com": (0, 20),  # 11:00:49 to 11:01:09
    "dazzler_mutant@marvel.example.com": (28, 25),  # 1:33 and 26:52
    "shang-chi_human@marvel.example.com": (3, 25),  # 11:18:16 to 11:21:41
    "she-thing_radiation@marvel.example.com": (22, 59),  # 11:37:01
    "redeemer-ii_unknown@comic.com": (95, 30),  # 10:24:30
}
# The class from 09:30 to 09:50: "3. In-Meeting activities", cut at 09:50:00.
TEAMS_BY_HAND = {
    "jan.janssens.ext@un.example.org": (19, 14),  # 09:30:46
    "johnny.walker@scotch.example.com": (19, 8),  # 09:30:52
    "pgsimon@spain.example.es": (19, 8),
    "jacek@woityla.example.at": (19, 8),
    "igor.3.lanis@sota.example.net": (18, 41),  # 09:31:19
    "fredprimus@first.example.com": (17, 32),  # 09:32:28
    "sdc@smallco.example.co.uk": (14, 39),  # 09:35:21
}


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
    ("path", "starts_at", "minutes", "by_hand"),
    [
        (ZOOM, datetime(2021, 11, 19, 10, tzinfo=UTC), 120, ZOOM_BY_HAND),
        (TEAMS, datetime(2022, 11, 14, 9, 30, tzinfo=UTC), 20, TEAMS_BY_HAND),
    ],
    ids=["zoom", "teams"],
)
def test_every_person_by_hand(path, starts_at, minutes, by_hand):
    page = live_class(starts_at=starts_at, minutes=minutes)
    call_command("import_attendance", str(page.pk), str(needs(path)), stdout=io.StringIO())
    found = {row["contact"]: int(row["live_seconds"]) for row in reported(page)}
    assert {contact: divmod(seconds, 60) for contact, seconds in found.items()} == by_hand


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
