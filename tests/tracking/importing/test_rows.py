"""Rows of event files: what is accepted, and the reason for what is not."""

from datetime import UTC, datetime

import pytest

from outbox.records import BadFile, RecordFile
from tracking.importing.rows import RowReader

NOW = datetime(2026, 6, 1, tzinfo=UTC)
HEADER = "person,item,at,kind,seconds,count"
GOOD = "p1,i1,2014-01-02,read,,"
BAD = [
    ("p1,i1,2014-01-02,read", "another number of fields than the first line"),
    (",i1,2014-01-02,read,,", "person is missing"),
    ("p1,,2014-01-02,read,,", "item is missing"),
    ("p1,i9,2014-01-02,read,,", "unknown item"),
    ("p1,i1,,read,,", "at is missing"),
    ("p1,i1,2014-13-02,read,,", "at is no ISO date"),
    ("p1,i1,2026-06-01T00:00:01Z,read,,", "at lies in the future"),
    ("p1,i1,0001-01-01T00:00:00+14:00,read,,", "at is no ISO date"),
    ("p1,i1,2014-01-02,stare,,", "unknown kind"),
    ("p1,i1,2014-01-02,,,", "unknown kind"),
    ("p1,i1,2014-01-02,read,-1,", "seconds is negative"),
    ("p1,i1,2014-01-02,read,nan,", "seconds is no number"),
    ("p1,i1,2014-01-02,read,soon,", "seconds is no number"),
    ("p1,i1,2014-01-02,read,,-1", "count is negative"),
    ("p1,i1,2014-01-02,read,,1.5", "count is no whole number"),
    ("p1,i1,2014-01-02,read,,99999999999", "count is too great"),
    ("x" * 201 + ",i1,2014-01-02,read,,", "person is longer than 200 characters"),
    ('p1,"i1,2014-01-02,read,,', "not CSV"),
]


def read(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "events.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    bad = []
    reader = RowReader(RecordFile(path), pages={"i1": 7, "种植": 8}, now=NOW)
    return list(reader.rows(lambda line, problem: bad.append((line, problem.reason)))), bad


@pytest.mark.parametrize(("line", "reason"), BAD)
def test_bad_row_is_named_and_its_neighbours_are_kept(tmp_path, line, reason):
    rows, bad = read(tmp_path, "\n".join([HEADER, GOOD, line, GOOD]))
    assert [row.line for row in rows] == [2, 4]
    assert bad == [(3, reason)]


def test_row_is_read_with_defaults_and_in_utc(tmp_path):
    text = f"{HEADER}\np1,i1,2014-01-02T08:00:00+08:00,attend,90.5,3\n{GOOD}\n"
    (first, second), bad = read(tmp_path, text)
    assert bad == []
    assert (first.at, first.seconds, first.count) == (datetime(2014, 1, 2, tzinfo=UTC), 90.5, 3)
    assert (second.at, second.seconds, second.count) == (first.at, None, 1)
    assert (second.person, second.page_id) == ("p1", 7)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gbk"])
def test_other_encodings_are_read(tmp_path, encoding):
    rows, bad = read(tmp_path, "item,person,kind,at\n种植,王,read,2014-01-02\n" * 1, encoding)
    assert [(row.page_id, row.person) for row in rows] == [(8, "王")]
    assert bad == []


def test_json_lines_and_csv_give_the_same_rows(tmp_path):
    (from_csv,), _ = read(tmp_path, f"{HEADER}\np1,i1,2014-01-02,read,5,2\n")
    text = '{"person": "p1", "item": "i1", "at": "2014-01-02", "kind": "read", "seconds": 5, "count": 2}'
    (from_json,), bad = read(tmp_path, f"\n{text}\n")
    assert bad == []
    assert (from_csv.at, from_csv.seconds, from_csv.count) == (
        from_json.at,
        from_json.seconds,
        from_json.count,
    )


@pytest.mark.parametrize(
    "line",
    ["{", "[]", '{"person": true}', '{"person": "p1", "item": "i1", "at": 5, "kind": "read"}'],
)
def test_bad_json_line_is_named(tmp_path, line):
    good = '{"person": "p1", "item": "i1", "at": "2014-01-02", "kind": "read"}'
    rows, bad = read(tmp_path, f"{good}\n{line}\n{good}")
    assert (len(rows), [number for number, _ in bad]) == (2, [2])


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "\x00\x01\x02\x03\x04", "[{}]", "person,item\n"])
def test_header_that_lacks_columns_is_refused_in_one_line(tmp_path, text):
    with pytest.raises(BadFile) as caught:
        read(tmp_path, text)
    assert "\n" not in str(caught.value)
