"""The code for the wall of a lecture: it changes by itself, so a picture of it is soon worth nothing."""

from urllib.parse import urlencode

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from classroom.admin.frame import open_class
from classroom.models import DoorCheck
from classroom.services.door import CODE_S, door_code


def show_door(request: HttpRequest, class_id: int) -> HttpResponse:
    """One large code that fills the screen, and how many are in the room."""
    live_class = open_class(request, class_id)
    query = urlencode({"code": door_code(live_class)})
    address = f"{settings.BASE_URL}{reverse('check_in')}?{query}"
    drawing = segno.make(address, error="m").svg_inline(scale=8, border=2, omitsize=True)
    context = {
        "live_class": live_class,
        "drawing": mark_safe(drawing),
        "refresh_s": CODE_S // 2,
        "checked_in": DoorCheck.objects.filter(live_class=live_class).count(),
        "header_title": _("Check in"),
    }
    return TemplateResponse(request, "classroom/admin/door.html", context)
