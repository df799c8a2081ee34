"""Loads the demo clinic's classes, places and attendance; dates hang on today."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from wagtail.models import Page

from classroom.models import Attendance, LiveClass, Registration
from classroom.signals import attendance_recorded
from cms.models import ClinicianPage, IndexPage, PageTopic, Topic
from cms.services.demo_files import LANGUAGES, demo_file, moment, stored
from cms.services.demo_reviews import put_up
from cms.services.reviewing import months_after
from cms.services.site import ensure_shelf
from cms.signals import pages_published
from people.models import Person
from people.roles import Role

REVIEW_MONTHS = 24


def load_demo_classes(*, now: datetime) -> dict[str, LiveClass | None]:
    """Make the classes that are missing, in both languages; returns those of the first by key."""
    classes, fresh = {}, []
    for entry in demo_file("classes.json"):
        first = None
        for language in LANGUAGES:
            parent = ensure_shelf(shelf=IndexPage.Shelf.CLASSES, language=language)
            page = LiveClass.objects.child_of(parent).filter(slug=entry["slug"]).first()
            if page is None:
                page = _new_class(entry, language, now=now, twin=first)
                colleague = (
                    ClinicianPage.objects.filter(locale=parent.locale, user__is_demo=True)
                    .exclude(slug__in=entry["clinicians"])
                    .filter(user__groups__name=Role.REVIEWER.value)
                    .first()
                )
                reviewed_at = page.first_published_at.date()
                put_up(
                    page,
                    under=IndexPage.objects.get(pk=parent.pk),
                    reviewer=colleague,
                    reviewed_at=reviewed_at,
                    due_at=months_after(reviewed_at, REVIEW_MONTHS),
                )
                _finish(page, entry, language)
                fresh.append(page.pk)
            first = first or page
        classes[entry["key"]] = first
    pages_published.send(Page, page_ids=fresh)
    return classes


def _new_class(entry: dict, language: str, *, now: datetime, twin: LiveClass | None) -> LiveClass:
    teachers = ClinicianPage.objects.filter(locale__language_code=language)
    page = LiveClass(
        slug=entry["slug"],
        locale=ensure_shelf(shelf=IndexPage.Shelf.CLASSES, language=language).locale,
        title=entry["title"][language],
        standfirst=entry["summary"][language],
        author=teachers.filter(slug=entry["clinicians"][0]).first(),
        minutes=entry["minutes"],
        time_zone=entry["time_zone"],
        capacity=entry["capacity"],
        room_url=entry["room_url"],
        replay_days=entry.get("replay_days"),
        body=stored([]),
        **_dates(entry, now=now),
    )
    if twin is not None:
        page.translation_key = twin.translation_key
    return page


def _finish(page: LiveClass, entry: dict, language: str) -> None:
    page.clinicians.set(
        ClinicianPage.objects.filter(locale__language_code=language, slug__in=entry["clinicians"])
    )
    page.save()
    topics = {topic.slug: topic for topic in Topic.objects.all()}
    PageTopic.objects.bulk_create(
        PageTopic(content_object_id=page.pk, tag=topics[item["slug"]], weight=item["weight"])
        for item in entry["topics"]
    )


def _dates(entry: dict, *, now: datetime) -> dict[str, Any]:
    days = entry["starts_in_days"] if "starts_in_days" in entry else -entry["started_days_ago"]
    starts_at = moment(now=now, days=days, hour=entry["hour"], minute=entry["minute"])
    published_at = min(now, starts_at) - timedelta(days=14)
    return {
        "starts_at": starts_at,
        "first_published_at": published_at,
        "last_published_at": published_at,
    }


def renew_demo_classes(*, now: datetime) -> None:
    """Count the dates of the demo classes from today again."""
    for entry in demo_file("classes.json"):
        LiveClass.objects.filter(slug=entry["slug"], author__user__is_demo=True).update(
            **_dates(entry, now=now)
        )


def load_demo_places(*, people: dict[str, Person], classes: dict, now: datetime) -> None:
    """Register and let attend as the demo says; rows of the demo's people are written anew."""
    attended: dict[int, list[int]] = {}
    for entry in demo_file("people.json")["people"]:
        person = people.get(entry["key"])
        for act in entry["acts"] if person else ():
            live_class = classes.get(act["item"])
            if live_class is None or person is None:
                continue
            if act["kind"] == "register":
                at = moment(now=now, days=-act["days_ago"], hour=act["hour"])
                Registration.objects.update_or_create(
                    live_class=live_class, person=person, defaults={"registered_at": at}
                )
            if act["kind"] == "attend":
                _attend(live_class, person, seconds=act["seconds"])
                attended.setdefault(live_class.pk, []).append(person.pk)
    for class_id, person_ids in attended.items():
        attendance_recorded.send(LiveClass, live_class_id=class_id, person_ids=person_ids)


def _attend(live_class: LiveClass, person: Person, *, seconds: float) -> None:
    assert live_class.starts_at is not None
    length_s = live_class.minutes * 60
    seconds = min(seconds, length_s)
    share = round(seconds / length_s, 4)
    joined_at = live_class.starts_at + timedelta(seconds=length_s - seconds)
    Attendance.objects.update_or_create(
        live_class=live_class,
        person=person,
        defaults={
            "first_join": joined_at,
            "last_leave": joined_at + timedelta(seconds=seconds),
            "live_seconds": seconds,
            "share": share,
            "attended": share >= 0.5,
            "sources": ["demo"],
            "recorded_at": timezone.now(),
        },
    )


def remove_demo_classes() -> int:
    """Delete the demo's classes with their places and attendance."""
    slugs = [entry["slug"] for entry in demo_file("classes.json")]
    pages = list(LiveClass.objects.filter(slug__in=slugs, author__user__is_demo=True))
    for page in pages:
        Page.objects.get(pk=page.pk).delete()
    return len(pages)
