"""Reports of every room, in their languages, encodings and states of damage."""

import json
import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter

from classroom.intervals import seconds_of
from classroom.reports.placing import Window
from classroom.reports.reading import read_report
from classroom.reports.stays import ReportFormat
from outbox.records import BadFile
from tests.factories.classroom import written


def window(start: datetime, *, minutes: int = 60, zone: str = "UTC") -> Window:
    start = start.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return Window(start, start + timedelta(minutes=minutes), ZoneInfo(zone))


EVENING = window(datetime(2026, 3, 5, 18, 0))


def stays_in(report) -> list[tuple]:
    return [
        (stay.name, stay.contact, f"{stay.joined_at:%H:%M:%S}", f"{stay.left_at:%H:%M:%S}")
        for stay in report.stays
    ]


ZOOM_PREAMBLE = """\
Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants
123 456,Gums,03/05/2026 05:55:00 PM,03/05/2026 07:05:00 PM,dr@clinic.example,70,2

Name (Original Name),User Email,Total Duration (Minutes),Guest
Mei (iPhone),mei@a.example,30,Yes
"""


def test_zoom_below_what_it_says_of_the_meeting(tmp_path):
    """Unique users have only a total: it counts from the start of the class."""
    report = read_report(written(tmp_path, ZOOM_PREAMBLE), window=EVENING)
    assert report.format == ReportFormat.ZOOM
    assert stays_in(report) == [("Mei (iPhone)", "mei@a.example", "18:00:00", "18:30:00")]
    assert report.stays[0].original_name == "iPhone"
    assert "only a duration" in report.notes[0]


@pytest.mark.parametrize(
    "heading",
    [
        "名称（原始名称）,用户电子邮件,加入时间,离开时间,持续时间（分钟）,访客",
        "Name (Originalname),Benutzer-E-Mail,Beitrittszeit,Austrittszeit,Dauer (Minuten),Gast",
        "姓名（原始姓名）,用户邮箱,加入时间,退出时间,时长（分钟）,来宾",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "gb18030"])
def test_zoom_in_other_languages_and_encodings(tmp_path, heading, encoding):
    name = "Zoë" if "Gast" in heading and encoding != "gb18030" else "王芳（小芳）"
    text = f"{heading}\r\n{name},wang@a.example,2026-03-05 18:10:00,2026-03-05 18:40:00,30,是\r\n"
    path = written(tmp_path, text, encoding=encoding)
    report = read_report(path, window=EVENING)
    assert report.format == ReportFormat.ZOOM
    assert stays_in(report) == [(name, "wang@a.example", "18:10:00", "18:40:00")]
    assert report.bad == []


def test_zoom_leaves_the_waiting_room_out(tmp_path):
    text = (
        "Name (original name),Email,Join time,Leave time,Duration (minutes),Guest,In waiting room\n"
        "Ann,a@a.example,03/05/2026 06:00:00 PM,03/05/2026 06:04:00 PM,4,Yes,Yes\n"
        "Ann,a@a.example,03/05/2026 06:04:00 PM,03/05/2026 06:34:00 PM,30,Yes,No\n"
    )
    report = read_report(written(tmp_path, text), window=EVENING)
    assert [stay.seconds for stay in report.stays] == [1800]
    assert report.notes == ["1 row of the waiting room is not counted"]


TEAMS_FLAT = (
    "Meeting Summary\nTotal Number of Participants\t1\nMeeting Title\tGums\n"
    "Meeting Start Time\t05.03.2026, 17:58:00\nMeeting End Time\t05.03.2026, 19:01:00\n\n"
    "Vollständiger Name\tBeitrittszeit\tAustrittszeit\tDauer\tE-Mail\tRolle\n"
    "Jörg Öz\t05.03.2026, 18:01:00\t05.03.2026, 18:31:30\t30 Min. 30 Sek.\tj@a.example\tTeilnehmer\n"
)


def test_teams_flat_and_german(tmp_path):
    report = read_report(written(tmp_path, TEAMS_FLAT, encoding="utf-16"), window=EVENING)
    assert report.format == ReportFormat.TEAMS
    assert stays_in(report) == [("Jörg Öz", "j@a.example", "18:01:00", "18:31:30")]


