"""Suggestions: from one's own tags with the reason, or what is popular; never another person's."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import Locale

from cms.models import PageTopic, Topic
from people.services.consent import withdraw_consent
from people.services.pausing import pause_profiling, resume_profiling
from people.services.visitors import issue_token, join_visitor
from tests.factories import content
from tests.factories.classroom import live_class, place
from tests.factories.people import make_signed_in
from tests.factories.tracking import consenting_visitor, view_of, yardstick
from tracking.models import PageCounter, Profile
from tracking.selectors.suggestions import next_for, popular
from tracking.services.folding import fold_everything
from tracking.services.wishes import veto_interest

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ADDRESS = "/api/v1/me/suggestions"


@pytest.fixture(autouse=True)
def clock(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def gums():
    return content.topic("Gums")


@pytest.fixture
def braces():
    return content.topic("Braces")


def article(title, *topics, language="en", **fields):
    page = content.article(language, title=title, topics=list(topics), **fields)
    yardstick(page.pk, topics={topic.pk: 1.0 for topic in topics}, expected_s=60.0)
    return page


def reader(client, *pages, seconds=60.0):
    """Somebody signed in who read these pages through."""
    person = make_signed_in(client, profiling=True)
    visitor = consenting_visitor()
    assert join_visitor(visitor=visitor, person=person, actor="test")
    for page in pages:
        view_of(visitor, page.pk, at=NOON - timedelta(hours=2), seconds=seconds)
    fold_everything()
    return person


@pytest.fixture
def read(gums):
    return [article(title, gums) for title in ("Bleeding", "Flossing")]


@pytest.fixture
def unread(gums):
    return article("Scaling", gums)


@pytest.fixture
def person(client, read, unread, braces):
    article("Wires", braces)
    return reader(client, *read)


def opened(page, count: int, *, days_ago: int = 1) -> None:
    day = (NOON - timedelta(days=days_ago)).date()
    PageCounter.objects.create(page_id=page.pk, day=day, dimension="open", count=count)


def titles(client, address=ADDRESS, **headers) -> list[str]:
    return [one["title"] for one in client.get(address, headers=headers).json()["suggestions"]]


def test_what_is_next_says_why_and_leaves_out_what_was_read(client, person):
    answer = client.get(ADDRESS).json()
    assert answer["kind"] == "next"
    (one,) = answer["suggestions"]
    assert (one["title"], one["topic"]) == ("Scaling", "Gums")
    assert one["why"] in {
        f"Because you read “{title}”, which is about Gums." for title in ("Bleeding", "Flossing")
    }


@pytest.mark.parametrize(
    ("language", "heading"), [("", "Next for you"), ("/zh-hans", "接下来可以看")]
)
def test_the_page_shows_them_in_the_readers_language(client, person, gums, language, heading):
    article("洗牙", gums, language="zh-hans")
    page = client.get(f"{language}/me/").content.decode()
    assert heading in page
    assert ("洗牙" in page, ">Scaling<" in page) == (bool(language), not language)


def test_a_piece_merely_opened_may_be_suggested(client, gums, read, unread):
    person = reader(client, *read)
    visitor = person.visitors.get()
    view_of(visitor, unread.pk, at=NOON - timedelta(hours=1), seconds=5.0, depth=0.1)
    fold_everything()
    assert titles(client) == ["Scaling"]


def test_at_most_three_and_one_topic_does_not_fill_them(client, gums, braces):
    read = [article(f"Read {n}", topic) for topic in (gums, braces) for n in range(2)]
    reader(client, *read)
    for n in range(4):
        article(f"Gums {n}", gums)
    article("About braces", braces)
    found = titles(client)
    assert len(found) == 3
    assert "About braces" in found


def test_a_coming_class_is_suggested_until_one_has_a_place(client, person, gums, unread):
    coming = live_class(title="Ask about gums", starts_at=NOON + timedelta(days=2))
    PageTopic.objects.create(content_object=coming, tag=gums)
    assert set(titles(client)) == {"Ask about gums", "Scaling"}
    place(coming, person)
    assert titles(client) == ["Scaling"]


def test_a_deleted_interest_suggests_nothing(client, person, gums):
    veto_interest(profile=Profile.objects.get(person=person), topic=gums, reason="deleted")
    assert client.get(ADDRESS).json() == {"kind": "next", "suggestions": []}


def test_a_sensitive_topic_suggests_nothing(client, person, gums):
    Topic.objects.filter(pk=gums.pk).update(sensitive=True)
    assert titles(client) == []


def test_another_persons_suggestions_never_show(client, person, unread):
    other = Client()
    make_signed_in(other, profiling=True)
    nobody = Client()
    make_signed_in(nobody)
    for browser, kind in ((other, "next"), (nobody, "popular")):
        assert browser.get(ADDRESS).json() == {"kind": kind, "suggestions": []}
        page = browser.get("/me/").content.decode()
        assert "Scaling" not in page
        assert "Because" not in page


def test_a_pause_and_a_withdrawal_leave_only_what_is_popular(client, person, read):
    opened(read[0], 9)
    popular_only = {"kind": "popular", "titles": ["Bleeding"]}

    def shown() -> dict:
        answer = client.get(ADDRESS).json()
        return {"kind": answer["kind"], "titles": [one["title"] for one in answer["suggestions"]]}

    pause_profiling(person=person)
    assert shown() == popular_only
    page = client.get("/me/").content.decode()
    assert "Because" not in page
    assert "Read by many" in page
    resume_profiling(person=person)
    assert shown() == {"kind": "next", "titles": ["Scaling"]}
    withdraw_consent(person=person, purposes=["profiling"])
    assert shown() == popular_only


@pytest.mark.parametrize("header", ["Sec-GPC", "DNT"])
def test_a_browser_that_objects_gets_what_is_popular(client, person, header):
    assert client.get(ADDRESS, headers={header: "1"}).json() == {
        "kind": "popular", "suggestions": []
    }  # fmt: skip
    page = client.get("/me/", headers={header: "1"}).content.decode()
    assert "Because" not in page
    assert "Scaling" not in page


def test_popular_hides_small_groups_old_days_drafts_and_other_languages(gums):
    pages = {title: article(title, gums) for title in ("Many", "More", "Few", "Old", "Draft")}
    chinese = article("很多", gums, language="zh-hans")
    for title, count in (("Many", 5), ("More", 8), ("Few", 4), ("Draft", 50)):
        opened(pages[title], count)
    opened(pages["Old"], 50, days_ago=40)
    opened(chinese, 50)
    pages["Draft"].unpublish()
    english = Locale.objects.get(language_code="en")
    assert [one.page.title for one in popular(locale_id=english.pk)] == ["More", "Many"]


def test_the_switch_is_kept_with_the_person(client, person, read):
    opened(read[0], 9)
    assert client.get("/me/suggestions/").status_code == 405
    client.post("/me/suggestions/", {"wish": "off"})
    page = client.get("/me/").content.decode()
    assert "You have turned suggestions off." in page
    assert "Scaling" not in page
    assert client.get(ADDRESS).json() == {"kind": "off", "suggestions": []}
    withdraw_consent(person=person, purposes=["profiling"])
    assert client.get(ADDRESS).json()["kind"] == "off"
    answer = client.put(ADDRESS, {"wanted": True}, content_type="application/json")
    assert answer.status_code == 204
    assert titles(client) == ["Bleeding"]


def test_a_token_sees_its_own_browser_and_switches_nothing(client, read, unread):
    visitor = consenting_visitor()
    for page in read:
        view_of(visitor, page.pk, at=NOON - timedelta(hours=2))
    fold_everything()
    headers = {"Authorization": f"Visitor {issue_token(visitor)}"}
    assert titles(client, **headers) == ["Scaling"]
    answer = client.put(
        ADDRESS, {"wanted": False}, content_type="application/json", headers=headers
    )
    assert answer.status_code == 409


def test_a_joined_token_alone_shows_nothing_of_the_person(person):
    headers = {"Authorization": f"Visitor {issue_token(person.visitors.get())}"}
    assert Client().get(ADDRESS, headers=headers).json()["kind"] == "popular"


def test_pages_for_everybody_hold_nothing_of_it(client, person, unread, read):
    signed_in = client.get(read[0].url).content.decode()
    assert "Because you read" not in signed_in
    assert "no-store" in client.get("/me/")["Cache-Control"]


def test_the_number_of_queries_does_not_grow(client, gums, read):
    def queries(profile) -> int:
        english = Locale.objects.get(language_code="en").pk
        with CaptureQueriesContext(connection) as captured:
            next_for(profile=profile, locale_id=english)
        return len(captured)

    article("One", gums)
    first = reader(client, *read)
    few = queries(first.profile)
    more = [article(f"More {n}", gums) for n in range(6)]
    for n in range(3):
        article(f"Next {n}", gums)
    second = reader(Client(), *read, *more)
    assert queries(second.profile) == few <= 30
