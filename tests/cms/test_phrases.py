"""Chinese in narrow places breaks between phrases, and a stop never begins a line."""

import pytest

from cms.templatetags.site import phrases

PARTED = [
    ("满了。她十二岁那年就满了。", ["满了。", "她十二岁那年就满了。"]),
    ("最里头，好像有人在敲门", ["最里头，", "好像有人在敲门"]),
    ("他说：“疼？”不疼……", ["他说：", "“疼？”", "不疼……"]),
]


@pytest.mark.parametrize(("text", "parts"), PARTED)
def test_a_phrase_keeps_its_stop(text, parts):
    assert phrases(text) == "".join(f'<span class="phrase">{part}</span>' for part in parts)


def test_english_stays_as_it_is():
    assert phrases("Three times a day: well done.") == "Three times a day: well done."
    assert phrases("") == ""


def test_what_an_author_typed_is_escaped():
    assert "<b>" not in phrases("疼<b>，不疼")
