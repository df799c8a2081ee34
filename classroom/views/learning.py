"""Taking a course on the site: enrolling, leaving, modules done, checks answered, my learning."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from classroom.checks import NotTheseAnswers, questions_of
from classroom.learning_pages import my_learning
from classroom.readers import reader_of, turned_away
from classroom.services.feeds import feed_url_of, renew_feed
from classroom.services.learning import (
    NotEnrolled,
    NotReady,
    OtherQuestions,
    enrol,
    leave_course,
    mark_done,
    record_check,
)
from cms.access import doors_of
from cms.models import CoursePage, ModulePage


def _course(request: HttpRequest, course_id: int) -> CoursePage:
    return get_object_or_404(doors_of(request).known(CoursePage.objects.live()), pk=course_id)


def _module(request: HttpRequest, module_id: int) -> ModulePage:
    return get_object_or_404(doors_of(request).read(ModulePage.objects.live()), pk=module_id)


@require_POST
def enrol_in_course(request: HttpRequest, course_id: int) -> HttpResponse:
    """Take the course and go back to it."""
    course = _course(request, course_id)
    person = reader_of(request)
    if person is None:
        return turned_away(request, course)
    try:
        enrol(person=person, course=course)
    except NotReady:
        messages.info(request, _("Something comes before this course. It is listed below."))
    return redirect(course.get_url(request))


@require_POST
def leave(request: HttpRequest, course_id: int) -> HttpResponse:
    """Stop taking the course and go back to it."""
    course = _course(request, course_id)
    person = reader_of(request)
    if person is None:
        return turned_away(request, course)
    if leave_course(person=person, course=course):
        messages.info(
            request, _("You no longer take this course. What you did is kept, if you come back.")
        )
    return redirect(course.get_url(request))


@require_POST
def finish_module(request: HttpRequest, module_id: int) -> HttpResponse:
    """Record the module as done and go on to the next one, or back to the course."""
    module = _module(request, module_id)
    person = reader_of(request)
    if person is None:
        return turned_away(request, module)
    try:
        progress = mark_done(person=person, module=module)
    except NotEnrolled:
        messages.info(request, _("Take the course first, so that we can keep what you did."))
        return redirect(module.get_url(request))
    following = module.get_next_siblings().live().type(ModulePage).first()
    return redirect((following or progress.course).get_url(request))


@never_cache
@require_POST
def answer_check(request: HttpRequest, module_id: int) -> HttpResponse:
    """Score the answers and show the module's check again, explained answer by answer."""
    module = _module(request, module_id)
    person = reader_of(request)
    if person is None:
        return turned_away(request, module)
    try:
        result, _progress = record_check(
            person=person,
            module=module,
            chosen=_chosen(request, module),
            asked=request.POST.get("asked", ""),
            form=_form_of(request),
        )
    except NotEnrolled:
        messages.info(request, _("Take the course first, so that we can keep what you did."))
        return redirect(module.get_url(request))
    except (OtherQuestions, NotTheseAnswers):
        messages.info(
            request, _("The questions were changed meanwhile. Nothing was counted; answer again.")
        )
        return redirect(module.get_url(request) + "#check")
    context = {**module.get_context(request), "check_result": result}
    return render(request, module.template, context)


def _chosen(request: HttpRequest, module: ModulePage) -> list[list[int]]:
    """The places of the chosen answers of each question; raises NotTheseAnswers on anything else."""
    try:
        return [
            [int(place) for place in request.POST.getlist(f"question-{number}")]
            for number, _question in enumerate(questions_of(module))
        ]
    except ValueError:
        raise NotTheseAnswers from None


def _form_of(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("form", ""))
    except ValueError:
        return uuid.uuid4()


@never_cache
@login_required
@require_safe
def show_my_learning(request: HttpRequest) -> HttpResponse:
    """Courses, certificates, classes and followed clinicians of the one who is signed in."""
    person = reader_of(request)
    if person is None:
        return redirect("me")
    address = feed_url_of(person)
    context = {
        **my_learning(person),
        "feed_url": address,
        "feed_link": address.replace("https://", "webcal://", 1).replace("http://", "webcal://", 1),
    }
    return render(request, "classroom/my_learning.html", context)


@require_POST
@login_required
def renew_calendar(request: HttpRequest) -> HttpResponse:
    """Make the secret address of one's calendar, or a new one that ends the old."""
    person = reader_of(request)
    if person is None:
        return redirect("me")
    had_one = feed_url_of(person) != ""
    renew_feed(person=person)
    if had_one:
        messages.success(request, _("There is a new address. The old one opens nothing any more."))
    return redirect(f"{reverse('my_learning')}#calendar")
