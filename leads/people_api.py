"""The staff API of working with one person: where it stands, notes, wishes, labels, follow-ups.

It asks access, calls one service, shapes the answer.
"""

from datetime import datetime, time
from typing import Literal

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status
from ninja.errors import HttpError

from leads.models import Channel, FollowUp, FollowUpKind, Label, LabelSource, Outcome, Stage
from leads.selectors.leads import follow_ups_of, labels_of, lead_of, notes_on, wish_of
from leads.services.access import (
    SEE_LISTS,
    SEE_PEOPLE,
    WORK_WITH_PEOPLE,
    access_person,
    access_person_to_work,
    demand,
)
from leads.services.follow_ups import finish_follow_up, plan_follow_up
from leads.services.labels import add_label, remove_label
from leads.services.leads import LeadRefused, assign_owner, change_stage
from leads.services.notes import add_note, set_wish
from people.api_auth import StaffBearer
from people.models import Person, User
from people.staff_scopes import Scope

router = Router()
READ, WRITE = StaffBearer(Scope.PEOPLE_READ), StaffBearer(Scope.PEOPLE_WRITE)

StageName = Literal[tuple(Stage.values)]  # type: ignore[valid-type]
ChannelName = Literal[("", *Channel.values)]  # type: ignore[valid-type]
KindName = Literal[tuple(FollowUpKind.values)]  # type: ignore[valid-type]
OutcomeName = Literal[tuple(Outcome.values)]  # type: ignore[valid-type]
SourceName = Literal[tuple(LabelSource.values)]  # type: ignore[valid-type]


class WishOut(Schema):
    """How somebody wants to be spoken to; `do_not_call` wins over the channel."""

    channel: str
    not_before: time | None
    not_after: time | None
    words: str
    do_not_call: bool


class WishIn(Schema):
    """The whole wish; it takes the place of the one before."""

    channel: ChannelName = ""
    not_before: time | None = None
    not_after: time | None = None
    words: str = Field("", max_length=200)
    do_not_call: bool = False


class LabelOut(Schema):
    """A label that stands; `value` is what a device measured."""

    slug: str
    name: str
    set: str
    value: str
    source: str
    device: str
    at: datetime


class LabelIn(Schema):
    """A governed label by its slug; a device names itself and what it measured."""

    label: str
    source: SourceName = LabelSource.STAFF.value
    device: str = Field("", max_length=80)
    value: str = Field("", max_length=40)


class LeadOut(Schema):
    """Where the work with a person stands; `owner` is a login name."""

    id: str
    stage: str
    owner: str | None
    updated_at: datetime | None
    wish: WishOut | None
    labels: list[LabelOut]


class LeadIn(Schema):
    """What to change; what is left out stays. `owner` null gives the person to nobody."""

    stage: StageName | None = None
    owner: str | None = None
    reason: str = Field("", max_length=200)


class NoteOut(Schema):
    """A note, by the login name of who wrote it."""

    id: int
    text: str
    by: str | None
    at: datetime


class NoteIn(Schema):
    """A note; the person may read it in their access report."""

    text: str = Field(..., min_length=1, max_length=2000)


class FollowUpOut(Schema):
    """A task; done where `done_at` stands. `previous` is the one whose next step it is."""

    id: int
    kind: str
    about: str
    due_at: datetime
    owner: str | None
    done_at: datetime | None
    outcome: str
    remark: str
    previous: int | None


class FollowUpIn(Schema):
    """A task to plan; without an owner it is the person's owner's."""

    kind: KindName
    due_at: datetime
    about: str = Field("", max_length=200)
    owner: str | None = None


class NextStepIn(Schema):
    """The next step after a task."""

    kind: KindName
    due_at: datetime
    about: str = Field("", max_length=200)


class OutcomeIn(Schema):
    """How a task ended."""

    outcome: OutcomeName
    remark: str = Field("", max_length=500)
    next: NextStepIn | None = None


