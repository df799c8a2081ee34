"""Names and answers that look like formulas are inert, and nothing else is touched."""

import pytest

from outbox.safe_cells import csv_cell

HOSTILE = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\ttab alone",
    "\rreturn alone",
    "  =1+1",
    "\u00a0=1+1",
    "\u3000=1+1",
    "\ufeff=1+1",
    "\u200b=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(A1)",
    "﹦1+1",
    "\u22122+3",
    '=HYPERLINK("http://example.org","x")',
    "\x00=1+1",
]
HARMLESS = ["李小龙", "王-明", "Ada @ work", "O'Brien", "ada@example.org", "1=1", "", "Zoë + Max"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_gets_an_apostrophe(text):
    cell = csv_cell(text)
    assert cell.startswith("'")
    assert "\x00" not in cell


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_text_stays_as_it_is(text):
    assert csv_cell(text) == text


def test_a_phone_number_keeps_its_plus_and_a_number_its_sign():
    assert csv_cell("+41 44 668 18 00") == "'+41 44 668 18 00"
    assert csv_cell(-2.5) == "-2.5"
    assert csv_cell(None) == ""
