"""Topics that readers want and nothing live is about: by language, and never for a small group."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Locale

from cms.models import Topic
from people.roles import Role
from people.services.consent import withdraw_consent
from people.services.pausing import pause_profiling
from tests.factories import content
from tests.factories.leads import prospect, tagged
from tests.factories.people import make_staff
from tests.factories.tracking import consenting_visitor
from tracking.gaps_panel import wanted_topics
from tracking.models import InterestTag, Profile
from tracking.selectors.gaps import topics_without_pieces

pytestmark = pytest.mark.django_db


@pytest.fixture
def english():
    return Locale.objects.get_or_create(language_code="en")[0].pk


@pytest.fixture
def chinese():
    return Locale.objects.get_or_create(language_code="zh-hans")[0].pk


def wanted_by(topic, number: int, *, days: float = 10):
    people = [prospect(f"Reader {n}") for n in range(number)]
    for person in people:
        tagged(person, topic, days=days)
    return people


def gaps(*locales) -> list[tuple]:
    return [
        (gap.topic.name, gap.readers, gap.missing)
        for gap in topics_without_pieces(locale_ids=locales)
    ]


def test_a_wanted_topic_is_told_with_the_languages_that_lack_it(english, chinese):
    gums, braces = content.topic("Gums"), content.topic("Braces")
    wanted_by(gums, 5)
    wanted_by(braces, 8)
    content.article(topics=[gums])
    assert gaps(english, chinese) == [
        ("Braces", 10, [english, chinese]),
        ("Gums", 5, [chinese]),
    ]
    content.article("zh-hans", topics=[gums, braces])
    assert gaps(english, chinese) == [("Braces", 10, [english])]


def test_a_small_group_is_not_told_of_at_all(english):
    wanted_by(content.topic("Gums"), 4)
    assert gaps(english) == []


def test_only_readers_whose_consent_and_tag_hold_now_count(english):
    gums = content.topic("Gums")
    people = wanted_by(gums, 5)
    wanted_by(gums, 3, days=-1)
    assert gaps(english) == [("Gums", 5, [english])]
    pause_profiling(person=people[0])
    assert gaps(english) == []
    now = timezone.now()
    InterestTag.objects.create(
        profile=Profile.objects.get(visitor=consenting_visitor()),
        topic=gums,
        entered_at=now,
        lapses_at=now + timedelta(days=1),
        rule=InterestTag.objects.first().rule,
    )
    assert gaps(english) == [("Gums", 5, [english])]
    withdraw_consent(person=people[1], purposes=["profiling"])
    assert gaps(english) == []


def test_sensitive_topics_and_drafts(english):
    gums, private = content.topic("Gums"), content.topic("Private")
    Topic.objects.filter(pk=private.pk).update(sensitive=True)
    wanted_by(gums, 5)
    wanted_by(private, 9)
    content.article(topics=[gums]).unpublish()
    assert gaps(english) == [("Gums", 5, [english])]


def test_a_piece_about_a_merged_topic_counts_for_the_one_that_stands(english):
    gums, old = content.topic("Gums"), content.topic("Gingiva")
    wanted_by(gums, 5)
    content.article(topics=[old])
    Topic.objects.filter(pk=old.pk).update(merged_into=gums)
    assert gaps(english) == []


def test_the_number_of_queries_does_not_grow(english, chinese):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            topics_without_pieces(locale_ids=[english, chinese])
        return len(captured)

    wanted_by(content.topic("Gums"), 5)
    few = queries()
    for name in ("Braces", "Crowns"):
        wanted_by(content.topic(name), 5)
    assert queries() == few <= 6


@pytest.mark.parametrize(
    ("role", "sees"),
    [(Role.EDITOR, True), (Role.ADMINISTRATOR, True), (Role.CLINICIAN, False),
     (Role.CONSULTANT, False), (Role.MARKETING, False)],
)  # fmt: skip
def test_who_is_told_on_the_admins_home(client, role, sees, english):
    wanted_by(content.topic("Gums"), 5)
    user = make_staff(role)
    section = wanted_topics(user)
    assert (section is not None) == sees
    client.force_login(user)
    page = client.get("/admin/").content.decode()
    assert ("Wanted, and not written yet" in page) == sees
    if sees:
        assert section.lines[0].label == "Gums"
        assert "5 readers" in section.lines[0].note
