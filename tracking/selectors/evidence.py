"""Gathers everything that profiles did, as facts by profile and page, and the signals it makes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet

from classroom.models import (
    Attendance,
    CheckAttempt,
    ClinicianFollow,
    LiveClass,
    Question,
    QuestionnaireReply,
)
from people.selectors import pauses_of
from tracking.arithmetic import Rule
from tracking.evidence import (
    AttendanceFact,
    ImportedFact,
    ReadingFact,
    SignalFact,
    declared_signal,
    fold_view,
    signals_of_page,
    stated_signal,
    yardstick_at,
)
from tracking.models import Declaration, ImportedEvent, Reading, StatedInterest
from tracking.selectors.events import ViewKey, facts_by_view
from tracking.selectors.standing import records_behind
from tracking.services.yardsticks import yardsticks_by_page

READING_FIELDS = (
    "opened_at", "last_at", "day", "active_s", "depth", "yardstick_id", "shared_at", "downloaded_at",
)  # fmt: skip


class Span(NamedTuple):
    """A stretch of time, both ends in it; None is open."""

    since: datetime | None = None
    until: datetime | None = None

    def __contains__(self, moment: object) -> bool:
        assert isinstance(moment, datetime)
        return (self.since is None or moment >= self.since) and (
            self.until is None or moment <= self.until
        )

    def narrow(self, rows: QuerySet, field: str) -> QuerySet:
        """The rows whose moment lies in it."""
        if self.since is not None:
            rows = rows.filter(**{f"{field}__gte": self.since})
        return rows if self.until is None else rows.filter(**{f"{field}__lte": self.until})


ALWAYS = Span()


@dataclass(frozen=True)
class Evidence:
    """Signals as they should be, by profile; `page_ids` None means all pages were looked at.

    `paused` are the profiles whose interests are paused now: nothing is added to them.
    """

    signals: dict[int, list[SignalFact]]
    page_ids: frozenset[int] | None
    paused: frozenset[int] = frozenset()

    def without_paused(self) -> "Evidence":
        """The same of those alone whose interests are not paused."""
        signals = {pk: found for pk, found in self.signals.items() if pk not in self.paused}
        return replace(self, signals=signals)


@dataclass
class _PageFacts:
    readings: list[ReadingFact]
    imported: list[ImportedFact]
    attendance: AttendanceFact | None = None
    first_join: datetime | None = None

    def leave_out(self, pauses: list[Span]) -> None:
        """Drop what was done in a pause; of a class it is enough to have come or left in one."""
        self.readings = [one for one in self.readings if not _in_any(pauses, one.opened_at)]
        self.imported = [one for one in self.imported if not _in_any(pauses, one.at)]
        if self.attendance is not None and (
            _in_any(pauses, self.attendance.last_leave)
            or (self.first_join is not None and _in_any(pauses, self.first_join))
        ):
            self.attendance = None


def _in_any(spans: Iterable[Span], moment: datetime) -> bool:
    return any(moment in span for span in spans)


PagesFacts = dict[tuple[int, int], _PageFacts]


def gather_evidence(
    *,
    profile_ids: Collection[int],
    page_ids: Collection[int] | None,
    rule: Rule,
    from_raw: bool = False,
    span: Span = ALWAYS,
    may_append: bool = True,
) -> Evidence:
    """Gather the facts of profiles (about some pages, or all) and make their signals.

    What a merged person did counts for the one who stands for them; their own profile has no
    signal; what was done in a pause counts nowhere. With `from_raw`, readings that are not sealed are
    folded again from their raw events. With a `span`, only evidence whose last moment lies in it
    counts. Pages without a yardstick get one unless `may_append` is False: then nothing is written.
    """
    owners, people = records_behind(profile_ids)
    facts: PagesFacts = defaultdict(lambda: _PageFacts([], []))
    for (profile, page), reading in _readings(list(owners), page_ids, from_raw=from_raw):
        if reading.last_at in span:
            facts[owners[profile], page].readings.append(reading)
    _add_imported(facts, people, page_ids, span)
    _add_attendance(facts, people, page_ids, span)
    _add_follows(facts, people, page_ids, span)
    _add_questions(facts, people, page_ids, span)
    _add_answers(facts, people, page_ids, span)
    pauses = _pauses_by_profile(people)
    for (profile, _), about in facts.items():
        if profile in pauses:
            about.leave_out(pauses[profile])
    pages = {page for _, page in facts}
    yardsticks = yardsticks_by_page(pages, may_append=may_append)
    lengths = _class_lengths(pages)
    signals: dict[int, list[SignalFact]] = {profile: [] for profile in profile_ids}
    for (profile, page), about in facts.items():
        signals[profile] += signals_of_page(
            page_id=page,
            readings=about.readings,
            imported=about.imported,
            attendance=about.attendance,
            class_s=lengths.get(page),
            yardsticks=yardsticks.get(page, []),
            rule=rule,
        )
    for profile, topic_id, at in Declaration.objects.filter(
        profile_id__in=list(owners)
    ).values_list("profile_id", "topic_id", "at"):
        if at in span and not _in_any(pauses.get(owners[profile], ()), at):
            signals[owners[profile]].append(declared_signal(topic_id=topic_id, at=at, rule=rule))
    for profile, at, kind, topic_id, source, value in StatedInterest.objects.filter(
        profile_id__in=list(owners)
    ).values_list("profile_id", "at", "kind", "topic_id", "source", "value"):
        if at in span and not _in_any(pauses.get(owners[profile], ()), at):
            signals[owners[profile]].append(
                stated_signal(
                    kind=kind, topic_id=topic_id, at=at, source=source, value=value, rule=rule
                )
            )
    return Evidence(
        signals={profile: _once_each(found) for profile, found in signals.items()},
        page_ids=None if page_ids is None else frozenset(page_ids),
        paused=frozenset(
            profile
            for profile, spans in pauses.items()
            if any(span.until is None for span in spans)
        ),
    )


def _pauses_by_profile(people: dict[int, int]) -> dict[int, list[Span]]:
    """The pauses of everybody whose evidence adds up in each profile."""
    found: dict[int, list[Span]] = defaultdict(list)
    for person, stretches in pauses_of(people).items():
        found[people[person]] += [Span(since, until) for since, until in stretches]
    return found


def _once_each(signals: Iterable[SignalFact]) -> list[SignalFact]:
    """At most one signal a (kind, item, day): the latest (two declarations on one day)."""
    latest: dict[tuple, SignalFact] = {}
    for signal in signals:
        key = (signal.kind, signal.item_key, signal.day)
        if key not in latest or signal.at > latest[key].at:
            latest[key] = signal
    return list(latest.values())


def _readings(
    profile_ids: Collection[int], page_ids: Collection[int] | None, *, from_raw: bool
) -> Iterator[tuple[tuple[int, int], ReadingFact]]:
    rows = Reading.objects.filter(profile_id__in=profile_ids)
    if page_ids is not None:
        rows = rows.filter(page_id__in=page_ids)
    if from_raw:
        yield from _folded_again(rows.filter(sealed_at=None))
        rows = rows.exclude(sealed_at=None)
    for profile, page, *fact in rows.values_list("profile_id", "page_id", *READING_FIELDS):
        yield (profile, page), ReadingFact(*fact)


def _folded_again(
    rows: QuerySet[Reading],
) -> Iterator[tuple[tuple[int, int], ReadingFact]]:
    """What the raw events of unsealed readings give, whatever the readings say."""
    fields = ("visitor_id", "view", "page_id", "profile_id")
    profiles = {ViewKey(*key): profile for *key, profile in rows.values_list(*fields)}
    events = facts_by_view([key.view for key in profiles])
    yardsticks = yardsticks_by_page({key.page_id for key in profiles})
    for key, profile in profiles.items():
        facts = events.get(key)
        if not facts:
            continue
        yardstick = yardstick_at(yardsticks.get(key.page_id, []), min(f.at for f in facts))
        folded = fold_view(facts, expected_s=yardstick.expected_s if yardstick else None)
        yield (
            (profile, key.page_id),
            ReadingFact(
                opened_at=folded.opened_at,
                last_at=folded.last_at,
                day=folded.opened_at.date(),
                active_s=folded.active_s,
                depth=folded.depth,
                yardstick_id=yardstick.id if yardstick else None,
                shared_at=folded.shared_at,
                downloaded_at=folded.downloaded_at,
            ),
        )


def _add_imported(
    facts: PagesFacts, people: dict[int, int], page_ids: Collection[int] | None, span: Span
) -> None:
    rows = span.narrow(ImportedEvent.objects.filter(person_id__in=people), "at")
    if page_ids is not None:
        rows = rows.filter(page_id__in=page_ids)
    fields = ("person_id", "page_id", "kind", "at", "seconds", "count")
    for person, page, *fact in rows.values_list(*fields).iterator(chunk_size=5000):
        facts[people[person], page].imported.append(ImportedFact(*fact))


def _add_attendance(
    facts: PagesFacts, people: dict[int, int], page_ids: Collection[int] | None, span: Span
) -> None:
    rows = span.narrow(Attendance.objects.filter(person_id__in=people), "last_leave")
    if page_ids is not None:
        rows = rows.filter(live_class_id__in=page_ids)
    for person, page, first_join, last_leave, share in rows.values_list(
        "person_id", "live_class_id", "first_join", "last_leave", "share"
    ):
        about = facts[people[person], page]
        about.attendance, about.first_join = AttendanceFact(last_leave, share), first_join


def _add_follows(
    facts: PagesFacts, people: dict[int, int], page_ids: Collection[int] | None, span: Span
) -> None:
    """A follow that lasts is an act of the day it began; one that ended is none."""
    rows = ClinicianFollow.objects.filter(person_id__in=people, ended_at=None)
    rows = span.narrow(rows, "followed_at")
    if page_ids is not None:
        rows = rows.filter(clinician_id__in=page_ids)
    for person, page, at in rows.values_list("person_id", "clinician_id", "followed_at"):
        act = ImportedFact(kind="follow", at=at, seconds=None, count=1)
        facts[people[person], page].imported.append(act)


def _add_questions(
    facts: PagesFacts, people: dict[int, int], page_ids: Collection[int] | None, span: Span
) -> None:
    """A question is an act of the day it was asked, whatever became of it; one beside no page is none."""
    rows = Question.objects.filter(person_id__in=people, page_id__isnull=False)
    rows = span.narrow(rows, "asked_at")
    if page_ids is not None:
        rows = rows.filter(page_id__in=page_ids)
    for person, page, at in rows.values_list("person_id", "page_id", "asked_at"):
        act = ImportedFact(kind="question", at=at, seconds=None, count=1)
        facts[people[person], page].imported.append(act)


def _add_answers(
    facts: PagesFacts, people: dict[int, int], page_ids: Collection[int] | None, span: Span
) -> None:
    """Answers are an act of the day they were given: to a module's check, to a class's questions.

    Which answers these were says nothing here; those without a name belong to nobody.
    """
    for rows, page, moment in (
        (CheckAttempt.objects.filter(module_id__isnull=False), "module_id", "at"),
        (QuestionnaireReply.objects.all(), "round__live_class_id", "sent_at"),
    ):
        rows = span.narrow(rows.filter(person_id__in=people), moment)
        if page_ids is not None:
            rows = rows.filter(**{f"{page}__in": page_ids})
        for person, page_id, at in rows.values_list("person_id", page, moment):
            act = ImportedFact(kind="answer", at=at, seconds=None, count=1)
            facts[people[person], page_id].imported.append(act)


def _class_lengths(page_ids: Iterable[int]) -> dict[int, float]:
    rows = LiveClass.objects.filter(pk__in=page_ids, starts_at__isnull=False)
    return {page: minutes * 60.0 for page, minutes in rows.values_list("pk", "minutes") if minutes}
