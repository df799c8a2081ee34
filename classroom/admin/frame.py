"""What all screens of one class share: who may be here, header, tabs, pages of a list."""

from typing import Any
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from classroom.attendance_sources import Faces, faces_of
from classroom.models import LiveClass, Telling
from classroom.services.staff_access import access_class
from classroom.telling_selectors import people_waiting

A_PAGE = 50
TABS = (
    ("class_coming", "coming"),
    ("class_day", "day"),
    ("class_room", "room"),
    ("class_tellings", "tellings"),
    ("class_attendance", "attendance"),
    ("class_names", "names"),
    ("class_reports", "reports"),
    ("class_result", "result"),
    ("class_answers", "answers"),
)


def open_class(request: HttpRequest, class_id: int) -> LiveClass:
    """The class, for those who may see it; Http404 for everybody else."""
    return access_class(user=request.user, class_id=class_id)


def home_crumbs(*above: tuple[str, str], here: str) -> list[dict[str, str]]:
    """Breadcrumbs from the admin's home to this screen; `above` are (address, label)."""
    home = (reverse("wagtailadmin_home"), _("Home"))
    return [
        *({"url": url, "label": label} for url, label in (home, *above)),
        {"url": "", "label": here},
    ]


def frame(
    live_class: LiveClass, *, tab: str, here: str = "", above: tuple[str, str] | None = None
) -> dict[str, Any]:
    """The context every screen of a class begins with; `here` names a screen below the tab."""
    labels = {
        "coming": _("Who is coming"),
        "day": _("The day itself"),
        "room": _("The room"),
        "tellings": _("To be told by hand"),
        "attendance": _("Attendance"),
        "names": _("Unknown names"),
        "reports": _("Room reports"),
        "result": _("How it went"),
        "answers": _("What they say"),
    }
    waiting = len(set(Faces(faces_of(live_class)).waiting().values()))
    to_tell = people_waiting(Telling.objects.filter(live_class=live_class)).count()
    counts = {"names": waiting, "tellings": to_tell}
    crumbs = [
        (reverse("classes"), _("Classes")),
        (reverse("class_coming", args=[live_class.pk]), live_class.title),
    ]
    if above:
        crumbs.append(above)
    return {
        "live_class": live_class,
        "zone": live_class.zone,
        "header_title": live_class.title,
        "header_icon": "date",
        "breadcrumbs_items": home_crumbs(*crumbs, here=here or labels[tab]),
        "waiting_count": waiting,
        "tabs": [
            {
                "url": reverse(name, args=[live_class.pk]),
                "label": labels[key],
                "current": key == tab,
                "count": counts.get(key, 0),
            }
            for name, key in TABS
        ],
    }


def page_of(request: HttpRequest, rows: Any, *, size: int = A_PAGE) -> Page:
    """The part of the rows that `?p=` asks for; nonsense is the first page."""
    return Paginator(rows, size).get_page(request.GET.get("p"))


def in_zone_words(zone: ZoneInfo) -> str:
    """The zone as a person may read it."""
    return zone.key.replace("_", " ")
