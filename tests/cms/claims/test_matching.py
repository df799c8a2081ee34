"""What is taken for a claim and what is a false alarm, in both languages, with the list we begin with."""

import re
import time

import pytest

from cms.claims.matching import Matcher, Phrase, PhraseRefused, checked_phrase, pattern_text
from cms.claims.starting_list import REASONS, ROWS

START = Matcher([Phrase(phrase, exceptions) for _k, _s, _a, phrase, exceptions in ROWS])

CLAIMS = {
    "We are the best clinic in town.": "the best",
    "The BEST   care": "the best",
    "It is a painless procedure.": "painless procedure*",
    "Painlessly done in an hour": "painlessly",
    "Results guaranteed.": "guarantee*",
    "We guarantee a result": "guarantee*",
    "A 98 % success story": "#% success",
    "97.5% success": "#% success",
    "A pain free visit": "pain-free",
    "PAIN-FREE visit": "pain-free",
    "It is 100% safe": "100% safe",
    "Look 10 years younger": "look # years younger",
    "A miraculous… no: a miracle cure": "miracle*",
    "ｇｕａｒａｎｔｅｅｄ": "guarantee*",
    "guaran\u00adteed": "guarantee*",
    "本市最好的诊所": "最好",
    "口碑第一的医院": "第一",
    "可以根治牙周炎": "根治",
    "根 治 牙周炎": "根治",
    "根\u200b治牙周炎": "根治",
    "治愈率高达95%": "治愈率",
    "无痛拔牙": "无痛",
    "１００％有效": "100%有效",
    "100 % 有效": "100%有效",
    "百分之百治好": "百分之百",
    "年轻10岁": "年轻#岁",
    "用Guaranteed字样": "guarantee*",
    "国家级专家": "国家级",
}
FALSE_ALARMS = [
    "At best it takes a week.",
    "It is best to rinse first.",
    "Best before 2027",
    "Bestow and bestial are other words.",
    "No guarantee can be given, and nobody can guarantee a result.",
    "A painless lump that stays should be seen.",
    "It is not pain-free.",
    "The best treatment for each person differs.",
    "Painless is not the same as healthy.",
    "100% of the tube is plastic.",
    "No operation is risk-free.",
    "There is no cure yet.",
    "The leading cause of tooth loss",
    "It can be misleading.",
    "这是您第一次来吗？",
    "第一天只吃软食，第一磨牙先换。",
    "第一，先漱口。",
    "最好先问医生。",
    "最好不要咬硬物。",
    "目前不能根治，但可以控制。",
    "无痛性肿块要及时检查。",
    "没有百分之百安全的手术。",
    "这样更有效率。",
    "彻底清洁牙面。",
    "Clean the tooth.",
    "",
]


@pytest.mark.parametrize(("text", "phrase"), CLAIMS.items())
def test_claim_is_found(text, phrase):
    assert phrase in [found.phrase for found in START.find(text)]


@pytest.mark.parametrize("text", FALSE_ALARMS)
def test_false_alarm_is_not(text):
    assert [found.phrase for found in START.find(text)] == []


def test_exception_covers_its_own_words_alone():
    assert [found.words for found in START.find("第一次就能根治，口碑第一")] == ["根治", "第一"]
    assert [f.words for f in START.find("At best, we are the best")] == ["the best"]


def test_longest_phrase_at_a_place_counts():
    assert [found.phrase for found in START.find("the best")] == ["the best"]


def test_hit_tells_its_sentence_and_its_words_as_written():
    text = "We clean teeth. Our work is Guaranteed for life! Ask us."
    (found,) = START.find(text)
    assert (found.words, found.sentence) == ("Guaranteed", "Our work is Guaranteed for life!")
    (found,) = START.find("先检查。本院治愈率 ９５％。再约。")
    assert found.sentence == "本院治愈率 95%。"


def test_sentence_is_the_same_whatever_stands_around_it():
    (one,) = START.find("Results  are guaranteed.")
    (two,) = START.find("Some new words. results are GUARANTEED. And more.")
    (other,) = START.find("Results are nearly guaranteed.")
    assert one.sentence_hash == two.sentence_hash != other.sentence_hash


@pytest.mark.parametrize("phrase", ["", "*", "a", "*best", "b**t", "a*b*c*d*e", "# #*#*", "  "])
def test_phrase_that_matches_anything_is_refused(phrase):
    with pytest.raises(PhraseRefused):
        checked_phrase(phrase)


@pytest.mark.parametrize("phrase", ["(a+)+$", "[a-z]*b", ".*", "a|b", "\\d+", "x{9}"])
def test_phrase_is_never_a_regular_expression(phrase):
    try:
        pattern = pattern_text(phrase)
    except PhraseRefused:
        return
    assert not re.search(pattern, "aaaaaaaaaaaaaaaaaaaaaaaab xxxxxxxxx 5 a b")


def test_five_thousand_words_are_checked_in_bounded_time():
    ordinary = "Brush along the gum line for two minutes, then rinse the brush. " * 420
    hostile = ("guaranteeeeeeeeeeeeeee" * 5 + " 1234567.123.123 ") * 300
    chinese = "牙龈出血多半是牙龈炎，先把牙刷软一点，每天两次。" * 400
    for text in (ordinary, hostile, chinese):
        started = time.process_time()
        list(START.find(text))
        assert time.process_time() - started < 0.5


def test_every_phrase_of_the_first_list_is_sound():
    phrases = [row[3] for row in ROWS]
    assert len(phrases) == len(set(phrases))
    for kind, _severity, _applies, phrase, exceptions in ROWS:
        assert kind in REASONS
        for text in (phrase, *exceptions):
            checked_phrase(text)
    assert all(len(reason) <= 300 for pair in REASONS.values() for reason in pair)
