"""Lines that are looked through together come out as safe_cells has each of their cells."""

import csv
import io
import random
import sys

import pytest
from django.db import connection

from outbox.safe_cells import INVISIBLE, STARTERS, csv_cell
from outbox.safe_lines import guarded_lines
from tests.outbox.test_safe_cells import HARMLESS, HOSTILE

PIECES = [
    *STARTERS, *INVISIBLE, "＝", "＋", "﹣", "⁺", "a", "李", "é", "'", '"', ",", ", ", ";", "\\", "%",
    "\t", "\r", "\n", "\x01", "\x1f", "\x7f", "\x85", "\xa0", "\u3000", "\u2028", "1", "",
]  # fmt: skip
CELLS = 8


def by_chance(number):
    chance = random.Random(20261122)
    made = ["".join(chance.choices(PIECES, k=chance.randrange(7))) for _ in range(number)]
    return [text.replace("\x00", "") for text in [*HOSTILE, *HARMLESS]] + made


def lines_of(texts):
    """Lines of several cells, as COPY writes them."""
    told = io.StringIO()
    for start in range(0, len(texts), CELLS):
        row = [*texts[start : start + CELLS], *[""] * CELLS][:CELLS]
        csv.writer(told, lineterminator="\r\n").writerow(row)
        yield told.getvalue()[:-2].encode() + b"\n"
        told.seek(0)
        told.truncate()


def cells_of(lines):
    return [
        cell for line in lines for cell in next(csv.reader(io.StringIO(line.decode(), newline="")))
    ]


def guarded(texts):
    return cells_of(guarded_lines(list(lines_of(texts)), texts=[True] * CELLS))[: len(texts)]


@pytest.mark.parametrize(
    ("form", "upto"), [("{}", sys.maxunicode), (" {}1", 0xFFFF), ("a{}=", 0xFFFF)]
)
def test_every_character_first_and_second(form, upto):
    codes = [code for code in range(1, upto + 1) if not 0xD800 <= code <= 0xDFFF]
    texts = [form.format(chr(code)) for code in codes]
    assert guarded(texts) == [csv_cell(text) for text in texts]


def test_nasty_strings_put_together_by_chance():
    texts = by_chance(20_000)
    assert guarded(texts) == [csv_cell(text) for text in texts]


def test_what_was_guarded_before_stays_as_it_is():
    texts = [csv_cell(text) for text in by_chance(5_000)]
    assert guarded(texts) == texts


def test_a_number_keeps_its_sign_and_a_comma_inside_a_cell_begins_none():
    lines = [b'-2.50,"a, =1+1",=1+1\n', b'"=1, +1",-1.00,\n']
    assert guarded_lines([lines[0]], texts=[False, True, True]) == [b'-2.50,"a, =1+1",\'=1+1']
    assert guarded_lines([lines[1]], texts=[True, False, True]) == [b'"\'=1, +1",-1.00,']


@pytest.mark.django_db
@pytest.mark.postgres
def test_lines_as_the_database_writes_them():
    texts = by_chance(4_000)
    with connection.cursor() as cursor:
        copy = (
            "COPY (SELECT text, 1.5, 'x' || text FROM unnest(%s::text[]) WITH ORDINALITY"
            " AS t(text, place) ORDER BY place) TO STDOUT (FORMAT csv)"
        )
        with cursor.copy(copy, [texts]) as found:
            lines = [bytes(line) for line in found]
    told = guarded_lines(lines, texts=[True, False, True])
    rows = [next(csv.reader(io.StringIO(line.decode(), newline=""))) for line in told]
    assert rows == [[csv_cell(text), "1.5", csv_cell(f"x{text}")] for text in texts]
