"""Decides how a person is told about a class: by mail, by text, else by hand; once, in their language.

A verified e-mail address gets the mail where mail leaves the house. Who has none but a verified
phone gets a short text where texts do. Everybody else, and whoever's text is refused for good, comes on the list
of what is told by hand. The decision is taken when it is sent, by what holds then.

A text stands on a locked screen that others see, and a number is often a family's. So it names the
clinic, the day and the time, and never the class: no rule can tell a title that names a complaint
from one that does not, and the link's code says nothing either. What the class is about, and what
staff wrote to everybody, stands behind the link. Texts fit 160 signs of GSM or 70 of Chinese with a
clinic's name and a host of usual length, and hold no sign outside GSM in English.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from classroom.models import LiveClass, Question, Registration, Telling
from classroom.services.place_links import place_link
from classroom.services.tellings import put_on_list
from outbox.mail import Letter, Text, words_of_text
from people.contact_kinds import reachable_contact
from people.models import ContactKind, Person
from people.selectors import current_clinic


@dataclass(frozen=True)
class Message:
    """One thing one person is told, before it is known how.

    `letter` makes the mail to an address. `short` is what the text's template may use beside the
    link. `since` is when it became true, `lasts_until` when it is pointless; of one `subject` the
    newest counts.
    """

    about: Telling.About
    ids: dict
    person: Person
    language: str
    letter: Callable[[str], Letter]
    subject: str
    since: datetime
    lasts_until: datetime
    short: dict = field(default_factory=dict)
    link: Telling.Link = Telling.Link.NONE
    registration: Registration | None = None
    live_class: LiveClass | None = None
    question: Question | None = None


def tell(message: Message) -> Letter | Text | None:
    """Return the letter or the text; None where it came on the list of what is told by hand."""
    contact = reachable_contact(message.person)
    if contact is None:
        put_on_list(_telling(message, reason=Telling.Reason.NO_CONTACT))
        return None
    if contact.kind == ContactKind.EMAIL:
        return message.letter(contact.value)
    link = link_of(message.link, registration=message.registration, language=message.language)
    return Text(
        to=contact.value,
        language=message.language,
        context={**message.short, "link": link},
        unsendable=partial(_refused, message),
    )


def _refused(message: Message) -> None:
    put_on_list(_telling(message, reason=Telling.Reason.REFUSED))


def _telling(message: Message, *, reason: Telling.Reason) -> Telling:
    """The row of the list, unsaved; the same message makes the same key."""
    told = json.dumps([message.about, message.ids, message.since.isoformat()], sort_keys=True)
    words = words_of_text(
        template=message.about, language=message.language, context={**message.short, "link": ""}
    )
    return Telling(
        person=message.person,
        live_class=message.live_class,
        registration=message.registration,
        question=message.question,
        about=message.about,
        reason=reason,
        subject=message.subject,
        key=hashlib.sha256(told.encode()).hexdigest(),
        language=message.language,
        words=words,
        link=message.link,
        since=message.since,
        lasts_until=message.lasts_until,
    )


def link_of(kind: str, *, registration: Registration | None, language: str) -> str:
    """The address that goes with the words; empty where there is none."""
    if kind == Telling.Link.MINE:
        with translation.override(language):
            return f"{settings.BASE_URL}{reverse('me')}"
    if not kind or registration is None:
        return ""
    return place_link(registration=registration, kind=kind)


def when_in_words(live_class: LiveClass, *, language: str) -> str:
    """Day and time on the class's own clock, as people say it; its place where the clinic's differs."""
    if live_class.starts_at is None:
        return ""
    local = live_class.starts_at.astimezone(live_class.zone)
    with translation.override(language):
        words = pgettext("a moment in a text to a phone", "%(weekday)s %(day)s, %(time)s") % {
            "weekday": _weekdays()[local.weekday()],
            "day": date_format(local, pgettext("a day in a text to a phone", "j F")),
            "time": f"{local:%H:%M}",
        }
        if live_class.time_zone == current_clinic().time_zone:
            return words
        place = live_class.zone.key.rpartition("/")[2].replace("_", " ")
        return _("%(when)s (%(place)s time)") % {"when": words, "place": place}


def _weekdays() -> tuple[str, ...]:
    """From Monday; shorter in Chinese than Django's own."""
    return (
        pgettext("in a text to a phone", "Mon"),
        pgettext("in a text to a phone", "Tue"),
        pgettext("in a text to a phone", "Wed"),
        pgettext("in a text to a phone", "Thu"),
        pgettext("in a text to a phone", "Fri"),
        pgettext("in a text to a phone", "Sat"),
        pgettext("in a text to a phone", "Sun"),
    )


def clinic_name_of(language: str) -> str:
    """The clinic's name in a language."""
    clinic = current_clinic()
    return (clinic.name_zh if language.startswith("zh") else "") or clinic.name
