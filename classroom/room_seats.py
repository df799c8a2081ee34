"""Tells which of a room's listeners may still listen, by rows alone; it reads, and ends no stream."""

from collections.abc import Collection
from typing import NamedTuple

from django.db.models import BooleanField, Case, Exists, OuterRef, Q, Value, When

from classroom.models import LiveClass, Registration, RoomGuest, RoomHost
from classroom.services.staff_access import SEE_ALL
from cms.models import Access
from people.models import User
from people.roles import Role


class _Place(NamedTuple):
    """What the key of a place says: its row, the number of its link, and the login or 0."""

    pk: int
    number: int
    login: int


def seats_that_stand(room_id: int, keys: Collection[str]) -> set[str]:
    """Those of these keys (see Seat.key) whose holder would be let in again; at most three queries.

    Gone are places given back, of erased people, of who was put out and behind renewed links, logins
    that were disabled or lost their role, and all guests of a class that was taken off the site.
    """
    live_class = LiveClass.objects.filter(pk=room_id).first()
    if live_class is None:
        return set()
    places = {key: _place_of(key) for key in keys if key.startswith("place:")}
    staff = {key: int(key.partition(":")[2]) for key in keys if key.startswith("user:")}
    logins = {place.login for place in places.values()} - {0}
    active = _active_users(live_class, {*staff.values(), *logins})
    numbers = _standing_places(live_class, [place.pk for place in places.values()])
    return {
        key
        for key, place in places.items()
        if numbers.get(place.pk) == place.number and (not place.login or place.login in active)
    } | {key for key, pk in staff.items() if active.get(pk)}


def _place_of(key: str) -> _Place:
    return _Place(*(int(part) for part in key.split(":")[1:]))


def _standing_places(live_class: LiveClass, place_ids: list[int]) -> dict[int, int]:
    """Place to the number of its link, for places that open the room of this class."""
    if not place_ids or not live_class.live or live_class.access == Access.STAFF:
        return {}
    out = RoomGuest.objects.filter(
        room=live_class.pk, person=OuterRef("person"), put_out_at__isnull=False
    )
    places = Registration.objects.with_place().filter(pk__in=place_ids, live_class=live_class)
    places = places.exclude(Exists(out))
    return dict(places.values_list("pk", "join_number"))


def _active_users(live_class: LiveClass, user_ids: set[int]) -> dict[int, bool]:
    """Logins that are not disabled, and whether each looks after the class as staff."""
    if not user_ids:
        return {}
    twins = LiveClass.objects.filter(translation_key=live_class.translation_key)
    gives = Q(pk__in=twins.values("owner"))
    gives |= Q(pk__in=twins.values("author__user")) | Q(pk__in=twins.values("clinicians__user"))
    sees = Q(is_superuser=True) | Q(groups__name__in=[role.value for role in SEE_ALL])
    helps = Q(pk__in=RoomHost.objects.filter(room=live_class.pk).values("user"))
    sees |= Q(groups__name=Role.CLINICIAN.value) & (gives | helps)
    looks_after = Case(When(sees, then=Value(True)), default=False, output_field=BooleanField())
    rows = User.objects.filter(pk__in=user_ids, is_active=True).annotate(looks_after=looks_after)
    # Somebody of several roles has a row for each; one that fits is enough.
    return dict(rows.order_by("looks_after").values_list("pk", "looks_after"))
