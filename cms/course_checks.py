"""What must be true of a module's questions before it is submitted or goes live; writes nothing."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from cms.models import ModulePage, PiecePage
from cms.submission import Problem, submission_checks


def unanswerable_questions(piece: PiecePage) -> Iterable[Problem]:
    """Each question has two answers or more, one that is right, and says of each why."""
    if not isinstance(piece, ModulePage):
        return
    for block in piece.check_questions:
        answers = block.value["answers"]
        place = block.id or ""
        if len(answers) < 2 or not any(answer["correct"] for answer in answers):
            yield Problem(
                field="check_questions",
                code="no_right_answer",
                place=place,
                message=_(
                    "“%(question)s” needs at least two answers, and at least one that is right."
                )
                % {"question": block.value["question"]},
            )
        if not all(answer["explanation"] for answer in answers):
            yield Problem(
                field="check_questions",
                code="unexplained_answer",
                place=place,
                message=_("Say of each answer to “%(question)s” why it is right or wrong.")
                % {"question": block.value["question"]},
            )


submission_checks.append(unanswerable_questions)
