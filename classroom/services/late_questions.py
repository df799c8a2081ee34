"""Puts questions of a room that were not answered there into the queue of questions, each once."""

from django.db import transaction

from classroom.models import LateQuestion, LiveClass, Question, RoomEvent
from classroom.services.questions import ask_question, close_question, forget_question
from people.models import User

#: What a question stands for: it was asked before everybody, in the room.
WORDING = "room-1"
Kind = RoomEvent.Kind


def hand_on_questions(*, live_class: LiveClass) -> list[Question]:
    """Make a question of each that a guest asked and nobody answered; returns the new ones.

    A second call, after the room was opened and closed again, takes what came in between. A
    question that its person deleted since does not come back. What staff asked stays in the room.
    """
    with transaction.atomic():
        room = RoomEvent.objects.filter(room_id=live_class.pk)
        answered = room.filter(kind=Kind.ANSWERED).values("about")
        waiting = room.filter(
            kind=Kind.QUESTION, removed_at=None, guest__person__isnull=False, late=None
        ).exclude(number__in=answered)
        found = []
        for event in waiting.select_related("guest__person").order_by("number"):
            assert event.guest is not None and event.guest.person is not None
            question = ask_question(
                person=event.guest.person,
                text=event.text,
                language=live_class.locale.language_code,
                page=live_class.page_ptr,
                agreed_to=WORDING,
            )
            LateQuestion.objects.create(event=event, question=question)
            found.append(question)
        return found


def take_back_question(*, event: RoomEvent) -> None:
    """The words of the event were removed: nobody has to answer them any more."""
    for question in _open_questions(event):
        forget_question(question=question)


def settle_question(*, event: RoomEvent, by: User) -> None:
    """The question was answered in the room after all."""
    for question in _open_questions(event):
        close_question(question=question, by=by)


def _open_questions(event: RoomEvent) -> list[Question]:
    return list(Question.objects.filter(asked_in_room__event=event, status=Question.Status.OPEN))
