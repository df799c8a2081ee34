"""Composes the mails about questions at sending time."""

from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from classroom.models import Answer, Question, Telling
from classroom.telling import Message, tell
from cms.mails import clinic_name_in, language_of
from cms.models import ClinicianPage
from outbox.mail import Letter, Text, composes
from people.models import User


@composes("question_waits")
def compose_waiting(ids: dict) -> Letter | None:
    """To who answers, without a word of the question; None when it is theirs no more or done."""
    question = Question.objects.filter(
        pk=ids["question"], owner_id=ids["owner"], status=Question.Status.OPEN
    ).first()
    owner = User.objects.filter(pk=ids["owner"], is_active=True).exclude(email="").first()
    if question is None or owner is None:
        return None
    language = language_of(owner)
    return Letter(
        to=owner.email,
        language=language,
        context={
            "question_url": f"{settings.BASE_URL}{reverse('question', args=[question.pk])}",
            "due_at": question.due_at,
            "clinic_name": clinic_name_in(language),
        },
    )


#: An answer is worth hearing for long; the list of what is told by hand is not kept for ever.
WORTH_HEARING = timedelta(days=60)


@composes("question_answered")
def compose_answer(ids: dict) -> Letter | Text | None:
    """To who asked; None when the question is gone meanwhile. A text holds neither of the two."""
    answer = (
        Answer.objects.filter(pk=ids["answer"]).select_related("question__person", "by").first()
    )
    if answer is None:
        return None
    question = answer.question
    return tell(
        Message(
            about=Telling.About.ANSWER,
            ids=ids,
            person=question.person,
            language=question.language,
            letter=lambda address: _answer_letter(address, answer),
            short={"clinic_name": clinic_name_in(question.language)},
            link=Telling.Link.MINE,
            subject="answers",
            since=answer.at,
            lasts_until=answer.at + WORTH_HEARING,
            question=question,
        )
    )


def _answer_letter(address: str, answer: Answer) -> Letter:
    question = answer.question
    clinician = (
        ClinicianPage.objects.live()
        .filter(user=answer.by, locale__language_code=question.language)
        .first()
        if answer.by
        else None
    )
    with translation.override(question.language):
        my_url = f"{settings.BASE_URL}{reverse('me')}#questions"
    return Letter(
        to=address,
        language=question.language,
        context={
            "question": question.text,
            "answer": answer.text,
            "answered_by": clinician.title if clinician else "",
            "my_url": my_url,
            "clinic_name": clinic_name_in(question.language),
        },
    )
