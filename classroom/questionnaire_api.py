"""The API of the questions after a class; the personal link of a place opens it, no login does."""

import uuid
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language
from ninja import Field, Router, Schema, Status
from ninja.errors import HttpError, ValidationError
from pydantic import StrictInt, StrictStr

from classroom.api import count
from classroom.api_auth import PlaceOfQuestionnaire
from classroom.models import QuestionnaireRound, Registration
from classroom.questionnaire_form import ReplyForm
from classroom.questionnaires import has_answered, is_asked, is_closed, own_reply, shown_questions
from classroom.services.questionnaires import (
    AnsweredAlready,
    NotAsked,
    open_round,
    send_reply,
    take_back_reply,
)

router = Router()
QUESTIONS_AT_MOST = 100
#: What an answer to each kind of question is in JSON.
SHAPES: dict[str, type] = {"one": str, "many": list, "scale": int, "text": str}


class OptionOut(Schema):
    """One answer that can be chosen."""

    key: str
    words: str


class QuestionOut(Schema):
    """A question: `kind` is one, many, scale (1 to 5, `low` and `high` name its ends) or text."""

    key: str
    kind: str
    words: str
    options: list[OptionOut]
    low: str
    high: str


class QuestionnaireOut(Schema):
    """The questions, until when answers come in, and the own answers where they can be found.

    Answers without a name are found by the `reply` that they were sent with, and by nothing else.
    """

    closes_at: datetime
    questions: list[QuestionOut]
    answered: bool
    reply: uuid.UUID | None
    with_name: bool
    answers: dict[str, int | str | list[str]]


class ReplyIn(Schema):
    """Answers by the key of the question; what is left out is not answered.

    `reply` is a new UUID, kept to change the answers later: the same one again changes them. With
    `with_name` the answers belong to the person; without it nothing says whose they are.
    """

    reply: uuid.UUID
    with_name: bool = False
    answers: dict[str, StrictInt | StrictStr | list[StrictStr]] = Field(
        max_length=QUESTIONS_AT_MOST
    )


class ReplyOut(Schema):
    """What was kept; `reply` may be another one than was sent, where a name came or went."""

    reply: uuid.UUID
    with_name: bool
    answers: dict[str, int | str | list[str]]
    closes_at: datetime


@router.get(
    "/classes/{class_id}/questionnaire",
    response=QuestionnaireOut,
    auth=PlaceOfQuestionnaire(),
    summary="The questions after a class",
)
def read_questionnaire(
    request: HttpRequest, class_id: int, language: str = "", reply: uuid.UUID | None = None
) -> dict:
    """Send `Authorization: Place TOKEN` with the `place` of the link. 404 where nothing is asked."""
    place, found = _asked(request, class_id)
    earlier = own_reply(found, place, reply)
    return {
        "closes_at": found.closes_at,
        "questions": shown_questions(found, _language(place, language)),
        "answered": earlier is not None or has_answered(place),
        "reply": earlier.pk if earlier else None,
        "with_name": bool(earlier and earlier.person_id),
        "answers": earlier.answers if earlier else {},
    }


@router.post(
    "/classes/{class_id}/questionnaire/replies",
    response={200: ReplyOut, 201: ReplyOut},
    auth=PlaceOfQuestionnaire(),
    summary="Answer the questions after a class",
)
def create_reply(request: HttpRequest, class_id: int, payload: ReplyIn):
    """201 for new answers, 200 for changed ones, 409 where others without a name were sent before."""
    place, found = _asked(request, class_id)
    known = own_reply(found, place, payload.reply) is not None
    try:
        kept = send_reply(
            registration=place,
            handle=payload.reply,
            answers=_checked(found, payload),
            with_name=payload.with_name,
        )
    except AnsweredAlready:
        raise HttpError(
            409, "There are answers without a name. Send their `reply` to change them."
        ) from None
    except NotAsked:
        raise HttpError(404, "Nothing is asked here.") from None
    answer = {
        "reply": kept.pk,
        "with_name": kept.person_id is not None,
        "answers": kept.answers,
        "closes_at": found.closes_at,
    }
    return Status(200 if known else 201, answer)


@router.delete(
    "/classes/{class_id}/questionnaire/replies/{reply_id}",
    response={204: None},
    auth=PlaceOfQuestionnaire(),
    summary="Take answers back",
)
def delete_reply(request: HttpRequest, class_id: int, reply_id: uuid.UUID):
    """404 where the number leads to no answers of this place, or no answer changes any more."""
    place, found = _asked(request, class_id)
    earlier = own_reply(found, place, reply_id)
    if earlier is None or earlier.pk != reply_id:
        raise HttpError(404, "There are no such answers.")
    try:
        take_back_reply(registration=place, handle=reply_id)
    except NotAsked:
        raise HttpError(404, "Nothing is asked here.") from None
    return Status(204, None)


def _asked(request: HttpRequest, class_id: int) -> tuple[Registration, QuestionnaireRound]:
    """The place of the token and the round it is asked in; another class's token is worth nothing."""
    count(request, name="questionnaire")
    place: Registration = request.auth  # type: ignore[attr-defined]
    same = place.live_class_id == class_id
    found = open_round(live_class=place.live_class) if same and is_asked(place) else None
    if found is None or is_closed(found):
        raise HttpError(404, "Nothing is asked here.")
    return place, found


def _language(place: Registration, wanted: str) -> str:
    return wanted or place.person.language or get_language() or "en"


def _checked(found: QuestionnaireRound, payload: ReplyIn) -> dict[str, Any]:
    """The answers as they are kept; a ValidationError names each that does not fit its question."""
    questions = shown_questions(found, "en")
    kinds = {question["key"]: question["kind"] for question in questions}
    wrong = {
        key: "There is no such question." if key not in kinds else "Not the shape of its kind."
        for key, value in payload.answers.items()
        if key not in kinds or type(value) is not SHAPES[kinds[key]]
    }
    form = ReplyForm({"reply": str(payload.reply), **payload.answers}, questions=questions)
    if not wrong and not form.is_valid():
        wrong = {key: " ".join(map(str, problems)) for key, problems in form.errors.items()}
    if wrong:
        raise ValidationError(
            [
                {"loc": ("body", "payload", "answers", key), "msg": problem}
                for key, problem in wrong.items()
            ]
        )
    return form.answers()
