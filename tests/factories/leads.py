"""Makes people with warmth, contacts and lists, without going through reading."""

from datetime import date, datetime, timedelta

from django.contrib.auth.models import Group
from django.utils import timezone
from wagtail.models import Page

from classroom.models import Attendance, LiveClass
from cms.models import Topic
from leads.models import (
    Condition,
    ConditionGroup,
    ConditionKind,
    Export,
    ExportPerson,
    LeadList,
    Match,
)
from leads.services.touching import touch_exported
from people.models import ContactKind, ContactPoint, Person, User
from people.roles import Role
from tests.factories.reviews import put_up
from tests.factories.tracking import agree
from tracking.arithmetic import mass_for_heat
from tracking.models import Interest, InterestTag, PageYardstick, Profile, Signal
from tracking.selectors.rules import current_rule_version, rule_of
from tracking.signals import profiles_changed


def topic_named(name: str, **fields) -> Topic:
    """A topic with the slug of its name."""
    return Topic.objects.create(name=name, slug=name.lower().replace(" ", "-"), **fields)


def prospect(name: str = "", *, profiling=True, marketing=False, email="", phone="", **fields):
    """A person with these decisions and verified contacts."""
    person = Person.objects.create(display_name=name, **fields)
    if profiling or marketing:
        agree(person=person, profiling=profiling, marketing=marketing)
    for kind, value in ((ContactKind.EMAIL, email), (ContactKind.PHONE, phone)):
        if value:
            ContactPoint.objects.create(
                person=person, kind=kind, value=value, verified_at=timezone.now()
            )
    return person


def profile_of(person: Person) -> Profile:
    """The person's profile, made if need be."""
    return Profile.objects.get_or_create(person=person)[0]


def warm(person: Person, topic: Topic, *, heat: float, at: datetime | None = None) -> Interest:
    """An interest that is that warm now (or was at a moment), told upwards as folding would."""
    at = at or timezone.now()
    mass = mass_for_heat(heat=heat, at_s=at.timestamp(), rule=rule_of(current_rule_version()))
    interest, _ = Interest.objects.update_or_create(
        profile=profile_of(person),
        topic=topic,
        defaults={"mass": mass, "signals": 2, "last_at": at},
    )
    profiles_changed.send(sender=Profile, person_ids=[person.pk])
    return interest


def tagged(person: Person, topic: Topic, *, days: float, since: datetime | None = None):
    """An interest tag that lapses in so many days."""
    now = timezone.now()
    tag = InterestTag.objects.create(
        profile=profile_of(person),
        topic=topic,
        entered_at=since or now,
        lapses_at=now + timedelta(days=days),
        rule=current_rule_version(),
    )
    profiles_changed.send(sender=Profile, person_ids=[person.pk])
    return tag


def signal(
    person: Person,
    *,
    at: datetime | None = None,
    strength: float = 1.0,
    yardstick: PageYardstick | None = None,
    topic: Topic | None = None,
    kind: str = "reading",
    key: str = "page:1",
) -> Signal:
    """One piece of evidence."""
    at = at or timezone.now()
    return Signal.objects.create(
        profile=profile_of(person),
        kind=kind,
        item_key=f"topic:{topic.pk}" if topic else key,
        day=date(at.year, at.month, at.day),
        at=at,
        strength=strength,
        yardstick=yardstick,
        topic=topic,
    )


def class_about(title: str, *topics: Topic) -> LiveClass:
    """A published class on topics."""
    page = LiveClass(title=title, slug=title.lower().replace(" ", "-"))
    put_up(page, under=Page.objects.get(depth=1))
    for topic in topics:
        page.page_topics.create(tag=topic)
    page.save()
    return page


def attended(person: Person, live_class: LiveClass, *, share=1.0, at: datetime | None = None):
    """An attendance that ended at a moment."""
    at = at or timezone.now()
    return Attendance.objects.create(
        live_class=live_class,
        person=person,
        first_join=at - timedelta(hours=1),
        last_leave=at,
        share=share,
        attended=share >= 0.5,
    )


def list_of(name: str, *conditions: dict, match: str = Match.ALL) -> LeadList:
    """A lead list with these conditions."""
    lead_list = LeadList.objects.create(name=name, slug=name.lower().replace(" ", "-"), match=match)
    for order, fields in enumerate(conditions):
        Condition.objects.create(lead_list=lead_list, sort_order=order, **fields)
    return lead_list


def grouped_list(name: str, *groups: tuple, match: str = Match.ALL) -> LeadList:
    """A lead list of groups, each its match and its conditions."""
    lead_list = LeadList.objects.create(name=name, slug=name.lower().replace(" ", "-"), match=match)
    for order, (joined, *conditions) in enumerate(groups):
        group = ConditionGroup.objects.create(lead_list=lead_list, match=joined, sort_order=order)
        for place, fields in enumerate(conditions):
            Condition.objects.create(lead_list=lead_list, group=group, sort_order=place, **fields)
    return lead_list


def exported(person: Person, *, at: datetime | None = None) -> Export:
    """An export that holds the person and was downloaded, told upwards as downloading would."""
    export = Export.objects.create(format="csv", downloaded_at=at or timezone.now())
    ExportPerson.objects.create(export=export, person_external_id=person.external_id)
    touch_exported(export=export)
    return export


def heat(topic: Topic, least: float) -> dict:
    """A condition: warm for a topic."""
    return {"kind": ConditionKind.HEAT, "topic": topic, "value": least}


def tag(topic: Topic) -> dict:
    """A condition: has the interest tag."""
    return {"kind": ConditionKind.TAG, "topic": topic}


def recent(days: int, topic: Topic | None = None) -> dict:
    """A condition: was active lately."""
    return {"kind": ConditionKind.RECENCY, "days": days, "topic": topic}


def staff(role: Role, *, name: str = "") -> User:
    """A member of staff with a role."""
    name = name or role.value.lower().replace(" ", "-")
    user = User.objects.create_user(
        username=name, email=f"{name}@clinic.example", password="x" * 12
    )
    user.groups.add(Group.objects.get(name=role.value))
    return user
