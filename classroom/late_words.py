"""Tells somebody what becomes of the questions that nobody answered in a room; reads only.

It says how the answer will come, by the rule by which it is sent (classroom.telling).
"""

from django.utils.translation import gettext as _

from classroom.models import LiveClass, Question
from people.contact_kinds import reachable_contact
from people.models import ContactKind, Person


def way_of_answers(person: Person) -> str:
    """How an answer reaches this person: by mail, by a text that names no word of it, else by hand."""
    contact = reachable_contact(person)
    if contact is None:
        return _(
            "What you asked and nobody answered here is with the clinic now. We have no confirmed "
            "address or number of yours, so somebody from the clinic tells you personally."
        )
    if contact.kind == ContactKind.EMAIL:
        return _(
            "What you asked and nobody answered here is with the clinic now. The answer comes to "
            "you alone, by e-mail."
        )
    return _(
        "What you asked and nobody answered here is with the clinic now. A text message tells you "
        "when there is an answer; you alone read it, on your own page."
    )


def words_about_late(*, person: Person, live_class: LiveClass) -> str:
    """The same where a question of theirs from this class's room still waits, else nothing."""
    waiting = Question.objects.filter(
        person=person,
        status=Question.Status.OPEN,
        asked_in_room__event__room_id=live_class.pk,
    )
    return way_of_answers(person) if waiting.exists() else ""
