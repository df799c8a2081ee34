"""Members in the order of their rank: each part shown, adding up, and equal to what rank_leads says."""

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from leads.models import ConditionKind
from leads.rank_words import in_hundredths, rank_in_words
from leads.selectors.ranking import ranks_for
from leads.services.membership import refresh_lists
from people.roles import Role
from people.services.staff_tokens import create_staff_token
from tests.factories.leads import heat, list_of, prospect, signal, staff, topic_named, warm
from tests.factories.tracking import yardstick

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
# Who read which page how many days ago, how much of it.
READ = [
    ("Ada", "implants", 40, 1.0), ("Ada", "both", 3, 0.8), ("Ben", "both", 10, 1.0),
    ("Ben", "none", 1, 1.0), ("Eve", "sleep", 2, 0.5), ("Eve", "implants", 2, 0.7),
    ("Mia", "implants", 90, 0.3),
]  # fmt: skip


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def topics():
    return [topic_named("Implants"), topic_named("Sleep")]


@pytest.fixture
def people(topics):
    implants, sleep = topics
    pages = {
        "implants": yardstick(1, topics={implants.pk: 1.0}),
        "both": yardstick(2, topics={implants.pk: 0.5, sleep.pk: 1.0}),
        "sleep": yardstick(3, topics={sleep.pk: 1.0}),
        "none": yardstick(4, topics={}),
    }
    made = {name: prospect(name, imported_key=name) for name in ("Ada", "Ben", "Eve", "Mia")}
    for name, page, days, strength in READ:
        at = NOON - timedelta(days=days)
        signal(made[name], at=at, strength=strength, yardstick=pages[page], key=f"page:{page}")
    for person in made.values():
        warm(person, implants, heat=1.0)
    return made


@pytest.fixture
def lead_list(topics, people):
    made = list_of("Warm", heat(topics[0], 0.5))
    refresh_lists()
    return made


@pytest.fixture
def marketer(client):
    user = staff(Role.MARKETING)
    client.force_login(user)
    return user


def shown(client, lead_list, query="?order=rank"):
    """The members in their order, each with the rank and the parts as they are shown."""
    answer = client.get(reverse("lead-lists:members", args=[lead_list.pk]) + query)
    assert answer.status_code == 200
    page = answer.content.decode()
    table = page.partition('class="listing leads-members"')[2].partition("</table>")[0]
    found = []
    for row in re.findall(r"<tr[^>]*>(.*?)</tr>", table, re.S):
        numbers = re.findall(r'class="leads-number">\+?([\d.]+)<', row)
        found += [
            (name, *map(float, numbers)) for name in re.findall(">\\s*(Ada|Ben|Eve|Mia)\\s*<", row)
        ]
    return page, found


def told_by_the_command(topic):
    out = io.StringIO()
    call_command("rank_leads", "--topic", topic.slug, stdout=out)
    return {row["person"]: row for row in csv.DictReader(io.StringIO(out.getvalue()))}


def test_the_screen_orders_by_rank_and_its_parts_add_up_to_what_the_command_says(
    client, marketer, lead_list, topics, people
):
    told = told_by_the_command(topics[0])
    page, rows = shown(client, lead_list)
    assert [row[0] for row in rows] == list(told) == ["Ada", "Eve", "Ben", "Mia"]
    for name, rank, *adds in rows:
        assert rank == pytest.approx(float(told[name]["rank"]), abs=0.00501)
        assert round(sum(adds), 2) == rank
        assert f"{float(told[name]['heat']):.2f}" in page
    assert "for related topics" in page and "who will probably read about Implants next" in page
    _page, newest = shown(client, lead_list, "")
    assert sorted(row[0] for row in newest) == ["Ada", "Ben", "Eve", "Mia"]


def test_the_api_gives_the_parts_as_the_command_does(client, lead_list, topics, people):
    token = create_staff_token(user=staff(Role.MARKETING), name="test")
    answer = client.get(
        "/api/v1/lead-lists/warm/members?rank=true", headers={"authorization": f"Bearer {token}"}
    )
    told = told_by_the_command(topics[0])
    names = [one["name"] for one in answer.json()["members"]]
    assert names == list(told)
    for one in answer.json()["members"]:
        parts, row = one["rank_parts"], told[one["name"]]
        assert parts["topic"] == "implants"
        assert one["rank"] == pytest.approx(float(row["rank"]), rel=1e-9)
        assert sum(parts["adds"].values()) == pytest.approx(one["rank"], rel=1e-9)
        for name in ("heat", "activity", "co_interest"):
            assert parts[name] == pytest.approx(float(row[name]), rel=1e-6, abs=1e-9)


def test_of_several_topics_the_one_with_the_highest_rank_is_told(topics, people):
    both = ranks_for(topic_ids=[topic.pk for topic in topics], at=NOON)
    for person in people.values():
        single = {
            topic.pk: ranks_for(topic_ids=[topic.pk], at=NOON).of(person.pk) for topic in topics
        }
        assert both.of(person.pk) == max(single.values())
    assert both.of(0).rank == 0.0 and both.of(0).topic is None


def test_a_list_that_names_no_topic_has_no_rank(client, marketer, people):
    lead_list = list_of("All", {"kind": ConditionKind.RECENCY, "days": 100})
    refresh_lists()
    page, rows = shown(client, lead_list)
    assert "leads-orders" not in page and "leads-rank" not in page
    assert len(rows) == 4


def test_pages_by_rank_follow_each_other_at_a_constant_number_of_queries(
    client, marketer, lead_list, topics, monkeypatch
):
    from leads.views import MembersView

    def queries(query):
        with CaptureQueriesContext(connection) as captured:
            shown(client, lead_list, query)
        return len(captured)

    queries("?order=rank")
    before = queries("?order=rank")
    for _more in range(5):
        warm(prospect("Ada", imported_key=None), topics[0], heat=1.0)
    refresh_lists()
    assert queries("?order=rank") == before
    monkeypatch.setattr(MembersView, "paginate_by", 3)
    page, first = shown(client, lead_list)
    _page, second = shown(client, lead_list, "?order=rank&p=2")
    assert [row[0] for row in first + second][:4] == ["Ada", "Eve", "Ben", "Mia"]
    assert re.search(r'href="[^"]*(order=rank[^"]*p=2|p=2[^"]*order=rank)', page)


@given(values=st.lists(st.floats(0, 50), min_size=1, max_size=4))
def test_hundredths_add_up_to_the_rounded_sum(values):
    found = in_hundredths(values)
    assert sum(found) == round(sum(value * 100 for value in values))
    assert all(abs(one - value * 100) < 1.0001 for one, value in zip(found, values, strict=True))


def test_a_rank_is_told_in_chinese(topics, people):
    parts = ranks_for(topic_ids=[topics[0].pk], at=NOON).of(people["Ada"].pk)
    with translation.override("zh-hans"):
        slip = rank_in_words(parts, {topics[0].pk: "种植牙"})
    said = json.dumps([line.text for line in slip.lines], ensure_ascii=False)
    assert "对“种植牙”的热度" in said and "每 7 天减半" in said and "相关主题" in said
