"""The screen of what goes together: what it shows, what is missing, and who sees it."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from people.roles import Role
from tests.factories.leads import staff, topic_named
from tracking.models import CoInterest

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/rules/related/"


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def together(one, other, *, cosine: float, people: int = 12) -> CoInterest:
    return CoInterest.objects.create(
        topic=one, other=other, cosine=cosine, people=people, learned_on=date(2026, 11, 20)
    )


@pytest.fixture
def marketing(client):
    client.force_login(staff(Role.MARKETING))


def test_each_topic_shows_what_goes_with_it(client, marketing):
    implants, sleep, gums = (topic_named(name) for name in ("Implants", "Sleep", "Gums"))
    together(implants, sleep, cosine=0.314)
    together(implants, gums, cosine=0.75, people=6)
    seen = plain(client.get(ADDRESS).text)
    assert re.search(r"Learned on [^.]*20[^.]* 2026\.", seen), seen
    assert "Implants Gums 0.75 about 5 people Sleep 0.31 about 10 people" in seen
    assert "Sleep Implants 0.31 about 10 people" in seen
    assert ADDRESS in client.get("/admin/rules/").text


def test_where_nothing_is_learned_it_says_what_is_missing(client, marketing):
    seen = plain(client.get(ADDRESS).text)
    assert "Nothing is learned yet What is missing: five people" in seen
    assert "Learned on" not in seen


def test_the_eleventh_is_only_counted_and_more_topics_take_no_more_queries(client, marketing):
    first = topic_named("Aligners")
    together(first, topic_named("Topic 0"), cosine=0.9)
    client.get(ADDRESS)
    with CaptureQueriesContext(connection) as few:
        client.get(ADDRESS)
    for number in range(1, 11):
        together(first, topic_named(f"Topic {number}"), cosine=0.5)
    with CaptureQueriesContext(connection) as many:
        seen = plain(client.get(ADDRESS).text)
    assert "and 1 topic further from it" in seen
    assert len(many) == len(few)


@pytest.mark.parametrize("role", [Role.CONSULTANT, Role.EDITOR, Role.CLINICIAN, Role.REVIEWER])
def test_nobody_else_sees_it(client, role):
    client.force_login(staff(role))
    assert client.get(ADDRESS).status_code == 302
