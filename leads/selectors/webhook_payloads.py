"""What an endpoint may be told now: consent and facts are looked at anew, then the body is put together.

Nobody with a refusal, and no sensitive topic with a person, is in any body.
"""

import json
from collections.abc import Callable, Iterable
from datetime import datetime

from classroom.models import Attendance, LiveClass
from cms.models import PageTopic, Topic
from leads.models import (
    Condition,
    LeadList,
    Membership,
    WebhookDelivery,
    WebhookField,
    WebhookKind,
    WhyWithheld,
)
from people.models import ContactKind, ContactPoint, Person, Purpose
from people.selectors import has_consent


class Withheld(Exception):
    """It may not be sent now; `why` says what is in the way."""

    def __init__(self, why: WhyWithheld):
        super().__init__(why.value)
        self.why = why


#: Kinds that carry the external id alone and need no consent: without them nobody could forget.
ID_ALONE = (WebhookKind.LEAD_LEFT, WebhookKind.PERSON_ERASED)


def body_of(delivery: WebhookDelivery) -> bytes:
    """Return the body as it may be sent now; raises Withheld.

    Of a person it locks the row, and the membership it tells of, until the caller's transaction
    ends: whoever withdraws, leaves or is erased meanwhile waits for it, and then finds the recipient.
    """
    return written(
        kind=delivery.kind, at=delivery.occurred_at, data=_data(delivery, delivery.endpoint.fields)
    )


def written(*, kind: str, at: datetime, data: dict) -> bytes:
    """Return an event as it is posted, the same bytes for the same content."""
    event = {"type": kind, "timestamp": at.isoformat(), "data": data}
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def _data(delivery: WebhookDelivery, fields: list[str]) -> dict:
    if delivery.kind in ID_ALONE:
        return {"person": delivery.person_external_id}
    if not delivery.person_external_id:
        return dict(delivery.about)
    person = _consenting(delivery.person_external_id)
    facts, topics = _FACTS[delivery.kind](person, delivery.about)
    found = {"person": person.external_id, **facts, **_fields(person, fields)}
    if WebhookField.TOPICS in fields:
        found["topics"] = topics
    return found


def _consenting(external_id: str) -> Person:
    """The person, locked, with both consents valid at this moment."""
    locked = Person.objects.select_for_update(no_key=True, of=("self",))
    person = locked.filter(external_id=external_id).first()
    if person is None:
        raise Withheld(WhyWithheld.ERASED)
    if person.merged_into_id is not None:
        raise Withheld(WhyWithheld.OVER)
    for purpose in (Purpose.PROFILING, Purpose.MARKETING):
        if not has_consent(person=person, purpose=purpose):
            raise Withheld(WhyWithheld.CONSENT)
    return person


def _entered(person: Person, about: dict) -> tuple[dict, list[str]]:
    membership = (
        Membership.objects.select_for_update(no_key=True, of=("self",))
        .filter(person=person, lead_list_id=about.get("list"))
        .first()
    )
    if membership is None or membership.entered_at.isoformat() != about.get("entered_at"):
        raise Withheld(WhyWithheld.OVER)
    lead_list = LeadList.objects.get(pk=membership.lead_list_id)
    asked = Condition.objects.filter(lead_list=lead_list, topic__isnull=False)
    classes = Condition.objects.filter(lead_list=lead_list, live_class__isnull=False)
    ids = {
        *asked.values_list("topic_id", flat=True),
        *_topics_of_pages(classes.values_list("live_class_id", flat=True)),
    }
    _refuse_sensitive(ids)
    reasons = {fact["topic"] for fact in membership.reason if fact.get("topic")}
    facts = {"list": lead_list.slug, "entered_at": membership.entered_at.isoformat()}
    return facts, _slugs(reasons)


def _stage_changed(person: Person, about: dict) -> tuple[dict, list[str]]:
    if "stage" not in about:
        raise Withheld(WhyWithheld.OVER)
    return {"before": about["before"], "stage": about["stage"]}, []


def _attended(person: Person, about: dict) -> tuple[dict, list[str]]:
    rows = Attendance.objects.filter(person=person, live_class_id=about.get("class"), attended=True)
    attendance = rows.first()
    if attendance is None:
        raise Withheld(WhyWithheld.OVER)
    live_class = LiveClass.objects.get(pk=attendance.live_class_id)
    topics = _topics_of_pages([live_class.pk])
    _refuse_sensitive(topics)
    facts = {
        "class": live_class.pk,
        "title": live_class.title,
        "share": round(attendance.share, 3),
        "left_at": attendance.last_leave.isoformat(),
    }
    return facts, _slugs(topics)


_FACTS: dict[str, Callable[[Person, dict], tuple[dict, list[str]]]] = {
    WebhookKind.LEAD_ENTERED: _entered,
    WebhookKind.LEAD_STAGE_CHANGED: _stage_changed,
    WebhookKind.CLASS_ATTENDED: _attended,
}


def _topics_of_pages(page_ids: Iterable[int]) -> set[int]:
    rows = PageTopic.objects.filter(content_object_id__in=list(page_ids))
    return set(rows.values_list("tag_id", flat=True))


def _refuse_sensitive(topic_ids: Iterable[int]) -> None:
    """Raise Withheld where a topic, or the one it was merged into, is sensitive."""
    found = Topic.objects.filter(pk__in=list(topic_ids)).select_related("merged_into")
    if any(_is_sensitive(topic) for topic in found):
        raise Withheld(WhyWithheld.SENSITIVE)


def _is_sensitive(topic: Topic) -> bool:
    return topic.sensitive or topic.resolved.sensitive


def _slugs(topic_ids: Iterable[int]) -> list[str]:
    found = Topic.objects.filter(pk__in=list(topic_ids)).select_related("merged_into")
    return sorted({topic.resolved.slug for topic in found if not _is_sensitive(topic)})


def _fields(person: Person, fields: list[str]) -> dict:
    """The chosen fields of a person; one that is empty is there, as null."""
    values: dict[str, Callable[[], str | None]] = {
        WebhookField.NAME: lambda: person.display_name,
        WebhookField.EMAIL: lambda: _contact(person, ContactKind.EMAIL),
        WebhookField.PHONE: lambda: _contact(person, ContactKind.PHONE),
        WebhookField.LANGUAGE: lambda: person.language,
        WebhookField.BRANCH: lambda: person.branch.slug if person.branch else None,
        WebhookField.SOURCE: lambda: person.source,
    }
    return {str(name): read() or None for name, read in values.items() if name in fields}


def _contact(person: Person, kind: str) -> str | None:
    verified = ContactPoint.objects.filter(person=person, kind=kind, verified_at__isnull=False)
    return verified.order_by("pk").values_list("value", flat=True).first()
