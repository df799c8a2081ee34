"""How Chinese is cut for the index and for queries."""

import pytest

from cms.search_text import index_text, query_words, suffixes_text


def test_ascii_is_indexed_as_it_stands():
    assert index_text("Root canal, 2nd visit") == "Root canal, 2nd visit"


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("根管治疗", "根 管 治 疗 根管 管治 治疗"),
        ("牙", "牙"),
        ("X光片", "X 光 片 光片"),
        ("ＣＴ检查", "CT 检 查 检查"),
        ("做CBCT吗", "做 CBCT 吗"),
    ],
)
def test_chinese_is_indexed_as_characters_and_pairs(text, tokens):
    assert index_text(text).split() == tokens.split()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("根管治疗", ["根管", "管治", "治疗"]),
        ("牙", ["牙"]),
        ("儿童  涂氟", ["儿童", "涂氟"]),
        ("CT检查", ["ct", "检查"]),
        ("Ｃｔ　检查", ["ct", "检查"]),
        ('"gums" AND (bleed*)', ["gums", "and", "bleed"]),
        ("''\"*()-", []),
        ("", []),
    ],
)
def test_query_asks_for_pairs_and_words_without_signs(query, words):
    assert query_words(query) == words


def test_endless_query_is_bounded():
    assert len(query_words("牙龈出血" * 500)) <= 24
    assert len(query_words(" ".join(f"w{n}" for n in range(500)))) == 24


def test_every_part_of_a_chinese_title_is_a_beginning():
    ends = suffixes_text("根管治疗").split()
    assert ends == ["根管治疗", "管治疗", "治疗", "疗"]
