"""Files people hand us: encodings, broken gzip, line numbers, nothing that is no file."""

import gzip

import pytest

from outbox.records import BadFile, BadRow, BadRows, RecordFile


def written(tmp_path, data: bytes, name="file.csv"):
    path = tmp_path / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-16-le", "utf-16-le"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
    ],
)
def test_encoding_is_recognised(tmp_path, encoding, expected):
    text = "person,item\n" + "王小明,种植牙\n" * 40
    file = RecordFile(written(tmp_path, text.encode(encoding)))
    assert file.encoding == expected
    assert [line for _, line in file][:2] == ["person,item", "王小明,种植牙"]
    assert file.start.startswith("person")


def test_western_code_page_is_not_taken_for_chinese(tmp_path):
    data = "name\nJosé Muñoz\nplain\n".encode("latin-1")
    file = RecordFile(written(tmp_path, data))
    assert [number for number, _ in file] == [1, 2, 3]
    assert file.undecodable == {2}


def test_one_bad_line_among_good_ones_is_named(tmp_path):
    data = "a\nü\n".encode() + b"\xff\xfe\xfa\n" + "é\n".encode()
    file = RecordFile(written(tmp_path, data))
    assert [line for _, line in file][3] == "é"
    assert file.undecodable == {3}


def test_truncated_gzip_keeps_the_lines_before_it(tmp_path):
    text = "\n".join(f"line {number} {number**7}" for number in range(20000))
    packed = gzip.compress(text.encode())
    file = RecordFile(written(tmp_path, packed[: len(packed) // 2], "file.csv.gz"))
    lines = list(file)
    assert lines[0] == (1, "line 0 0")
    assert 100 < len(lines) < 20000
    assert file.broken == "the gzip file is cut off"
    assert file.last_line == len(lines)


def test_damaged_gzip_is_told_without_traceback(tmp_path):
    text = "\n".join(f"line {number} {number**7}" for number in range(20000))
    packed = bytearray(gzip.compress(text.encode()))
    packed[len(packed) // 2] ^= 0xFF
    file = RecordFile(written(tmp_path, bytes(packed), "file.gz"))
    list(file)
    assert file.broken == "the gzip file is damaged"


def test_a_file_can_be_walked_twice(tmp_path):
    file = RecordFile(written(tmp_path, gzip.compress(b"a\nb\n")))
    assert list(file) == list(file) == [(1, "a"), (2, "b")]
    assert file.position == file.size


@pytest.mark.parametrize("data", [b"", b"\n \n", b"\xef\xbb\xbf", gzip.compress(b"", mtime=0)])
def test_empty_file_is_refused(tmp_path, data):
    with pytest.raises(BadFile, match="is empty"):
        RecordFile(written(tmp_path, data))


def test_missing_file_and_directory_are_refused_in_one_line(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(BadFile, match="cannot be read"):
            RecordFile(path)


def test_only_the_first_twenty_bad_rows_are_told(tmp_path):
    path = tmp_path / "out"
    with path.open("w") as out:
        rows = BadRows(out)
        for number in range(30):
            rows.add(line=number, problem=BadRow("odd" if number % 3 else "even", f"no {number}"))
    told = path.read_text().splitlines()
    assert len(told) == 21
    assert told[1] == "line 1: odd: no 1"
    assert rows.lines() == ["  20 x odd", "  10 x even"]
