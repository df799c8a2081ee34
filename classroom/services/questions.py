"""Takes questions, finds who answers, answers privately or for every reader."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from wagtail.models import Page

from classroom.models import Answer, LiveClass, Question, Registration
from classroom.models.places import QUESTION_LENGTH
from classroom.signals import question_asked, question_withdrawn
from cms.services.content_version import bump_content_version
from outbox.services import enqueue_mail, record_audit
from people.models import Person, User

#: The wording of the tick beside the form; a new wording gets a new name.
WORDING = "ask-1"
WORKING_DAYS_TO_ANSWER = 2
ANSWER_LENGTH = 4000


class NotAnswered(Exception):
    """The answer cannot be given that way; the text says why."""


def ask_question(
    *,
    person: Person,
    text: str,
    language: str,
    page: Page | None = None,
    registration: Registration | None = None,
    may_publish: bool = False,
    agreed_to: str = WORDING,
) -> Question:
    """Put a question into the queue of whoever answers for the page; they get a mail without it.

    The question beforehand of a registration is one: asked again while it waits, its words change.
    """
    text = text.strip()[:QUESTION_LENGTH]
    with transaction.atomic():
        if registration is not None:
            known = Question.objects.select_for_update().filter(registration=registration).first()
            if known is not None and known.status == Question.Status.OPEN:
                known.text = text
                known.save(update_fields=["text"])
                return known
        now = timezone.now()
        question = Question.objects.create(
            person=person,
            page=page,
            registration=registration,
            text=text,
            language=language,
            may_publish=may_publish,
            agreed_to=agreed_to,
            asked_at=now,
            owner=who_answers(page),
            due_at=working_days_after(now, WORKING_DAYS_TO_ANSWER),
        )
        _tell_owner(question)
        question_asked.send(
            sender=Question, person_id=person.pk, page_id=page.pk if page else None, at=now
        )
        return question


def withdraw_question(*, registration: Registration) -> None:
    """Forget the question beforehand of a place that is given back, unless it is answered."""
    waiting = Question.objects.filter(registration=registration, status=Question.Status.OPEN)
    for question in waiting:
        forget_question(question=question)


def forget_question(*, question: Question) -> None:
    """Delete a question with its answers; the packages above hear of it in the same transaction."""
    person_id, page_id = question.person_id, question.page_id
    with transaction.atomic():
        question.delete()
        question_withdrawn.send(sender=Question, person_id=person_id, page_id=page_id)


def who_answers(page: Page | None) -> User | None:
    """The first clinician of a class, else the author of the piece; None where neither signs in."""
    if page is None:
        return None
    piece = page.specific
    clinicians = list(piece.clinicians.all()) if isinstance(piece, LiveClass) else []
    author = getattr(piece, "author", None)
    for clinician in [*clinicians, *([author] if author else [])]:
        if clinician.user_id and clinician.user.is_active:
            return clinician.user
    return None


def working_days_after(moment: datetime, days: int) -> datetime:
    """The moment so many days on, Saturdays and Sundays not counted."""
    while days:
        moment += timedelta(days=1)
        days -= moment.weekday() < 5
    return moment


def hand_over(*, question: Question, owner: User | None, by: User) -> None:
    """Give the question to somebody, who is told; the same owner again changes nothing."""
    with transaction.atomic():
        question = Question.objects.select_for_update().get(pk=question.pk)
        if question.owner == owner:
            return
        question.owner = owner
        question.save(update_fields=["owner"])
        _tell_owner(question)
        _audit(question, action="question.handed_over", by=by)


def answer_question(
    *,
    question: Question,
    text: str,
    by: User,
    is_public: bool = False,
    public_question: str = "",
) -> Answer:
    """Answer by mail, and with `is_public` beside the piece too, the question in the given words.

    Raises NotAnswered for an empty answer, for a public one that the person did not allow or that
    stands beside no page, and for a closed question.
    """
    text = text.strip()[:ANSWER_LENGTH]
    public_question = " ".join(public_question.split())[:300]
    with transaction.atomic():
        question = Question.objects.select_for_update().get(pk=question.pk)
        if not text:
            raise NotAnswered("An answer needs words.")
        if question.status == Question.Status.CLOSED:
            raise NotAnswered("The question is closed.")
        if is_public and not (question.may_publish and question.page_id and public_question):
            raise NotAnswered("It may not be shown, stands beside no piece, or has no words.")
        answer = Answer.objects.create(
            question=question,
            text=text,
            is_public=is_public,
            public_question=public_question if is_public else "",
            by=by,
        )
        question.status = Question.Status.ANSWERED
        question.save(update_fields=["status"])
        enqueue_mail(
            template="question_answered",
            ids={"answer": answer.pk},
            key=f"question_answered:{answer.pk}",
        )
        _audit(question, action="question.answered", by=by)
        return answer


def close_question(*, question: Question, by: User) -> None:
    """Put an open question away without an answer."""
    with transaction.atomic():
        question = Question.objects.select_for_update().get(pk=question.pk)
        if question.status == Question.Status.OPEN:
            question.status = Question.Status.CLOSED
            question.save(update_fields=["status"])
            _audit(question, action="question.closed", by=by)


def reopen_question(*, question: Question, by: User) -> None:
    """Take a closing back."""
    with transaction.atomic():
        question = Question.objects.select_for_update().get(pk=question.pk)
        if question.status == Question.Status.CLOSED:
            question.status = Question.Status.OPEN
            question.save(update_fields=["status"])
            _audit(question, action="question.reopened", by=by)


def take_back_public_answer(*, answer: Answer, by: User) -> None:
    """Show it to readers no longer; the person keeps the mail they got."""
    if Answer.objects.filter(pk=answer.pk, is_public=True, taken_back_at=None).update(
        taken_back_at=timezone.now()
    ):
        _audit(answer.question, action="question.public_answer_taken_back", by=by)
        bump_content_version()  # an update tells nobody that what is shown has changed


def _tell_owner(question: Question) -> None:
    if question.owner is not None:
        enqueue_mail(
            template="question_waits",
            ids={"question": question.pk, "owner": question.owner_id},
            key=f"question_waits:{question.pk}:{question.owner_id}",
        )


def _audit(question: Question, *, action: str, by: User) -> None:
    record_audit(actor=f"user:{by.pk}", action=action, subject=f"question:{question.pk}")