def test_teams_in_chinese_with_three_sections(tmp_path):
    """A person whom the list of activities lacks comes in from the list of people."""
    text = (
        "1. 摘要\n会议标题\t牙龈\n开始时间\t2026/3/5 17:58:00\n结束时间\t2026/3/5 19:00:00\n\n"
        "2. 参与者\n姓名\t首次加入时间\t最后离开时间\t会议中持续时间\t电子邮件\t参与者 ID (UPN)\t角色\n"
        "王芳\t2026/3/5 18:00:00\t2026/3/5 18:30:00\t20分钟0秒\tw@a.example\tw@a.example\t演示者\n"
        "李雷\t2026/3/5 18:00:00\t2026/3/5 18:30:00\t20分钟0秒\tl@a.example\tl@a.example\t与会者\n\n"
        "3. 会议活动\n姓名\t加入时间\t离开时间\t持续时间\t电子邮件\t角色\n"
        "王芳\t2026/3/5 18:00:00\t2026/3/5 18:10:00\t10分钟0秒\tw@a.example\t演示者\n"
        "王芳\t2026/3/5 18:20:00\t2026/3/5 18:30:00\t10分钟0秒\tw@a.example\t演示者\n"
    )
    report = read_report(written(tmp_path, text, encoding="utf-16-le"), window=EVENING)
    assert report.format == ReportFormat.TEAMS
    assert [(stay.name, stay.seconds) for stay in report.stays] == [
        ("李雷", 1200),
        ("王芳", 600),
        ("王芳", 600),
    ]


def test_teams_comings_and_goings(tmp_path):
    text = (
        "Full Name\tUser Action\tTimestamp\n"
        "Teilnehmer 5\tJoined before\t3/5/2026, 6:00:00 PM\n"
        "Ann\tJoined\t3/5/2026, 6:05:00 PM\n"
        "Ann\tLeft\t3/5/2026, 6:15:00 PM\n"
        "Ann\tJoined\t3/5/2026, 6:20:00 PM\n"
        "Bob\tLeft\t3/5/2026, 6:25:00 PM\n"
    )
    report = read_report(written(tmp_path, text), window=EVENING)
    assert report.format == ReportFormat.TEAMS
    assert [(stay.name, stay.seconds) for stay in report.stays] == [
        ("Teilnehmer 5", 25 * 60),
        ("Ann", 600),
        ("Ann", 300),
    ]
    assert [(bad.line, str(bad.problem)) for bad in report.bad] == [(6, "left without joining")]


def test_meet_tells_no_day_and_a_total(tmp_path):
    text = (
        "First name,Last name,Email,Duration,Time joined,Time exited\n"
        "Ann,Lee,ann@a.example,30 min,6:05 PM,6:55 PM\n"
        "Bob,,,49 min,6:05 PM,6:55 PM\n"
    )
    report = read_report(written(tmp_path, text), window=EVENING)
    assert report.format == ReportFormat.MEET
    assert stays_in(report) == [
        ("Ann Lee", "ann@a.example", "18:05:00", "18:55:00"),
        ("Bob", "", "18:05:00", "18:55:00"),
    ]
    # Ann was away for 20 minutes, Bob's minute is rounding.
    assert [seconds_of(stay.intervals) for stay in report.stays] == [1800, 3000]


def test_meet_across_midnight(tmp_path):
    text = "First name,Last name,Email,Duration,Time joined,Time exited\nAnn,Lee,,60 min,11:40 PM,12:40 AM\n"
    late = window(datetime(2026, 3, 5, 23, 30), minutes=90, zone="Asia/Shanghai")
    stay = read_report(written(tmp_path, text), window=late).stays[0]
    assert stay.joined_at == datetime(2026, 3, 5, 15, 40, tzinfo=UTC)
    assert stay.left_at == datetime(2026, 3, 5, 16, 40, tzinfo=UTC)


def test_bigbluebutton_csv(tmp_path):
    text = (
        "Name,Moderator,Activity Score,Talk Time,Webcam Time,Messages,Join,Left,Duration\n"
        'Ann,FALSE,3.1,-,-,2,"3/5/2026, 6:00:00 PM","3/5/2026, 6:50:00 PM",00:40:00\n'
        'Bob,FALSE,3.1,-,-,2,"3/5/2026, 6:00:00 PM",-,\n'
    )
    report = read_report(written(tmp_path, text), window=EVENING)
    assert report.format == ReportFormat.BIGBLUEBUTTON
    assert [(stay.name, stay.seconds) for stay in report.stays] == [("Ann", 2400)]
    assert str(report.bad[0].problem) == "no leave time and no duration"