class PageQuery(Schema):
    """Which notes or tasks."""

    limit: int = Query(50, ge=1, le=500)
    offset: int = Query(0, ge=0)


def _seen(request: HttpRequest, external_id: str, what: str) -> Person:
    return access_person(user=_user(request), external_id=external_id, what=what)


def _worked_with(request: HttpRequest, external_id: str) -> tuple[Person, User]:
    user = _user(request, WORK_WITH_PEOPLE)
    return access_person_to_work(user=user, external_id=external_id), user


def _user(request: HttpRequest, *permissions: str) -> User:
    user: User = request.auth  # type: ignore[attr-defined]
    try:
        demand(user, SEE_LISTS, SEE_PEOPLE, *permissions)
    except PermissionDenied:
        raise HttpError(403, "Your role does not allow this.") from None
    return user


def _colleague(name: str | None) -> User | None:
    if name is None:
        return None
    found = User.objects.filter(username=name, is_active=True).first()
    if found is None:
        raise HttpError(422, "Nobody here has this login name.")
    return found


def _refused(refusal: LeadRefused) -> HttpError:
    return HttpError(422, str(refusal))


@router.get(
    "/people/{external_id}/lead", auth=READ, response=LeadOut, summary="Where the work stands"
)
def show_lead(request: HttpRequest, external_id: str) -> dict:
    """Stage, owner, wish and labels of one person; each look is noted."""
    return _lead(_seen(request, external_id, "lead"))


@router.patch(
    "/people/{external_id}/lead", auth=WRITE, response=LeadOut, summary="Change stage or owner"
)
def change_lead(request: HttpRequest, external_id: str, wanted: LeadIn) -> dict:
    """Change what is named; the same again changes nothing."""
    person, user = _worked_with(request, external_id)
    named = wanted.model_fields_set
    owner = _colleague(wanted.owner)
    try:
        if "owner" in named:
            assign_owner(person=person, owner=owner, by=user, reason=wanted.reason)
        if wanted.stage is not None:
            change_stage(person=person, stage=wanted.stage, by=user, reason=wanted.reason)
    except LeadRefused as refusal:
        raise _refused(refusal) from None
    return _lead(person)


@router.put(
    "/people/{external_id}/wish", auth=WRITE, response=LeadOut, summary="How to speak to them"
)
def change_wish(request: HttpRequest, external_id: str, wanted: WishIn) -> dict:
    """Keep the wish in place of the one before."""
    person, user = _worked_with(request, external_id)
    try:
        set_wish(person=person, by=user, **wanted.dict())
    except LeadRefused as refusal:
        raise _refused(refusal) from None
    return _lead(person)


@router.post(
    "/people/{external_id}/labels", auth=WRITE, response={201: LeadOut}, summary="Give a label"
)
def give_label(request: HttpRequest, external_id: str, wanted: LabelIn) -> Status:
    """Give a governed label, by hand or from a device; a set of one takes the other away."""
    person, user = _worked_with(request, external_id)
    label = Label.objects.filter(slug=wanted.label).select_related("label_set").first()
    if label is None:
        raise HttpError(422, "There is no label with this slug.")
    try:
        add_label(
            person=person,
            label=label,
            by=user,
            source=wanted.source,
            device=wanted.device,
            value=wanted.value,
        )
    except LeadRefused as refusal:
        raise _refused(refusal) from None
    return Status(201, _lead(person))


@router.delete(
    "/people/{external_id}/labels/{slug}", auth=WRITE, response=LeadOut, summary="Take a label away"
)
def take_label(request: HttpRequest, external_id: str, slug: str) -> dict:
    """Take a label away; one that they do not carry answers 404."""
    person, user = _worked_with(request, external_id)
    label = Label.objects.filter(slug=slug).first()
    if label is None or not remove_label(person=person, label=label, by=user):
        raise HttpError(404, "They do not carry this label.")
    return _lead(person)


