"""The short links of texts: they lead to one page of one place, name nothing, and can be ended."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache

from classroom.services.join_tokens import issue_join_token, revoke_join_tokens
from classroom.services.place_links import (
    BadPlaceCode,
    issue_place_code,
    place_link,
    read_place_code,
)
from tests.factories.classroom import STARTS_AT, live_class, place
from tests.factories.people import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    cache.clear()  # requests are counted by the minute, and the minute stands still
    with time_machine.travel(STARTS_AT - timedelta(days=1), tick=False) as travelling:
        yield travelling


@pytest.fixture
def kept():
    return place(live_class(title="Piles", slug="piles"), make_person(language="zh-hans"))


def test_a_link_is_short_and_names_nothing(kept, settings):
    settings.BASE_URL = "https://clinic.example"
    link = place_link(registration=kept, kind="j")
    assert link.startswith("https://clinic.example/m/j")
    assert len(link) <= 42
    assert "piles" not in link


def test_each_kind_leads_to_its_page_in_the_persons_language(kept, client):
    answer = client.get(f"/m/{issue_place_code(registration=kept, kind='j')}")
    assert (answer.status_code, answer["Location"]) == (
        302,
        "/zh-hans/join/?place=" + issue_join_token(kept).replace(":", "%3A"),
    )
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer["X-Robots-Tag"]
    answer = client.get(f"/m/{issue_place_code(registration=kept, kind='q')}")
    assert answer["Location"].startswith("/zh-hans/after-class/?place=")
    answer = client.get(f"/m/{issue_place_code(registration=kept, kind='c')}")
    assert answer["Location"] == kept.live_class.url


def test_the_page_behind_it_opens(kept, client):
    answer = client.get(f"/m/{issue_place_code(registration=kept, kind='j')}", follow=True)
    assert answer.status_code == 200


def test_a_code_of_another_kind_place_or_number_opens_nothing(kept, client):
    other = place(kept.live_class, make_person())
    code = issue_place_code(registration=kept, kind="j")
    theirs = issue_place_code(registration=other, kind="j")
    bad = [
        "q" + code[1:],
        theirs[:-12] + code[-12:],
        code[:-1] + ("2" if code[-1] != "2" else "3"),
        code[:-1],
        "j",
        "x" * 300,
        "j" + "z" * 12 + code[-12:],
    ]
    for wrong in bad:
        with pytest.raises(BadPlaceCode):
            read_place_code(wrong)
        assert client.get(f"/m/{wrong}").status_code == 404
    assert read_place_code(code) == (kept, "j")


def test_a_revoked_place_ends_its_short_links_too(kept, client):
    code = issue_place_code(registration=kept, kind="j")
    revoke_join_tokens(registration=kept)
    assert client.get(f"/m/{code}").status_code == 404


def test_after_the_class_the_link_leads_to_the_page_that_says_so(kept, client, clock):
    code = issue_place_code(registration=kept, kind="j")
    clock.move_to(STARTS_AT + timedelta(days=3))
    assert client.get(f"/m/{code}", follow=True).status_code == 404


def test_guesses_are_slowed_down_and_no_code_stands_in_the_log(kept, client, caplog):
    code = issue_place_code(registration=kept, kind="j")
    answers = [client.get(f"/m/{code}") for _ in range(61)]
    assert [answer.status_code for answer in answers] == [302] * 60 + [429]
    assert int(answers[60]["Retry-After"]) > 0
    client.get(f"/m/{code[:-1]}")
    assert code[:-1] not in caplog.text