def test_bigbluebutton_json_counts_reconnects_as_one_person(tmp_path):
    start = int(EVENING.start.timestamp() * 1000)
    minute = 60_000
    data = {
        "name": "Gums",
        "endedOn": start + 60 * minute,
        "users": {
            "u1": {
                "name": "Ann",
                "extId": "ann@a.example",
                "intIds": {
                    "w1": {"sessions": [{"registeredOn": start, "leftOn": start + 10 * minute}]},
                    "w2": {"registeredOn": start + 20 * minute, "leftOn": 0},
                },
            }
        },
    }
    path = written(tmp_path, json.dumps(data), name="dashboard.json")
    report = read_report(path, window=EVENING)
    assert [(stay.contact, stay.seconds) for stay in report.stays] == [
        ("ann@a.example", 600),
        ("ann@a.example", 2400),
    ]


def test_bigbluebutton_events_have_lists_of_joins_and_leaves(tmp_path):
    data = {
        "data": {
            "finish": "2026-03-05T19:00:00+00:00",
            "attendees": [
                {
                    "name": "Ann",
                    "joins": ["2026-03-05T18:00:00+00:00", "2026-03-05T18:30:00+00:00"],
                    "leaves": ["2026-03-05T18:10:00+00:00"],
                }
            ],
        }
    }
    path = written(tmp_path, json.dumps(data), name="events.json")
    report = read_report(path, window=EVENING)
    assert [stay.seconds for stay in report.stays] == [600, 1800]


def test_any_table_by_its_columns(tmp_path):
    text = "课程报告\n昵称,手机号,进入直播间,离开直播间\n小芳,13800138000,2026/3/5 18:00,2026/3/5 18:20\n"
    columns = {
        "name": "昵称",
        "phone": "手机号",
        "join": "进入直播间",
        "leave": "离开直播间",
    }
    path = written(tmp_path, text, encoding="gb18030")
    report = read_report(path, window=EVENING, columns=columns)
    assert report.format == ReportFormat.TABLE
    assert stays_in(report) == [("小芳", "13800138000", "18:00:00", "18:20:00")]


def test_a_workbook_with_real_dates(tmp_path):
    path = tmp_path / "report.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        style = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet.write_row(0, 0, ["Who", "Mail", "In", "Out"])
        sheet.write_row(1, 0, ["Ann", "ann@a.example"])
        sheet.write_datetime(1, 2, datetime(2026, 3, 5, 18, 0), style)
        sheet.write_datetime(1, 3, datetime(2026, 3, 5, 18, 45, 30), style)
    columns = {"name": "Who", "email": "Mail", "join": "In", "leave": "Out"}
    report = read_report(path, window=EVENING, columns=columns)
    assert stays_in(report) == [("Ann", "ann@a.example", "18:00:00", "18:45:30")]


ZOOM = "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest\n"
GOOD = "Ann,a@a.example,03/05/2026 06:00:00 PM,03/05/2026 06:30:00 PM,30,Yes\n"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Bob,b@a.example,03/05/2026 06:30:00 PM,03/05/2026 06:00:00 PM,30,Yes\n", "left before"),
        ("Bob,b@a.example,soon,03/05/2026 06:00:00 PM,30,Yes\n", "join time is no moment"),
        (",,03/05/2026 06:00:00 PM,03/05/2026 06:30:00 PM,30,Yes\n", "neither name nor contact"),
        ("Bob,b@a.example,03/05/2026\n", "fewer fields"),
        ("Bob,Jr,b@a.example,03/05/2026 06:00:00 PM,03/05/2026 06:30:00 PM,3,Yes\n", "more fields"),
        ("Bob,b@a.example,13/13/2026 06:00:00 PM,13/13/2026 06:30:00 PM,30,Yes\n", "no such day"),
        ("Bob,b@a.example,03/05/2026 06:00:00 PM,03/05/2026 06:3", "cut off"),
        ('"Bob,b@a.example,03/05/2026 06:00:00 PM,03/05/2026 06:30:00 PM,thirty,Yes\n', "duration"),
    ],
)
def test_a_bad_row_is_named_and_the_good_one_kept(tmp_path, row, reason):
    report = read_report(written(tmp_path, ZOOM + GOOD + row), window=EVENING)
    assert [stay.name for stay in report.stays] == ["Ann"]
    assert [bad.line for bad in report.bad] == [3]
    assert reason in str(report.bad[0].problem)