@router.get("/people/{external_id}/notes", auth=READ, response=list[NoteOut], summary="Notes")
def show_notes(request: HttpRequest, external_id: str, page: Query[PageQuery]) -> list[dict]:
    """The notes, newest first; each look is noted."""
    rows = notes_on(_seen(request, external_id, "notes"))
    return [_note(row) for row in rows[page.offset : page.offset + page.limit]]


@router.post(
    "/people/{external_id}/notes", auth=WRITE, response={201: NoteOut}, summary="Write a note"
)
def write_note(request: HttpRequest, external_id: str, wanted: NoteIn) -> Status:
    """Keep a note."""
    person, user = _worked_with(request, external_id)
    try:
        return Status(201, _note(add_note(person=person, text=wanted.text, by=user)))
    except LeadRefused as refusal:
        raise _refused(refusal) from None


@router.get(
    "/people/{external_id}/follow-ups", auth=READ, response=list[FollowUpOut], summary="Follow-ups"
)
def show_follow_ups(request: HttpRequest, external_id: str, page: Query[PageQuery]) -> list[dict]:
    """Every task, by its due time, done ones too; each look is noted."""
    rows = follow_ups_of(_seen(request, external_id, "follow-ups"))
    return [_follow_up(row) for row in rows[page.offset : page.offset + page.limit]]


@router.post(
    "/people/{external_id}/follow-ups",
    auth=WRITE,
    response={201: FollowUpOut},
    summary="Plan a follow-up",
)
def plan(request: HttpRequest, external_id: str, wanted: FollowUpIn) -> Status:
    """Plan a task."""
    person, user = _worked_with(request, external_id)
    try:
        row = plan_follow_up(
            person=person,
            kind=wanted.kind,
            due_at=_aware(wanted.due_at),
            about=wanted.about,
            owner=_colleague(wanted.owner),
            by=user,
        )
    except LeadRefused as refusal:
        raise _refused(refusal) from None
    return Status(201, _follow_up(row))


@router.post(
    "/people/{external_id}/follow-ups/{number}/outcome",
    auth=WRITE,
    response=FollowUpOut,
    summary="End a follow-up",
)
def end(request: HttpRequest, external_id: str, number: int, wanted: OutcomeIn) -> dict:
    """End a task with its outcome and next step; one that is done stays as it is."""
    person, user = _worked_with(request, external_id)
    row = follow_ups_of(person).filter(pk=number).first()
    if row is None:
        raise HttpError(404, "There is no such follow-up.")
    step = wanted.next
    done = finish_follow_up(
        follow_up=row,
        outcome=wanted.outcome,
        by=user,
        remark=wanted.remark,
        next_kind=step.kind if step else "",
        next_due_at=_aware(step.due_at) if step else None,
        next_about=step.about if step else "",
    )
    return _follow_up(done)


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise HttpError(422, "A moment needs its offset, such as 2026-05-01T09:30:00+08:00.")
    return moment


def _lead(person: Person) -> dict:
    lead, wish = lead_of(person), wish_of(person)
    return {
        "id": person.external_id,
        "stage": lead.stage,
        "owner": lead.owner.username if lead.owner else None,
        "updated_at": lead.updated_at if lead.pk else None,
        "wish": wish,
        "labels": [
            {
                "slug": row.label.slug,
                "name": str(row.label),
                "set": row.label.label_set.slug,
                "value": row.value,
                "source": row.source,
                "device": row.device,
                "at": row.at,
            }
            for row in labels_of(person)
        ],
    }


def _note(row) -> dict:
    by = row.by.username if row.by else None
    return {"id": row.pk, "text": row.text, "by": by, "at": row.at}


def _follow_up(row: FollowUp) -> dict:
    return {
        "id": row.pk,
        "kind": row.kind,
        "about": row.about,
        "due_at": row.due_at,
        "owner": row.owner.username if row.owner else None,
        "done_at": row.done_at,
        "outcome": row.outcome,
        "remark": row.remark,
        "previous": row.previous_id,
    }
