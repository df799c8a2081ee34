"""The questionnaire after a class: opened by a personal link, answered without a login."""

import uuid
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from classroom.after_class import what_comes_next
from classroom.models import QuestionnaireReply, Registration
from classroom.questionnaire_form import ReplyForm, handle_in
from classroom.questionnaires import has_answered, is_asked, is_closed, own_reply, shown_questions
from classroom.readers import reader_of
from classroom.selectors import in_language
from classroom.services.questionnaire_tokens import (
    BadQuestionnaireToken,
    issue_questionnaire_token,
    registration_of_questionnaire_token,
)
from classroom.services.questionnaires import (
    AnsweredAlready,
    NotAsked,
    delete_own_reply,
    open_round,
    send_reply,
    take_back_reply,
)
from people.models import Person, Visitor
from people.selectors import records_of
from people.throttle import Throttled, count_request

AN_ADDRESS_A_MINUTE = 120
IN_ALL_A_MINUTE = 6_000


def _place(request: HttpRequest) -> Registration | None:
    try:
        count_request(
            request, name="questionnaire", an_address=AN_ADDRESS_A_MINUTE, in_all=IN_ALL_A_MINUTE
        )
    except Throttled:
        raise Http404 from None
    token = request.POST.get("place") or request.GET.get("place", "")
    try:
        return registration_of_questionnaire_token(token)
    except BadQuestionnaireToken:
        return None


def _private(response: HttpResponse) -> HttpResponse:
    """The address is a secret: it goes to no other site, and to no search engine."""
    # With no-referrer a browser names no origin with the form either, and it would be refused.
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _address(place: Registration, **more: str) -> str:
    query = {"place": issue_questionnaire_token(place), **more}
    return f"{reverse('class_questionnaire')}?{urlencode(query)}"


@never_cache
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest) -> HttpResponse:
    """The questions, with what was answered before; a post keeps the answers and thanks."""
    place = _place(request)
    found = open_round(live_class=place.live_class) if place and is_asked(place) else None
    if place is None or found is None or is_closed(found):
        return _private(render(request, "classroom/questionnaire_gone.html", status=404))
    language = get_language() or "en"
    questions = shown_questions(found, language)
    handle = handle_in(request.POST.get("reply") or request.GET.get("reply", ""))
    earlier = own_reply(found, place, handle)
    if request.method == "POST":
        form = ReplyForm(request.POST, questions=questions)
        if form.is_valid():
            try:
                reply = send_reply(
                    registration=place,
                    handle=form.cleaned_data["reply"],
                    answers=form.answers(),
                    with_name=form.cleaned_data["with_name"],
                )
            except NotAsked:
                return redirect(_address(place))
            except AnsweredAlready:
                return _private(_answered_already(request, place))
            return _private(redirect(_address(place, reply=str(reply.pk), thanks="1")))
    elif earlier is not None and "thanks" in request.GET:
        return _private(_thanks(request, place, earlier, questions))
    elif earlier is None and has_answered(place):
        return _private(_answered_already(request, place))
    else:
        form = ReplyForm(initial=_initial(earlier), questions=questions)
    context = {
        "form": form,
        "place": place,
        "token": issue_questionnaire_token(place),
        "shown": in_language(place.live_class, language),
        "closes_at": found.closes_at.astimezone(place.live_class.zone),
        "earlier": earlier,
    }
    status = 422 if form.is_bound else 200
    return _private(render(request, "classroom/questionnaire.html", context, status=status))


def _initial(earlier: QuestionnaireReply | None) -> dict:
    if earlier is None:
        return {"reply": uuid.uuid4()}
    with_name = earlier.person_id is not None
    return {**earlier.answers, "reply": earlier.pk, "with_name": with_name}


def _answered_already(request: HttpRequest, place: Registration) -> HttpResponse:
    shown = in_language(place.live_class, get_language() or "en")
    return render(
        request,
        "classroom/questionnaire_answered.html",
        {"shown": shown, **what_comes_next(shown)},
    )


def _thanks(
    request: HttpRequest, place: Registration, reply: QuestionnaireReply, questions: list[dict]
) -> HttpResponse:
    """What was kept, how to change it, and where to go on."""
    shown = in_language(place.live_class, get_language() or "en")
    context = {
        "shown": shown,
        "reply": reply,
        "token": issue_questionnaire_token(place),
        "change_url": _address(place, reply=str(reply.pk)),
        "lines": answered_lines(reply.answers, questions),
        **what_comes_next(shown),
    }
    return render(request, "classroom/questionnaire_thanks.html", context)


def answered_lines(answers: dict, questions: list[dict]) -> list[dict[str, str]]:
    """What was answered, as `question` and `answer` in words; unanswered questions are left out."""
    lines = []
    for question in questions:
        value = answers.get(question["key"])
        if value is None:
            continue
        words = {option["key"]: option["words"] for option in question["options"]}
        chosen = value if isinstance(value, list) else [value]
        told = " · ".join(str(words.get(one, one)) for one in chosen)
        lines.append({"question": question["words"], "answer": told})
    return lines


@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    """Delete what was answered; the questions stand there empty again."""
    place = _place(request)
    if place is None:
        return _private(render(request, "classroom/questionnaire_gone.html", status=404))
    try:
        gone = take_back_reply(registration=place, handle=handle_in(request.POST.get("reply", "")))
    except NotAsked:
        gone = False
    if gone:
        messages.success(request, _("Your answers are deleted."))
    return _private(redirect(_address(place)))


def replies_section(
    request: HttpRequest, person: Person | None, visitor: Visitor | None
) -> tuple[str, dict] | None:
    """The section of the page /me/: what was answered under one's name; None where there is nothing."""
    if person is None:
        return None
    replies = list(
        QuestionnaireReply.objects.filter(person__in=records_of(person))
        .select_related("round__live_class", "round__version")
        .order_by("-sent_at")
    )
    if not replies:
        return None
    language = get_language() or "en"
    rows = [
        {
            "reply": reply,
            "live_class": reply.round.live_class,
            "lines": answered_lines(reply.answers, shown_questions(reply.round, language)),
        }
        for reply in replies
    ]
    return "classroom/me_replies.html", {"rows": rows}


@require_POST
@login_required
def delete_reply(request: HttpRequest, reply_id: uuid.UUID) -> HttpResponse:
    """Delete a reply of one's own, open or closed; 404 for another's."""
    person = reader_of(request)
    if person is None or not delete_own_reply(person=person, reply_id=reply_id):
        raise Http404
    messages.success(request, _("Your answers are deleted."))
    return redirect(reverse("me"))
