"""Composes what is said about places at sending time; whose place is gone hears nothing.

How it reaches the person (mail, text, by hand) is decided in `classroom/telling.py`.
"""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation

from classroom.calendars import calendar_of
from classroom.models import ClassNotice, Registration, Telling
from classroom.selectors import in_language, turn_of
from classroom.services.join_tokens import issue_join_token
from classroom.services.reminders import REMINDERS
from classroom.telling import Message, clinic_name_of, tell, when_in_words
from outbox.mail import Enclosure, Letter, Text, composes


@composes("class_place")
def compose_place(ids: dict) -> Letter | Text | None:
    """The place is kept: where to join, how to give it back, the calendar. None when it is gone."""
    registration = _registration(ids)
    if registration is None or not registration.has_place:
        return None
    return _say(
        registration,
        about=Telling.About.PLACE,
        ids=ids,
        since=registration.registered_at,
        with_calendar=True,
    )


@composes("class_turn")
def compose_turn(ids: dict) -> Letter | Text | None:
    """There is a turn on the waiting list; None when it is given back or became a place."""
    registration = _registration(ids)
    if registration is None or registration.waits_since is None:
        return None
    return _say(
        registration,
        about=Telling.About.TURN,
        ids=ids,
        since=registration.waits_since,
        context={"turn": turn_of(registration)},
    )


@composes("class_reminder")
def compose_reminder(ids: dict) -> Letter | Text | None:
    """The class is soon; None when the place is gone, or the class has moved or is off."""
    registration = _registration(ids)
    if registration is None or not registration.has_place:
        return None
    live_class = registration.live_class
    planned_for = datetime.fromisoformat(ids["starts_at"])
    if live_class.cancelled_at or live_class.starts_at != planned_for:
        return None
    if timezone.now() >= planned_for:
        return None  # it could not be sent in time; a reminder of what has begun helps nobody
    return _say(
        registration,
        about=Telling.About.REMINDER,
        ids=ids,
        since=planned_for - REMINDERS[ids["which"]],
        lasts_until=planned_for,
        context={"which": ids["which"]},
    )


@composes("class_notice")
def compose_notice(ids: dict) -> Letter | Text | None:
    """What everybody is told; None when the place is gone or a newer notice says otherwise."""
    registration = _registration(ids)
    notice = ClassNotice.objects.filter(pk=ids["notice"]).first()
    if registration is None or notice is None:
        return None
    if ClassNotice.objects.filter(live_class=notice.live_class, pk__gt=notice.pk).exists():
        return None
    before = notice.starts_before
    zone = registration.live_class.zone
    return _say(
        registration,
        about=Telling.About.NOTICE,
        ids=ids,
        since=notice.at,
        with_calendar=True,
        context={"notice": notice, "before": before.astimezone(zone) if before else None},
    )


@composes("series_places")
def compose_series(ids: dict) -> Letter | Text | None:
    """Every place and turn of a series that still stands, with one calendar; None where none does."""
    found = (
        Registration.objects.filter(pk__in=ids["registrations"], cancelled_at=None)
        .select_related("person", "live_class__locale")
        .order_by("live_class__starts_at", "pk")
    )
    registrations = [one for one in found if not one.live_class.cancelled_at]
    ends = [one.live_class.ends_at for one in registrations if one.live_class.ends_at]
    if not registrations or not ends:
        return None
    language = registrations[0].person.language or registrations[0].live_class.locale.language_code
    kept = [one for one in registrations if one.has_place]
    first = (kept or registrations)[0]
    return tell(
        Message(
            about=Telling.About.SERIES,
            ids=ids,
            person=first.person,
            language=language,
            letter=lambda address: _series_letter(address, registrations, language),
            short={
                "kept": len(kept),
                "waiting": len(registrations) - len(kept),
                "when": when_in_words(first.live_class, language=language),
                "clinic_name": clinic_name_of(language),
            },
            link=Telling.Link.JOIN if kept else Telling.Link.CLASS,
            subject=f"series:{first.live_class.series_id}",
            since=max(one.registered_at for one in registrations),
            lasts_until=max(ends),
            registration=first,
            live_class=first.live_class,
        )
    )


