"""Checking in at a lecture: scan the code on the wall, sign in where need be, press once."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from classroom.models import DoorCheck, LiveClass
from classroom.readers import reader_of
from classroom.services.door import DoorShut, check_in, class_of_code, class_of_pass, door_pass

PASS = "door_pass"


@never_cache
@require_http_methods(["GET", "POST"])
def show_check_in(request: HttpRequest) -> HttpResponse:
    """Opened by the code, which becomes a pass in the session; only the press checks in."""
    try:
        live_class = _class(request)
    except DoorShut:
        return render(request, "classroom/door_shut.html", status=404)
    if "code" in request.GET:
        request.session[PASS] = door_pass(live_class)
        return redirect(reverse("check_in"))
    person = reader_of(request)
    if request.method == "POST" and person is not None:
        check_in(live_class=live_class, person=person)
    done = (
        DoorCheck.objects.filter(live_class=live_class, person=person).first() if person else None
    )
    context = {"live_class": live_class, "person": person, "done": done}
    return render(request, "classroom/check_in.html", context)


def _class(request: HttpRequest) -> LiveClass:
    if "code" in request.GET:
        return class_of_code(request.GET["code"])
    return class_of_pass(request.session.get(PASS, ""))
