"""One's own questions on one's own page, and deleting one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from classroom.models import Question
from classroom.readers import reader_of
from classroom.services.questions import forget_question
from people.models import Person, Visitor
from people.selectors import records_of


def questions_section(
    request: HttpRequest, person: Person | None, visitor: Visitor | None
) -> tuple[str, dict] | None:
    """The section of the page /me/: what was asked, and what was answered."""
    if person is None:
        return None
    questions = Question.objects.filter(person__in=records_of(person)).order_by("-asked_at")
    rows = list(questions.select_related("page").prefetch_related("answers"))
    for row in rows:
        row.shown_answers = list(row.answers.all())
    return "classroom/me_questions.html", {"questions": rows}


@require_POST
@login_required
def delete_question(request: HttpRequest, question_id: int) -> HttpResponse:
    """Delete one's own question with its answers, those beside a piece too; 404 for another's."""
    person = reader_of(request)
    mine = (
        Question.objects.filter(person__in=records_of(person))
        if person
        else Question.objects.none()
    )
    question = get_object_or_404(mine, pk=question_id)
    forget_question(question=question)
    messages.success(request, _("The question and its answers are deleted."))
    return redirect(f"{reverse('me')}#questions")