def _series_letter(address: str, registrations: list[Registration], language: str) -> Letter:
    kept = [one for one in registrations if one.has_place]
    calendar = calendar_of(
        [one.live_class for one in kept],
        join_urls={one.live_class_id: join_url_of(one, language=language) for one in kept},
    )
    first = in_language(registrations[0].live_class, language)
    return Letter(
        to=address,
        language=language,
        context={
            "title": first.title,
            "kept": [_line(one, language) for one in kept],
            "waiting": [_line(one, language) for one in registrations if not one.has_place],
            "class_url": first.full_url or settings.BASE_URL,
            "clinic_name": clinic_name_of(language),
        },
        enclosures=(Enclosure("classes.ics", calendar, "text/calendar"),) if kept else (),
    )


def _line(registration: Registration, language: str) -> dict:
    """A class of a series as its mail names it, on the class's own clock."""
    itself = registration.live_class
    return {
        "title": in_language(itself, language).title,
        "starts_at": itself.starts_at.astimezone(itself.zone) if itself.starts_at else None,
        "time_zone": itself.time_zone,
        "join_url": join_url_of(registration, language=language),
    }


def _registration(ids: dict) -> Registration | None:
    return (
        Registration.objects.filter(pk=ids["registration"], cancelled_at=None)
        .select_related("person", "live_class")
        .first()
    )


def _say(
    registration: Registration,
    *,
    about: Telling.About,
    ids: dict,
    since: datetime,
    lasts_until: datetime | None = None,
    with_calendar: bool = False,
    context: dict[str, Any] | None = None,
) -> Letter | Text | None:
    """Tell the person of a place or turn in their language; `context` is for mail and text alike."""
    language = registration.person.language or registration.live_class.locale.language_code
    itself = registration.live_class
    ends_at = itself.ends_at
    if ends_at is None:
        return None
    more = context or {}
    link = Telling.Link.JOIN if registration.has_place else Telling.Link.CLASS
    return tell(
        Message(
            about=about,
            ids=ids,
            person=registration.person,
            language=language,
            letter=lambda address: _letter(
                address, registration, language, with_calendar=with_calendar, context=more
            ),
            short={
                "when": when_in_words(itself, language=language),
                "has_place": registration.has_place,
                "clinic_name": clinic_name_of(language),
                **more,
            },
            link=Telling.Link.NONE if _is_off(more.get("notice")) else link,
            subject=f"class:{itself.pk}",
            since=since,
            lasts_until=lasts_until or ends_at,
            registration=registration,
            live_class=itself,
        )
    )


def _is_off(notice: ClassNotice | None) -> bool:
    """Whether the class is called off: then there is no way in to hand out."""
    return notice is not None and notice.kind == ClassNotice.Kind.CANCELLED


def _letter(
    address: str,
    registration: Registration,
    language: str,
    *,
    with_calendar: bool,
    context: dict[str, Any],
) -> Letter:
    """A letter about a place or turn, the calendar enclosed where it is a place."""
    itself = registration.live_class
    shown = in_language(itself, language)
    join_url = join_url_of(registration, language=language)
    enclosures: tuple[Enclosure, ...] = ()
    if with_calendar and itself.starts_at and registration.has_place:
        content = calendar_of([itself], join_urls={itself.pk: join_url})
        enclosures = (Enclosure("class.ics", content, "text/calendar"),)
    return Letter(
        to=address,
        language=language,
        context={
            "title": shown.title,
            "starts_at": itself.starts_at.astimezone(itself.zone) if itself.starts_at else None,
            "time_zone": itself.time_zone,
            "class_url": shown.full_url or settings.BASE_URL,
            "join_url": join_url if registration.has_place else "",
            "clinic_name": clinic_name_of(language),
            **context,
        },
        enclosures=enclosures,
    )


def join_url_of(registration: Registration, *, language: str) -> str:
    """The personal address of a place; it opens the class and nothing else."""
    with translation.override(language):
        path = reverse("join_class")
    return f"{settings.BASE_URL}{path}?{urlencode({'place': issue_join_token(registration)})}"
