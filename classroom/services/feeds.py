"""Makes, reads and ends the secret addresses that personal calendars are read from."""

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import F
from django.urls import reverse

from classroom.models import CalendarFeed
from people.models import Person

SALT = "classroom.calendar"


class BadFeed(ValueError):
    """No address of ours, or one that was ended."""


def feed_token_of(person: Person) -> str:
    """Return the token of the person's calendar; the same until it is ended."""
    feed, _ = CalendarFeed.objects.get_or_create(person=person)
    return _token(feed)


def feed_url_of(person: Person) -> str:
    """The whole address of the person's calendar, empty where none was asked for; writes nothing."""
    feed = CalendarFeed.objects.filter(person=person).select_related("person").first()
    if feed is None:
        return ""
    token = _token(feed)
    return settings.BASE_URL.rstrip("/") + reverse("calendar_feed", args=[token])


def renew_feed(*, person: Person) -> None:
    """Make a first address, or a new one in place of the old, which opens nothing any more."""
    with transaction.atomic():
        made = CalendarFeed.objects.get_or_create(person=person)[1]
        if not made:
            end_feed(person=person)


def person_of_feed(token: str) -> Person:
    """Return whose calendar it is; raises BadFeed."""
    try:
        external_id, number = signing.Signer(salt=SALT).unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        raise BadFeed from None
    person = Person.objects.filter(
        external_id=external_id, calendar_feed__number=number, merged_into=None
    ).first()
    if person is None:
        raise BadFeed
    return person


def end_feed(*, person: Person) -> None:
    """Make the address handed out so far worthless; the next one asked for works."""
    CalendarFeed.objects.filter(person=person).update(number=F("number") + 1)


def _token(feed: CalendarFeed) -> str:
    return signing.Signer(salt=SALT).sign_object([feed.person.external_id, feed.number])
