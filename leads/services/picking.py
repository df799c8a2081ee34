"""Puts people on a list by hand and takes them off again; whoever looks is the list's own evaluation."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from leads.models import Condition, ConditionKind, LeadList, PickedPerson
from leads.selectors.list_effects import ListEffect
from leads.services.actors import actor_of
from leads.services.list_keeping import demand_yes
from leads.services.touching import touch_living
from outbox.services import record_audit
from people.models import Person, User
from people.selectors import records_of, resolve_merge


class PickRefused(ValueError):
    """The list does not ask who was put on it by hand; the message says so, for the one who asked."""


def pick_people(
    *,
    lead_list: LeadList,
    put_on: Iterable[Person] = (),
    take_off: Iterable[Person] = (),
    by: User,
    confirm: int | None = None,
) -> ListEffect:
    """Put people on a list by hand and take others off; returns how many that changed.

    Who is put on becomes a member at the next refresh, if they agree that interests are kept.
    Doing it again changes nothing. Raises PickRefused for a list whose rules do not ask for it,
    MovesMany without a yes that names at least so many. Audited.
    """
    if not asks_for_picks(lead_list):
        raise PickRefused(
            _("The rules of this list do not ask who was put on it by hand. Add that condition.")
        )
    with transaction.atomic():
        LeadList.objects.select_for_update().get(pk=lead_list.pk)
        standing = set(_standing(lead_list).values_list("person_id", flat=True))
        new = {one.pk: one for one in map(resolve_merge, put_on)}
        new = {pk: one for pk, one in new.items() if pk not in standing}
        gone = [one for one in take_off if standing & _keys(one)]
        effect = ListEffect(enters=len(new), leaves=len(gone))
        demand_yes(effect, confirm)
        actor = actor_of(by)
        PickedPerson.objects.bulk_create(
            [PickedPerson(lead_list=lead_list, person=one, by=actor) for one in new.values()],
            batch_size=500,
        )
        off = {pk for one in gone for pk in _keys(one)}
        _standing(lead_list).filter(person_id__in=off).update(
            taken_off_at=timezone.now(), taken_off_by=actor
        )
        if effect.moved:
            touch_living(person_ids={*new, *off})
            record_audit(
                actor=actor,
                action="list.picked",
                subject=f"list:{lead_list.slug}",
                detail={
                    "put_on": sorted(one.external_id for one in new.values()),
                    "taken_off": sorted(one.external_id for one in gone),
                },
            )
    return effect


def asks_for_picks(lead_list: LeadList) -> bool:
    """Whether the rules of the list ask who was put on it by hand."""
    return Condition.objects.filter(lead_list=lead_list, kind=ConditionKind.PICKED).exists()


def forget_picks(*, person: Person) -> None:
    """Delete that somebody was ever put on lists: what a list is about says what interests them."""
    PickedPerson.objects.filter(person__in=records_of(person)).delete()


def _standing(lead_list: LeadList) -> QuerySet[PickedPerson]:
    return PickedPerson.objects.filter(lead_list=lead_list, taken_off_at=None)


def _keys(person: Person) -> set[int]:
    """The keys of every record of somebody."""
    return set(records_of(resolve_merge(person)).values_list("pk", flat=True))
