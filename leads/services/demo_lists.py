"""Loads the demo clinic's lead lists, and the whole demo in order: content, classes, people, readings, lists."""

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from classroom.services.demo_classes import (
    load_demo_classes,
    load_demo_places,
    remove_demo_classes,
    renew_demo_classes,
)
from classroom.services.demo_people import (
    demo_people,
    load_demo_people,
    remove_demo_people,
    renew_demo_people,
)
from classroom.services.demo_rooms import load_demo_rooms
from cms.models import Topic
from cms.services.demo_content import (
    forget_welcome,
    load_demo_branches,
    load_demo_content,
    load_demo_staff,
    remove_demo_content,
    renew_demo_content,
)
from cms.services.demo_files import demo_file
from leads.models import Condition, LeadList
from leads.services.demo_work import load_demo_work, remove_demo_labels
from leads.services.membership import rebuild_list, refresh_lists
from outbox.services import record_audit
from people.models import Clinic
from tracking.services.co_interest import refresh_co_interest
from tracking.services.demo_readings import load_demo_readings
from tracking.services.demo_visits import load_demo_visits

DEMO_PASSWORD = "reading-room"
ACTOR = "command:load_demo"


def load_demo(*, now: datetime | None = None) -> bool:
    """Load the demo clinic where no clinic is set up yet; returns whether anything was loaded.

    A load that was broken off goes on where it stopped.
    """
    now = now or timezone.now()
    clinic = Clinic.objects.order_by("pk").first() or Clinic(pk=1)
    if clinic.demo_loaded_at or (clinic.pk and Clinic.objects.exists() and not clinic.is_demo):
        return False
    entry = demo_file("clinic.json")
    clinic.name, clinic.name_zh = entry["name"]["en"], entry["name"]["zh-hans"]
    clinic.time_zone, clinic.languages, clinic.is_demo = (
        entry["time_zone"],
        entry["languages"],
        True,
    )
    clinic.save()
    load_demo_branches()
    load_demo_staff(encoded_password=make_password(DEMO_PASSWORD))
    pages = load_demo_content(now=now)
    classes = load_demo_classes(now=now)
    people = load_demo_people(now=now)
    load_demo_readings(people=people, pages=pages, now=now)
    load_demo_visits(pages=pages, now=now)
    load_demo_places(people=people, classes=classes, now=now)
    load_demo_rooms(people=people, classes=classes)
    load_demo_lists()
    refresh_co_interest(now=now)
    load_demo_work(now=now)
    clinic.demo_loaded_at = now
    clinic.save(update_fields=["demo_loaded_at"])
    record_audit(actor=ACTOR, action="demo_loaded")
    return True


def renew_demo(*, now: datetime | None = None) -> bool:
    """Count every date of the demo from today again; what users added or changed stays.

    Returns False where no demo is loaded.
    """
    now = now or timezone.now()
    clinic = Clinic.objects.filter(is_demo=True).exclude(demo_loaded_at=None).first()
    if clinic is None:
        return load_demo(now=now)
    renew_demo_content(now=now)
    renew_demo_classes(now=now)
    renew_demo_people(now=now)
    people = demo_people()
    pages = load_demo_content(now=now)
    load_demo_readings(people=people, pages=pages, now=now)
    load_demo_visits(pages=pages, now=now, after=clinic.demo_loaded_at)
    classes = load_demo_classes(now=now)
    load_demo_places(people=people, classes=classes, now=now)
    load_demo_rooms(people=people, classes=classes)
    load_demo_lists()
    refresh_co_interest(now=now)
    clinic.demo_loaded_at = now
    clinic.save(update_fields=["demo_loaded_at"])
    record_audit(actor=ACTOR, action="demo_renewed")
    return True


def load_demo_lists() -> None:
    """Make the lead lists that are missing and bring all of them up to date."""
    topics = {topic.slug: topic for topic in Topic.objects.all()}
    for entry in demo_file("people.json")["lead_lists"]:
        lead_list, made = LeadList.objects.get_or_create(
            slug=entry["slug"],
            defaults={
                "name": entry["name"],
                "description": entry["description"],
                "match": entry["match"],
            },
        )
        if made:
            Condition.objects.bulk_create(
                Condition(
                    lead_list=lead_list,
                    sort_order=place,
                    kind=condition["kind"],
                    topic=topics.get(condition["topic"]),
                    value=condition["value"],
                    days=condition["days"],
                )
                for place, condition in enumerate(entry["conditions"])
            )
        rebuild_list(lead_list)
    refresh_lists()


def remove_demo() -> int:
    """Delete what the demo loaded: lists, people, classes, content, logins; returns how many rows.

    The clinic's own row stays as it is: whoever calls writes it last, so that a removal that was
    broken off can be run again.
    """
    if not Clinic.objects.filter(is_demo=True).exists():
        return 0
    slugs = [entry["slug"] for entry in demo_file("people.json")["lead_lists"]]
    removed = LeadList.objects.filter(slug__in=slugs).delete()[0]
    removed += remove_demo_people() + remove_demo_classes() + remove_demo_content()
    removed += remove_demo_labels()
    forget_welcome()
    return removed
