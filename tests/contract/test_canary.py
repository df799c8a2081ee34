"""A canary who refuses, reads, registers under a random topic: no store may hold the link."""

import json
import uuid
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from classroom.checks import questions_hash
from classroom.models import Attendance, LiveClass, Registration
from classroom.services.certificates import issue_certificate
from classroom.services.following import follow_clinician
from classroom.services.learning import enrol, record_check
from classroom.services.questions import ask_question
from classroom.signals import attendance_recorded
from cms.models import PageTopic, Topic
from cms.services.site import ensure_shelf
from leads.models import Condition, LeadList, Membership
from leads.services.membership import rebuild_list, refresh_touched
from people.models import Person
from people.notices import CURRENT
from tests.factories import content
from tests.factories.people import ContactPointFactory
from tests.factories.reviews import put_up
from tracking.models import Profile, StatisticSpool
from tracking.services.folding import fold_everything

pytestmark = pytest.mark.django_db(transaction=False)

# Who the canary is to the clinic, and what it asked the clinic to do for it.
SERVICE_TABLES = {
    "people_person",
    "people_contactpoint",
    "people_consent",
    "people_consentevent",
    "classroom_registration",
    "classroom_attendance",
    "classroom_question",
    "classroom_enrolment",
    "classroom_learningact",
    "classroom_checkattempt",
    "classroom_certificate",
    "classroom_clinicianfollow",
}
PROFILE_MODELS = (
    "Event",
    "ImportedEvent",
    "Reading",
    "Signal",
    "Interest",
    "InterestTag",
    "Profile",
)


@pytest.fixture
def canary():
    point = ContactPointFactory(value=f"canary-{uuid.uuid4().hex}@example.org")
    return point.person


@pytest.fixture
def live_class():
    secret = f"canary{uuid.uuid4().hex}"
    topic = Topic.objects.create(name=secret, slug=secret)
    page = LiveClass(title=f"About {secret}", slug=secret, starts_at=timezone.now(), minutes=60)
    put_up(page, under=ensure_shelf(shelf="classes", language="en"))
    PageTopic.objects.create(content_object=page, tag=topic)
    return page


def act(client, canary: Person, live_class: LiveClass) -> None:
    """Refuse, read on, register and attend."""
    refusal = client.post(
        "/api/v1/consents",
        {"purposes": {"profiling": False, "marketing": False}, "notice": CURRENT, "language": "en"},
        content_type="application/json",
    )
    assert (refusal.status_code, refusal.json()["visitor"]) == (201, None)
    events = [
        {"id": str(uuid.uuid4()), "page": live_class.pk, "kind": kind, "at": timezone.now().isoformat(),
         "active_ms": 30_000}
        for kind in ("open", "read")
    ]  # fmt: skip
    batch = {"sent_at": timezone.now().isoformat(), "events": events}
    answer = client.post(
        "/api/v1/events", json.dumps(batch), content_type="application/json",
        headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"},
    )  # fmt: skip
    assert [verdict["status"] for verdict in answer.json()["results"]] == ["ok", "ok"]
    Registration.objects.create(live_class=live_class, person=canary)
    ask_question(person=canary, text="May I ask?", language="en", page=live_class)
    now = timezone.now()
    Attendance.objects.create(
        live_class=live_class,
        person=canary,
        first_join=now,
        last_leave=now,
        share=1.0,
        attended=True,
    )
    learn(canary, Topic.objects.get(slug=live_class.slug))
    attendance_recorded.send(LiveClass, live_class_id=live_class.pk, person_ids=[canary.pk])


def learn(canary: Person, topic: Topic) -> None:
    """Take a course on the topic to its certificate, and follow somebody who knows about it."""
    heron = content.clinician(f"Dr {topic.name}", topics=[topic])
    course = content.course(title=f"About {topic.name}", author=heron, topics=[topic])
    module = content.module(course, questions=(content.question(),))
    enrol(person=canary, course=course)
    record_check(
        person=canary,
        module=module,
        chosen=[[0]],
        asked=questions_hash(module),
        form=uuid.uuid4(),
    )
    issue_certificate(person=canary, course=course, holder_name="C. Canary")
    follow_clinician(person=canary, clinician=heron)


def rows_that_name(needles: set[str]) -> set[str]:
    """Tables with a row in which any of the needles occurs, whatever the column."""
    found = set()
    for model in apps.get_models(include_auto_created=True):
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            for row in cursor.fetchall():
                text = "\x1f".join(str(value) for value in row).lower()
                if any(needle in text for needle in needles):
                    found.add(model._meta.db_table)
    return found


def test_who_refused_is_on_no_list_and_in_no_profile_row(client, canary, live_class):
    for slug, kind, value in (("warm", "heat", 0.0), ("came", "attended", 0.0)):
        lead_list = LeadList.objects.create(name=slug, slug=slug)
        Condition.objects.create(
            lead_list=lead_list, kind=kind, topic=Topic.objects.get(slug=live_class.slug),
            value=value or 0.1, days=30,
        )  # fmt: skip
    act(client, canary, live_class)
    assert StatisticSpool.objects.filter(page_id=live_class.pk).count() == 2
    fold_everything()
    refresh_touched()
    for lead_list in LeadList.objects.all():
        rebuild_list(lead_list)
    assert not Membership.objects.filter(person=canary).exists()
    for name in PROFILE_MODELS:
        assert not apps.get_model("tracking", name).objects.exists(), name


def test_a_byte_scan_finds_the_canary_only_in_service_tables(client, canary, live_class):
    act(client, canary, live_class)
    fold_everything()
    refresh_touched()
    email = canary.contact_points.get().value
    named = rows_that_name({email, canary.external_id.lower()})
    assert named <= SERVICE_TABLES, named - SERVICE_TABLES
    pointing = {
        relation.related_model._meta.db_table
        for relation in Person._meta.related_objects
        if relation.related_model is not Person
        and relation.related_model._base_manager.filter(**{relation.field.name: canary}).exists()
    }
    assert pointing <= SERVICE_TABLES, pointing - SERVICE_TABLES
    for path in Path(settings.DATA_DIR).rglob("*"):
        if path.is_file() and "sqlite3" not in path.name:
            blob = path.read_bytes()
            assert not (email.encode() in blob and live_class.slug.encode() in blob), path
            assert canary.external_id.encode() not in blob, path


def test_consent_opens_the_profile_and_shows_that_the_scan_can_find(client, canary, live_class):
    from tests.factories.tracking import agree

    act(client, canary, live_class)
    agree(person=canary)
    assert Profile.objects.get().person == canary
    pointing = {
        relation.related_model._meta.db_table
        for relation in Person._meta.related_objects
        if relation.related_model._base_manager.filter(**{relation.field.name: canary}).exists()
    }
    assert "tracking_profile" in pointing
    cache.clear()