def test_a_utf16_file_cut_in_a_character(tmp_path):
    path = tmp_path / "report.csv"
    path.write_bytes((ZOOM + GOOD + GOOD).encode("utf-16")[:-31])
    report = read_report(path, window=EVENING)
    assert [stay.name for stay in report.stays] == ["Ann"]
    assert report.bad


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"hello\nworld\n", "has no heading"),
        (ZOOM.encode(), "a heading and no rows"),
        (b'{"users": ', "damaged or cut off"),
        (b'{"name": "x"}', "no learning dashboard"),
        (b"PK\x03\x04 not a workbook", "no workbook"),
        (b"\x00\x01\x02\x03" * 40, "has no heading"),
    ],
)
def test_what_is_no_report_is_refused_in_one_line(tmp_path, content, message):
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(BadFile, match=message) as refused:
        read_report(path, window=EVENING)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_line_ends_of_other_systems(tmp_path, ending):
    text = (ZOOM + GOOD).replace("\n", ending)
    report = read_report(written(tmp_path, text), window=EVENING)
    assert [stay.name for stay in report.stays] == ["Ann"]
    assert report.bad == []


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(BadFile, match="does not exist"):
        read_report(tmp_path / "nothing", window=EVENING)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"colour": "Name"}, "knows name"),
        ({"name": "Name"}, "must say when"),
        ({"join": "Join Time"}, "must say who"),
        ({"name": "Nickname", "join": "Join Time"}, "No line of the file"),
    ],
)
def test_columns_that_cannot_be_used_are_explained(tmp_path, columns, message):
    with pytest.raises(BadFile, match=message):
        read_report(written(tmp_path, ZOOM + GOOD), window=EVENING, columns=columns)


def test_the_repeated_hour_of_a_dst_day(tmp_path):
    """Clocks in Berlin go from 03:00 back to 02:00 on 25 October 2026."""
    night = window(datetime(2026, 10, 25, 1, 30), minutes=180, zone="Europe/Berlin")
    text = (
        "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest\n"
        "Ann,a@a.example,10/25/2026 02:50:00 AM,10/25/2026 02:10:00 AM,20,Yes\n"
        "Bob,b@a.example,10/25/2026 02:10:00 AM,10/25/2026 02:20:00 AM,70,Yes\n"
        "Cem,c@a.example,10/25/2026 01:30:00 AM,10/25/2026 03:30:00 AM,180,Yes\n"
    )
    report = read_report(written(tmp_path, text), window=night)
    assert [stay.seconds / 60 for stay in report.stays] == [20, 70, 180]


def test_the_skipped_hour_of_a_dst_day(tmp_path):
    """Clocks in Berlin go from 02:00 on to 03:00 on 29 March 2026: an hour passes, not two."""
    night = window(datetime(2026, 3, 29, 1, 30), minutes=60, zone="Europe/Berlin")
    text = ZOOM + "Ann,a@a.example,03/29/2026 01:30:00 AM,03/29/2026 03:30:00 AM,60,Yes\n"
    report = read_report(written(tmp_path, text), window=night)
    assert [stay.seconds for stay in report.stays] == [3600]


@pytest.mark.parametrize(
    "row",
    [
        "Bob,b@a.example,9999-12-31 23:59:00,9999-12-31 23:59:59,30,Yes",
        "Bob,b@a.example,0001-01-01T00:00:00+14:00,0001-01-01T00:01:00+14:00,30,Yes",
        "Bob,b@a.example,,,99999999999999999999,Yes",
    ],
)
def test_the_ends_of_the_calendar_are_bad_rows(tmp_path, row):
    far = window(datetime(2026, 3, 5, 18, 0), zone="America/New_York")
    report = read_report(written(tmp_path, ZOOM + GOOD + row + "\n"), window=far)
    assert [bad.line for bad in report.bad] == [3]


@pytest.mark.parametrize("text", [ZOOM_PREAMBLE, TEAMS_FLAT, ZOOM + GOOD * 3])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_damage_anywhere_is_never_a_traceback(tmp_path, text, encoding):
    """Bytes lost, doubled and changed: a report comes of it, or one line that says why not."""
    chance = random.Random(f"{len(text)} {encoding}")
    path = tmp_path / "damaged.csv"
    for _ in range(100):
        content = bytearray(text.encode(encoding))
        for _ in range(chance.randrange(1, 6)):
            at = chance.randrange(len(content))
            match chance.randrange(3):
                case 0:
                    del content[at : at + chance.randrange(1, 40)]
                case 1:
                    content[at:at] = content[at : at + chance.randrange(1, 40)]
                case _:
                    content[at] = chance.randrange(256)
            content = content or bytearray(b"x")
        path.write_bytes(content)
        try:
            report = read_report(path, window=EVENING)
        except BadFile as refused:
            assert "\n" not in str(refused)
        else:
            assert report.rows
