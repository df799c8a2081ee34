"""Writes what endpoints are to be told, in the transaction in which it happened; it sends nothing.

Where no endpoint wants a kind, a call costs one query, however many people it is about.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from classroom.models import Attendance
from leads.models import (
    DeliveryState,
    Lead,
    Membership,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookKind,
    WebhookRecipient,
    WhyDisabled,
    WhyWithheld,
)
from outbox.services import enqueue_effects
from people.models import Person

SEND = "webhook.send"
BATCH = 500
KEPT_DAYS = 90
#: What says about a person where they stand; the rest of it is of no use once they withdrew.
ABOUT_LEADS = (
    WebhookKind.LEAD_ENTERED,
    WebhookKind.LEAD_STAGE_CHANGED,
    WebhookKind.CLASS_ATTENDED,
)


T = TypeVar("T")


@dataclass(frozen=True)
class News:
    """One thing that happened: `key` is the same whenever it is told, `about` holds ids alone."""

    key: str
    at: datetime
    person: str = ""
    about: Mapping = field(default_factory=dict)


def endpoints_for(kind: str) -> list[WebhookEndpoint]:
    """Endpoints that are on and want a kind: one query."""
    return [one for one in WebhookEndpoint.objects.filter(disabled_at=None) if kind in one.kinds]


def _told_of_people() -> list[WebhookEndpoint]:
    """Endpoints that were ever told about a person, on or off, whatever they want by now: one query.

    They must hear who left; for one that is off, the notice is kept until it is switched on again.
    """
    recipients = WebhookRecipient.objects.filter(endpoint=OuterRef("pk"))
    return list(WebhookEndpoint.objects.filter(Exists(recipients)))


def tell_entered(*, came: Mapping[int, Collection[int]], at: datetime) -> None:
    """Tell who came onto which list, as person ids by list id; consent is looked at when it is sent."""
    kind = WebhookKind.LEAD_ENTERED
    if not any(came.values()) or not (endpoints := endpoints_for(kind)):
        return
    said = at.isoformat()
    external_ids = dict(_external_ids({one for people in came.values() for one in people}))
    news = [
        News(
            key=f"{kind}:{list_id}:{external_ids[pk]}:{said}",
            at=at,
            person=external_ids[pk],
            about={"list": list_id, "entered_at": said},
        )
        for list_id, people in came.items()
        for pk in people
        if pk in external_ids
    ]
    for endpoint in endpoints:
        _write(endpoint, kind, news)


def tell_left(*, person_ids: Collection[int], at: datetime, list_id: int | None = None) -> None:
    """Tell who left a list (or may no longer be told about), to those who were told about them.

    To be called after the rows are gone. It carries the external id alone, so it needs no consent.
    """
    kind = WebhookKind.LEAD_LEFT
    if not person_ids or not (endpoints := _told_of_people()):
        return
    external_ids = [external_id for _, external_id in _external_ids(person_ids)]
    for endpoint in endpoints:
        told: set[str] = set()
        for some in _batches(external_ids):
            rows = endpoint.recipients.filter(person_external_id__in=some)
            if endpoint.disabled_at:
                rows = rows.exclude(person_external_id__in=_kept_for(endpoint, some))
            told.update(rows.values_list("person_external_id", flat=True))
        _write(
            endpoint,
            kind,
            [
                News(key=f"{kind}:{list_id or 'all'}:{one}:{at.isoformat()}", at=at, person=one)
                for one in sorted(told)
            ],
        )


def _kept_for(endpoint: WebhookEndpoint, external_ids: list[str]) -> QuerySet:
    """Of whom an endpoint that is off has a notice of leaving already: it says nothing more twice."""
    kept = endpoint.deliveries.filter(
        kind=WebhookKind.LEAD_LEFT,
        state__in=[DeliveryState.WAITING, DeliveryState.HELD],
        person_external_id__in=external_ids,
    )
    return kept.values("person_external_id")


def tell_left_with_list(*, list_id: int) -> None:
    """A list is deleted: its members leave it with that."""
    if _told_of_people():
        members = Membership.objects.filter(lead_list_id=list_id)
        person_ids = list(members.values_list("person_id", flat=True))
        members.delete()
        tell_left(person_ids=person_ids, at=timezone.now(), list_id=list_id)


def tell_withdrawn(*, person_ids: Collection[int]) -> None:
    """Consent is gone or paused: past recipients hear that the person left, and nothing else goes.

    What still waits about the person keeps no word of where they stood.
    """
    tell_left(person_ids=person_ids, at=timezone.now())
    for some in _batches([external_id for _, external_id in _external_ids(person_ids)]):
        waiting = WebhookDelivery.objects.filter(
            person_external_id__in=some, kind__in=ABOUT_LEADS
        ).exclude(about={})
        waiting.filter(state=DeliveryState.WAITING).update(
            state=DeliveryState.WITHHELD, why=WhyWithheld.CONSENT
        )
        waiting.update(about={})


def tell_consented(*, person: Person) -> None:
    """A person agreed, having not or no longer: tell which lists they are on by now."""
    kind = WebhookKind.LEAD_ENTERED
    if not (endpoints := endpoints_for(kind)):
        return
    rows = Membership.objects.filter(person=person).values_list("lead_list_id", "entered_at")
    now = timezone.now()
    news = [
        News(
            key=f"{kind}:{list_id}:{person.external_id}:{now.isoformat()}",
            at=entered_at,
            person=person.external_id,
            about={"list": list_id, "entered_at": entered_at.isoformat()},
        )
        for list_id, entered_at in rows
    ]
    for endpoint in endpoints:
        _write(endpoint, kind, news)


def tell_stage_changed(*, lead: Lead, before: str, after: str) -> None:
    """Tell that a person is at another stage."""
    kind = WebhookKind.LEAD_STAGE_CHANGED
    if not (endpoints := endpoints_for(kind)):
        return
    now, person = timezone.now(), lead.person.external_id
    about = {"before": before, "stage": after}
    for endpoint in endpoints:
        news = News(key=f"{kind}:{person}:{now.isoformat()}", at=now, person=person, about=about)
        _write(endpoint, kind, [news])


def tell_attended(*, live_class_id: int, person_ids: Collection[int]) -> None:
    """Tell who attended a class, once a class and person; whoever did not is left out."""
    kind = WebhookKind.CLASS_ATTENDED
    if not person_ids or not (endpoints := endpoints_for(kind)):
        return
    came: list[str] = []
    for some in _batches(sorted(person_ids)):
        rows = Attendance.objects.filter(
            live_class_id=live_class_id, person_id__in=some, attended=True
        )
        came += rows.values_list("person__external_id", flat=True)
    now = timezone.now()
    news = [
        News(
            key=f"{kind}:{live_class_id}:{one}", at=now, person=one, about={"class": live_class_id}
        )
        for one in came
    ]
    for endpoint in endpoints:
        _write(endpoint, kind, news)


def tell_erased(*, external_id: str) -> None:
    """Tell every endpoint that was ever told about a person that they are erased, whatever it wants.

    To be called inside the erasure. One that is gone or failing gets it once it is switched on again.
    """
    now = timezone.now()
    mine = WebhookDelivery.objects.filter(person_external_id=external_id)
    mine.filter(state__in=[DeliveryState.WAITING, DeliveryState.HELD]).exclude(
        kind=WebhookKind.PERSON_ERASED
    ).update(state=DeliveryState.WITHHELD, why=WhyWithheld.ERASED)
    mine.update(about={})
    recipients = WebhookRecipient.objects.filter(person_external_id=external_id)
    news = [News(key=f"{WebhookKind.PERSON_ERASED}:{external_id}", at=now, person=external_id)]
    for recipient in recipients.select_related("endpoint"):
        _write(recipient.endpoint, WebhookKind.PERSON_ERASED, news)
    recipients.delete()


def tell_page(*, kind: str, key: str, about: dict) -> None:
    """Tell that a page went live or was taken down, as the read API writes it."""
    at = datetime.fromisoformat(about["at"])
    for endpoint in endpoints_for(kind):
        _write(endpoint, kind, [News(key=key, at=at, about=about)])


def queue_again(delivery: WebhookDelivery) -> None:
    """Let a delivery be tried again from the beginning, under the id it has."""
    with transaction.atomic():
        held = WebhookDelivery.objects.select_for_update(no_key=True).get(pk=delivery.pk)
        held.state, held.why, held.queued = DeliveryState.WAITING, "", held.queued + 1
        held.save(update_fields=["state", "why", "queued"])
        enqueue_effects(kind=SEND, payloads={_key(held): {"delivery": held.webhook_id}})


def clear_log() -> int:
    """Delete deliveries that ended more than 90 days ago, at most 500 a call; returns how many."""
    over = WebhookDelivery.objects.filter(
        occurred_at__lt=timezone.now() - timedelta(days=KEPT_DAYS)
    ).exclude(state__in=[DeliveryState.WAITING, DeliveryState.HELD])
    ids = list(over.order_by("occurred_at").values_list("pk", flat=True)[:BATCH])
    WebhookDelivery.objects.filter(pk__in=ids).delete()
    return len(ids)


def is_owed_when_off(endpoint: WebhookEndpoint, kind: str) -> bool:
    """Whether an endpoint that staff switched off is still told: of erasures alone."""
    return kind == WebhookKind.PERSON_ERASED and endpoint.why_disabled == WhyDisabled.STAFF


def webhook_id_of(endpoint: WebhookEndpoint, key: str) -> str:
    """The id of one piece of news for one endpoint, the same whenever it is asked for."""
    return "msg_" + hashlib.sha256(f"{endpoint.public_id}:{key}".encode()).hexdigest()[:32]


def _write(endpoint: WebhookEndpoint, kind: str, news: Iterable[News]) -> None:
    """Write the deliveries and ask for their effects; news that was written before stays one."""
    deliveries = [
        WebhookDelivery(
            webhook_id=webhook_id_of(endpoint, one.key),
            endpoint=endpoint,
            kind=kind,
            person_external_id=one.person,
            about=dict(one.about),
            occurred_at=one.at,
        )
        for one in news
    ]
    WebhookDelivery.objects.bulk_create(deliveries, batch_size=BATCH, ignore_conflicts=True)
    for some in _batches(deliveries):
        enqueue_effects(
            kind=SEND, payloads={_key(one): {"delivery": one.webhook_id} for one in some}
        )


def _key(delivery: WebhookDelivery) -> str:
    return f"{SEND}:{delivery.webhook_id}:{delivery.queued}"


def _external_ids(person_ids: Iterable[int]) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for some in _batches(sorted(person_ids)):
        found += Person.objects.filter(pk__in=some).values_list("pk", "external_id")
    return found


def _batches(things: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(things), BATCH):
        yield things[start : start + BATCH]
