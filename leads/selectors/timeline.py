"""What happened with a person, newest first; what they did themself only under consent to profiling."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail.models import Page

from classroom.models import Answer, Attendance, Question, Registration
from leads.evidence_words import minutes_of
from leads.models import (
    ExportPerson,
    FollowUp,
    LeadChange,
    LeadField,
    MembershipLog,
    PersonLabel,
    PersonNote,
    Stage,
)
from people.models import Person, Purpose, User
from people.selectors import consent_history_of, has_consent, records_of
from tracking.models import Signal
from tracking.selectors.interests import profile_of

PAGE = 25
FURTHEST = 2000  # a page further back than this is not asked of the database


@dataclass(frozen=True)
class Entry:
    """One line: when, what sort of thing, what in words, and by whom where staff did it."""

    at: datetime
    sort: str
    text: str
    more: str = ""
    by: str = ""


@dataclass(frozen=True)
class TimelinePage:
    """One page of lines, newest first; `older` is the number of the next one, None at the end."""

    entries: list[Entry]
    older: int | None
    newer: int | None


Source = Callable[[list[Person], int], Iterator[Entry]]


def timeline_of(person: Person, *, page: int = 1) -> TimelinePage:
    """A page of everything that is known to have happened: a constant number of queries."""
    page = max(1, min(page, FURTHEST // PAGE))
    wanted = page * PAGE + 1
    records = list(records_of(person))
    sources: list[Source] = [*SERVICE]
    if has_consent(person=person, purpose=Purpose.PROFILING):
        sources += OF_INTEREST
    entries = [entry for source in sources for entry in source(records, wanted)]
    entries.sort(key=lambda entry: entry.at, reverse=True)
    shown = _with_names(entries[(page - 1) * PAGE : page * PAGE])
    return TimelinePage(
        entries=shown,
        older=page + 1 if len(entries) > page * PAGE else None,
        newer=page - 1 if page > 1 else None,
    )


def name_of_user(user: User | None) -> str:
    """What colleagues call a login."""
    return (user.get_full_name() or user.get_username()) if user else ""


def _newest(rows: QuerySet, field: str, wanted: int) -> QuerySet:
    return rows.order_by(f"-{field}", "-pk")[:wanted]


def _notes(records: list[Person], wanted: int) -> Iterator[Entry]:
    rows = PersonNote.objects.filter(person__in=records).select_related("by")
    for row in _newest(rows, "at", wanted):
        yield Entry(row.at, "wrote", row.text, by=name_of_user(row.by))


def _contacts(records: list[Person], wanted: int) -> Iterator[Entry]:
    rows = FollowUp.objects.filter(person__in=records, done_at__isnull=False)
    for row in _newest(rows.select_related("done_by"), "done_at", wanted):
        text = f"{capfirst(row.get_kind_display())}: {row.get_outcome_display()}"
        assert row.done_at is not None
        yield Entry(row.done_at, "contacted", text, row.remark, name_of_user(row.done_by))


def _changes(records: list[Person], wanted: int) -> Iterator[Entry]:
    rows = list(_newest(LeadChange.objects.filter(lead__person__in=records), "at", wanted))
    owners = {row.after for row in rows if row.what == LeadField.OWNER and row.after}
    users = {str(user.pk): name_of_user(user) for user in User.objects.filter(pk__in=owners)}
    for row in rows:
        if row.what == LeadField.STAGE:
            text = _("Stage: %(stage)s") % {"stage": Stage(row.after).label}
        elif row.after:
            name = users.get(row.after, _("somebody who is no longer here"))
            text = _("Owner: %(name)s") % {"name": name}
        else:
            text = _("Owner: nobody")
        yield Entry(row.at, "changed", text, row.reason, row.by)


def _exports(records: list[Person], wanted: int) -> Iterator[Entry]:
    rows = ExportPerson.objects.filter(
        person_external_id__in=[record.external_id for record in records],
        export__downloaded_at__isnull=False,
    )
    for row in _newest(
        rows.select_related("export__requested_by"), "export__downloaded_at", wanted
    ):
        export = row.export
        assert export.downloaded_at is not None
        yield Entry(
            export.downloaded_at,
            "exported",
            _("In a file that left the clinic"),
            export.purpose,
            name_of_user(export.requested_by),
        )


def _decisions(records: list[Person], wanted: int) -> Iterator[Entry]:
    rows = consent_history_of(people=records, visitors=[]).order_by("-at", "-pk")[:wanted]
    for row in rows:
        says = _("Agreed: %(purpose)s") if row.given else _("Refused or withdrew: %(purpose)s")
        purpose = Purpose(row.purpose).label
        yield Entry(row.at, "consent", says % {"purpose": purpose}, row.get_method_display())


def _labels(records: list[Person], wanted: int) -> Iterator[Entry]:
    rows = PersonLabel.objects.filter(person__in=records, label__topic=None)
    yield from _label_lines(rows, wanted)


def _labels_of_interest(records: list[Person], wanted: int) -> Iterator[Entry]:
    rows = PersonLabel.objects.filter(person__in=records, label__topic__isnull=False)
    yield from _label_lines(rows, wanted)


def _label_lines(rows: QuerySet, wanted: int) -> Iterator[Entry]:
    for row in _newest(rows.select_related("label__label_set"), "at", wanted):
        text = _("Label: %(label)s") % {"label": row.label}
        yield Entry(
            row.at, "changed", text, " ".join(filter(None, [row.device, row.value])), row.by
        )


def _readings(records: list[Person], wanted: int) -> Iterator[Entry]:
    profile = profile_of(person=records[0])
    read = (
        Signal.objects.filter(profile=profile, kind="reading") if profile else Signal.objects.none()
    )
    rows = list(_newest(read, "at", wanted))
    titles = _titles({row.page_id for row in rows if row.page_id})
    for row in rows:
        title = titles.get(row.page_id or 0, _("a piece that was removed"))
        seconds = row.detail.get("seconds")
        yield Entry(
            row.at,
            "read",
            _("Read %(title)s") % {"title": title},
            minutes_of(seconds) if seconds else "",
        )


def _attendances(records: list[Person], wanted: int) -> Iterator[Entry]:
    rows = Attendance.objects.filter(person__in=records, live_seconds__gt=0)
    for row in _newest(rows.select_related("live_class"), "last_leave", wanted):
        stayed = _("stayed %(stayed)d of %(total)d minutes") % {
            "stayed": round(row.live_seconds / 60),
            "total": row.live_class.minutes,
        }
        text = _("Attended %(title)s") % {"title": row.live_class.title}
        yield Entry(row.last_leave, "attended", text, stayed)


def _places(records: list[Person], wanted: int) -> Iterator[Entry]:
    rows = Registration.objects.filter(person__in=records).select_related("live_class")
    for row in _newest(rows, "registered_at", wanted):
        text = _("Kept a place in %(title)s") % {"title": row.live_class.title}
        gave_back = _("given back later") if row.cancelled_at else ""
        yield Entry(row.registered_at, "attended", text, gave_back)


def _questions(records: list[Person], wanted: int) -> Iterator[Entry]:
    rows = Question.objects.filter(person__in=records).select_related("page")
    for row in _newest(rows, "asked_at", wanted):
        if row.page:
            text = _("Asked about %(title)s") % {"title": row.page.title}
        else:
            text = _("Asked a question")
        yield Entry(row.asked_at, "asked", text, row.get_status_display())


def _answers(records: list[Person], wanted: int) -> Iterator[Entry]:
    rows = Answer.objects.filter(question__person__in=records, taken_back_at=None)
    for row in _newest(rows.select_related("by"), "at", wanted):
        yield Entry(row.at, "answered", _("Got an answer to a question"), by=name_of_user(row.by))


def _lists(records: list[Person], wanted: int) -> Iterator[Entry]:
    rows = MembershipLog.objects.filter(person__in=records).select_related("lead_list")
    for row in _newest(rows, "at", wanted):
        says = _("Came on the list %(name)s") if row.entered else _("Left the list %(name)s")
        yield Entry(row.at, "list", says % {"name": row.lead_list.name})


SERVICE: list[Source] = [_notes, _contacts, _changes, _exports, _decisions, _labels]
OF_INTEREST: list[Source] = [
    _readings,
    _attendances,
    _places,
    _questions,
    _answers,
    _lists,
    _labels_of_interest,
]


def _titles(page_ids: set[int]) -> dict[int, str]:
    return dict(Page.objects.filter(pk__in=page_ids).values_list("pk", "title"))


def _with_names(entries: list[Entry]) -> list[Entry]:
    """The lines with the names of the logins that the logs name by key."""
    keys = {entry.by.removeprefix("user:") for entry in entries if entry.by.startswith("user:")}
    names = {
        f"user:{user.pk}": name_of_user(user)
        for user in User.objects.filter(pk__in=[key for key in keys if key.isdecimal()])
    }
    shown = []
    for entry in entries:
        by = entry.by
        if by.startswith("user:"):
            by = names.get(by, _("somebody who is no longer here"))
        elif by.startswith("rule:"):
            by = _("by rule")
        elif by == "system":
            by = ""
        shown.append(Entry(entry.at, entry.sort, entry.text, entry.more, by))
    return shown
