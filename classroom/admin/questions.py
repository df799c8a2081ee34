"""The queue of questions, and the page where one is answered; made for a phone too."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from classroom.models import Answer, Question
from classroom.question_selectors import may_answer, questions_for
from classroom.services.questions import (
    ANSWER_LENGTH,
    NotAnswered,
    answer_question,
    close_question,
    hand_over,
    reopen_question,
    take_back_public_answer,
)
from outbox.services import record_audit
from people.models import User
from people.roles import Role

A_PAGE = 25


class AnswerForm(forms.Form):
    """The words of an answer; for every reader only with the question in other words."""

    text = forms.CharField(
        label=gettext_lazy("Your answer"),
        max_length=ANSWER_LENGTH,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    is_public = forms.BooleanField(
        label=gettext_lazy("Show it beside the piece too, without the name"), required=False
    )
    public_question = forms.CharField(
        label=gettext_lazy("The question as readers see it"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("In your words, so that nobody can tell who asked."),
    )

    def clean(self) -> dict:
        """A public answer stands under a question."""
        cleaned = super().clean() or {}
        if cleaned.get("is_public") and not cleaned.get("public_question", "").strip():
            self.add_error("public_question", _("Write the question in your own words."))
        return cleaned


def list_questions(request: HttpRequest) -> HttpResponse:
    """The questions the user may see: open ones first, the longest due at the top."""
    if not may_answer(request.user):
        raise Http404
    every = questions_for(request.user)
    filters = {
        "open": Q(status=Question.Status.OPEN),
        "mine": Q(status=Question.Status.OPEN, owner=request.user),
        "nobody": Q(status=Question.Status.OPEN, owner=None),
        "done": ~Q(status=Question.Status.OPEN),
    }
    show = request.GET.get("show", "open")
    show = show if show in filters else "open"
    counts = every.order_by().aggregate(
        **{name: Count("pk", filter=condition) for name, condition in filters.items()}
    )
    labels = {
        "open": _("Waiting"),
        "mine": _("Mine"),
        "nobody": _("Nobody's"),
        "done": _("Done"),
    }
    page = Paginator(every.filter(filters[show]), A_PAGE).get_page(request.GET.get("p"))
    context = {
        "page": page,
        "now": timezone.now(),
        "show": show,
        "filters": [
            {"key": key, "label": label, "count": counts[key]} for key, label in labels.items()
        ],
        "header_title": _("Questions"),
        "header_icon": "help",
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": "", "label": _("Questions")},
        ],
    }
    return TemplateResponse(request, "classroom/admin/questions.html", context)


def show_question(request: HttpRequest, question_id: int) -> HttpResponse:
    """One question with its answers; a post answers, hands over, closes or opens it again."""
    question = _question(request, question_id)
    form = AnswerForm(request.POST if "answer" in request.POST else None)
    if request.method == "POST" and _acted(request, question, form):
        return redirect("question", question_id=question.pk)
    record_audit(
        actor=f"user:{request.user.pk}", action="question.read", subject=f"question:{question.pk}"
    )
    context = {
        "question": question,
        "answers": question.answers.select_related("by"),
        "form": form,
        "owners": _possible_owners(),
        "may_publish": question.may_publish and question.page_id,
        "overdue": question.status == Question.Status.OPEN and question.due_at < timezone.now(),
        "header_title": _("Question"),
        "header_icon": "help",
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": reverse("questions"), "label": _("Questions")},
            {"url": "", "label": _("Question")},
        ],
    }
    return TemplateResponse(request, "classroom/admin/question.html", context)


def _question(request: HttpRequest, question_id: int) -> Question:
    if not may_answer(request.user):
        raise Http404
    return get_object_or_404(questions_for(request.user), pk=question_id)


def _acted(request: HttpRequest, question: Question, form: AnswerForm) -> bool:
    """Do what the pressed button says; False where the form has to be shown again."""
    by = request.user
    if "answer" in request.POST:
        return form.is_valid() and _answered(request, question, form)
    if "owner" in request.POST:
        owner = _possible_owners().filter(pk=_number(request.POST["owner"])).first()
        hand_over(question=question, owner=owner, by=by)
        messages.success(request, _("The question is handed over."))
    elif "close" in request.POST:
        close_question(question=question, by=by)
        messages.success(request, _("Closed without an answer. You can open it again here."))
    elif "reopen" in request.POST:
        reopen_question(question=question, by=by)
    elif "take_back" in request.POST:
        number = _number(request.POST["take_back"])
        answer = get_object_or_404(Answer, pk=number, question=question)
        take_back_public_answer(answer=answer, by=by)
        messages.success(request, _("Readers do not see it any more."))
    return True


def _answered(request: HttpRequest, question: Question, form: AnswerForm) -> bool:
    try:
        answer_question(question=question, by=request.user, **form.cleaned_data)
    except NotAnswered as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("Your answer is on its way."))
    return True


def _number(text: str) -> int:
    """The id a form sent, 0 for what is none."""
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _possible_owners() -> QuerySet[User]:
    work = [Role.CLINICIAN.value, Role.CONSULTANT.value, Role.ADMINISTRATOR.value]
    found = User.objects.filter(is_active=True, groups__name__in=work).distinct()
    return found.order_by("first_name", "username")
