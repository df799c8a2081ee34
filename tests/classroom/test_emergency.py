"""Words that must not wait for a mail."""

import pytest

from classroom.emergency import emergency_number, sounds_urgent


@pytest.mark.parametrize(
    "text",
    [
        "Since the extraction the wound WON’T STOP   bleeding",
        "my son can't breathe",
        "拔牙后一直流血怎么办",
        "吃了药以后呼吸困难",
        "My tongue is swelling after the new toothpaste",
        "I do not want to live, I think of suicide",
        "ｃｈｅｓｔ ｐａｉｎ since noon",
    ],
)
def test_emergencies_are_heard(text):
    assert sounds_urgent(text)


@pytest.mark.parametrize(
    "text",
    [
        "My gums bleed a little when I brush",
        "Does an implant hurt?",
        "牙龈刷牙时有点出血，正常吗？",
        "How long does swelling last after a wisdom tooth?",
        "Can I breathe normally with a retainer?",
        "",
    ],
)
def test_everyday_questions_are_not(text):
    assert not sounds_urgent(text)


@pytest.mark.parametrize(
    ("zone", "number"),
    [
        ("Asia/Shanghai", "120"),
        ("Europe/Berlin", "112"),
        ("America/New_York", "911"),
        ("UTC", "112"),
    ],
)
def test_number_is_that_of_the_place(zone, number):
    assert emergency_number(zone) == number
