"""Loads the demo clinic's work with people: labels, owners, stages, wishes, notes and follow-ups."""

from datetime import datetime, time, timedelta

from leads.models import (
    Channel,
    FollowUpKind,
    Label,
    LabelSet,
    LabelSetKind,
    Lead,
    Membership,
    Outcome,
    Stage,
)
from leads.services.follow_ups import finish_follow_up, plan_follow_up
from leads.services.labels import add_label
from leads.services.leads import assign_owner, change_stage
from leads.services.notes import add_note, set_wish
from people.models import Person, User

LABELS = (
    ("age-group", "Age group", "年龄段", LabelSetKind.AGE_GROUP, True, (
        ("age-18-24", "18 to 24", "18 至 24 岁"),
        ("age-25-34", "25 to 34", "25 至 34 岁"),
        ("age-35-44", "35 to 44", "35 至 44 岁"),
        ("age-45-up", "45 and over", "45 岁及以上"),
    )),
    ("skin-type", "Skin type", "肤质", LabelSetKind.CHARACTERISTIC, True, (
        ("skin-oily", "Oily", "油性"),
        ("skin-dry", "Dry", "干性"),
        ("skin-sensitive", "Sensitive", "敏感性"),
    )),
    ("at-the-clinic", "At the clinic", "到院情况", LabelSetKind.OTHER, False, (
        ("afraid-of-needles", "Afraid of needles", "怕打针"),
        ("comes-with-family", "Comes with family", "家人陪同"),
    )),
)  # fmt: skip


def load_demo_work(*, now: datetime) -> None:
    """Give the demo's consultant people to work with; where anybody has begun, nothing changes."""
    labels = _load_labels()
    consultant = User.objects.filter(username="he-xiaoman", is_demo=True).first()
    if consultant is None or Lead.objects.exists():
        return
    members = Membership.objects.order_by("person_id").values_list("person_id", flat=True)
    ids = list(dict.fromkeys(members))[:7]
    people = list(Person.objects.filter(pk__in=ids).order_by("pk"))
    for person in people:
        assign_owner(person=person, owner=consultant, by=consultant)
    for number, (person, tell) in enumerate(zip(people, _STORIES, strict=False)):
        tell(person, consultant, now)
        add_label(person=person, label=labels[number % 4], by=consultant)
    if people:
        skin = Label.objects.get(slug="skin-oily")
        add_label(
            person=people[0],
            label=skin,
            by=consultant,
            source="device",
            device="Skin tester",
            value="62",
        )


def remove_demo_labels() -> int:
    """Delete the demo's labels that nobody carries, and their sets; returns how many rows."""
    slugs = [slug for *_set, labels in LABELS for slug, *_names in labels]
    removed = Label.objects.filter(slug__in=slugs, given__isnull=True).delete()[0]
    sets = LabelSet.objects.filter(slug__in=[row[0] for row in LABELS], labels__isnull=True)
    return removed + sets.delete()[0]


def _load_labels() -> list[Label]:
    found = []
    for slug, name, name_zh, kind, one_only, labels in LABELS:
        label_set, _made = LabelSet.objects.get_or_create(
            slug=slug,
            defaults={"name": name, "name_zh": name_zh, "kind": kind, "one_only": one_only},
        )
        for label_slug, label_name, label_name_zh in labels:
            label, _made = Label.objects.get_or_create(
                slug=label_slug,
                defaults={"label_set": label_set, "name": label_name, "name_zh": label_name_zh},
            )
            found.append(label)
    return found


def _calls_back(person: Person, by: User, now: datetime) -> None:
    set_wish(
        person=person,
        by=by,
        channel=Channel.WECHAT,
        not_before=time(18),
        words="after work",
        do_not_call=True,
    )
    first = plan_follow_up(person=person, kind=FollowUpKind.MESSAGE, due_at=now, by=by)
    finish_follow_up(
        follow_up=first,
        outcome=Outcome.REACHED,
        by=by,
        remark="Wants the price in writing before she decides.",
        next_kind=FollowUpKind.MESSAGE,
        next_due_at=now + timedelta(hours=2),
        next_about="Send the price list she asked for",
    )
    add_note(person=person, text="Her sister was our patient in spring.", by=by)


def _waits_for_a_call(person: Person, by: User, now: datetime) -> None:
    set_wish(person=person, by=by, channel=Channel.PHONE, not_after=time(12))
    late = now - timedelta(days=1)
    plan_follow_up(
        person=person, kind=FollowUpKind.CALL, due_at=late, by=by, about="Asked for a date in May"
    )


def _has_booked(person: Person, by: User, now: datetime) -> None:
    change_stage(person=person, stage=Stage.BOOKED, by=by)
    visit = now + timedelta(days=3)
    plan_follow_up(person=person, kind=FollowUpKind.VISIT, due_at=visit, by=by, about="First visit")


def _left_word(person: Person, by: User, now: datetime) -> None:
    row = plan_follow_up(person=person, kind=FollowUpKind.CALL, due_at=now, by=by)
    finish_follow_up(follow_up=row, outcome=Outcome.LEFT_WORD, by=by)


def _nothing_yet(person: Person, by: User, now: datetime) -> None:
    """Some people are only somebody's so far."""


_STORIES = (_calls_back, _waits_for_a_call, _has_booked, _left_word, _nothing_yet)
