"""Who holds a class's room beside those who give it, on the room's tab; it calls the services."""

from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from classroom.models import Room, RoomHost
from classroom.services.room_entry import staff_name
from classroom.services.room_moderation import (
    NoHelper,
    add_host,
    possible_hosts,
    take_host_away,
)
from people.models import User


def hosts_of(room: Room) -> list[tuple[int, str]]:
    """The added hosts: id and name, in the order in which they were added."""
    rows = RoomHost.objects.filter(room=room).select_related("user").order_by("pk")
    return [(row.user_id, name_of(row.user)) for row in rows]


def choices_of(room: Room) -> list[tuple[int, str]]:
    """Who may be added: id and name of clinicians and consultants who are not yet."""
    users = possible_hosts().exclude(hosted_rooms__room=room)
    return [(user.pk, name_of(user)) for user in users]


def name_of(user: User) -> str:
    """The login's own name: one query for all of them is enough."""
    return user.get_full_name() or user.get_username()


def steer_host(request: HttpRequest, room: Room) -> None:
    """Add the chosen one, or take one away; both can be undone on the same screen."""
    said = request.POST.get("host", "")
    user = get_object_or_404(User, pk=int(said) if said.isdecimal() and len(said) < 19 else 0)
    if "take_away" in request.POST:
        take_host_away(room=room, user=user, by=request.user)
        messages.success(request, _("%(name)s holds the room no longer.") % {"name": name_of(user)})
        return
    try:
        add_host(room=room, user=user, by=request.user)
    except NoHelper:
        messages.error(request, _("A room is held by clinicians and consultants."))
    else:
        messages.success(request, _("%(name)s holds the room, too.") % {"name": staff_name(user)})
