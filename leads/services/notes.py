"""Keeps what staff write down about a person, and how the person wants to be spoken to."""

from datetime import time

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from leads.models import Channel, ContactWish, PersonNote
from leads.services.actors import actor_of
from leads.services.leads import LeadRefused
from leads.services.touching import touch_people
from outbox.services import record_audit
from people.models import Person, User
from people.selectors import resolve_merge


def add_note(*, person: Person, text: str, by: User) -> PersonNote:
    """Keep a note; raises LeadRefused for an empty one. Audited without its words."""
    text = text.strip()
    if not text:
        raise LeadRefused(_("There is nothing written in the note."))
    person = resolve_merge(person)
    with transaction.atomic():
        note = PersonNote.objects.create(person=person, text=text[:2000], by=by)
        _note("person.note_added", person, by)
    return note


def set_wish(
    *,
    person: Person,
    by: User,
    channel: str = "",
    not_before: time | None = None,
    not_after: time | None = None,
    words: str = "",
    do_not_call: bool = False,
) -> ContactWish:
    """Keep how a person wants to be spoken to, in place of what was there before. Audited."""
    person = resolve_merge(person)
    if channel == Channel.PHONE and do_not_call:
        raise LeadRefused(_("Either by phone, or do not call: choose one of the two."))
    with transaction.atomic():
        wish, _made = ContactWish.objects.update_or_create(
            person=person,
            defaults={
                "channel": Channel(channel).value if channel else "",
                "not_before": not_before,
                "not_after": not_after,
                "words": words.strip()[:200],
                "do_not_call": do_not_call,
                "by": actor_of(by),
                "updated_at": timezone.now(),
            },
        )
        _note("person.wish_set", person, by)
    return wish


def _note(action: str, person: Person, by: User) -> None:
    record_audit(actor=actor_of(by), action=action, subject=f"person:{person.external_id}")
    touch_people(person_ids=[person.pk])
