"""Computes attendance anew from all raw rows, and takes corrections by staff; the same rows give the same result."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from classroom.attendance_sources import (
    Faces,
    evidence_of,
    faces_of,
    people_with_rows,
    terms_of,
)
from classroom.models import (
    Attendance,
    AttendanceCorrection,
    AttendancePolicy,
    DoorCheck,
    LiveClass,
    PlayedPart,
    PresenceBeat,
    ReportAttendee,
)
from classroom.selectors import class_itself
from classroom.signals import attendance_recorded
from classroom.verdict import Evidence, Outcome, Terms, outcome_of
from outbox.services import record_audit
from people.models import Person, User
from people.selectors import redirects_among, resolve_merge

PEOPLE_A_SLICE = 100
COMPUTED = (
    "first_join",
    "last_leave",
    "live_seconds",
    "replay_seconds",
    "share",
    "attended",
    "policy_version",
    "sources",
)


class BadCorrection(ValueError):
    """A correction that cannot be taken; the message says why, for the one who made it."""


def recompute_attendance(*, live_class: LiveClass, people: Iterable[int] | None = None) -> set[int]:
    """Bring the attendance of these people (all with raw rows, by default) up to date.

    Returns the ids of those for whom anything changed; `attendance_recorded` is sent for them in
    the transaction that changed it. A second call changes nothing. A class without a date has
    no attendance.
    """
    live_class = LiveClass.objects.get(pk=class_itself(live_class).pk)
    terms = terms_of(live_class, version=policy_in_force(live_class=live_class).version)
    if terms is None:
        return set()
    faces = Faces(faces_of(live_class))
    if people is None:
        wanted = people_with_rows(live_class, faces)
    else:
        # Of a merged person it is the one who stands for them whose attendance the rows make.
        wanted = set(people)
        wanted |= set(redirects_among(wanted).values())
    ordered, changed = sorted(wanted), set()
    for start in range(0, len(ordered), PEOPLE_A_SLICE):
        some = ordered[start : start + PEOPLE_A_SLICE]
        changed |= _recompute_slice(live_class, some, terms=terms, faces=faces)
    return changed


def _recompute_slice(
    live_class: LiveClass, person_ids: list[int], *, terms: Terms, faces: Faces
) -> set[int]:
    with transaction.atomic():
        # Two recomputations of one person wait for each other, in the order in which withdrawals
        # lock too; the second one then reads what the first one committed.
        locked = Person.objects.select_for_update(no_key=True).filter(pk__in=person_ids)
        present = list(locked.order_by("pk").values_list("pk", flat=True))
        evidence = evidence_of(live_class, present, faces=faces)
        known = {
            row.person_id: row
            for row in Attendance.objects.filter(live_class=live_class, person_id__in=present)
        }
        new, altered, gone = [], [], []
        for person_id in present:
            row = _row(live_class, person_id, evidence.get(person_id, Evidence()), terms)
            old = known.get(person_id)
            if row is None and old is not None:
                gone.append(person_id)
            elif row is not None and old is None:
                new.append(row)
            elif row is not None and old is not None and _differ(row, old):
                row.pk = old.pk
                altered.append(row)
        Attendance.objects.filter(live_class=live_class, person_id__in=gone).delete()
        Attendance.objects.bulk_create(new)
        Attendance.objects.bulk_update(altered, [*COMPUTED, "recorded_at"])
        changed = [*gone, *(row.person_id for row in (*new, *altered))]
        if changed:
            attendance_recorded.send(
                LiveClass, live_class_id=live_class.pk, person_ids=sorted(changed)
            )
    return set(changed)


def _row(
    live_class: LiveClass, person_id: int, evidence: Evidence, terms: Terms
) -> Attendance | None:
    outcome: Outcome = outcome_of(evidence, terms)
    if outcome.is_nothing:
        return None
    return Attendance(
        live_class=live_class,
        person_id=person_id,
        # Whoever attended by decision alone, without a moment of their own, did so at the start.
        first_join=outcome.first_join or terms.start,
        last_leave=outcome.last_leave or terms.start,
        live_seconds=outcome.live_seconds,
        replay_seconds=outcome.replay_seconds,
        share=outcome.share,
        attended=outcome.attended,
        policy_version=terms.version,
        sources=list(outcome.sources),
        recorded_at=timezone.now(),
    )


def _differ(one: Attendance, other: Attendance) -> bool:
    return any(getattr(one, name) != getattr(other, name) for name in COMPUTED)


def policy_in_force(*, live_class: LiveClass) -> AttendancePolicy:
    """Return the newest version of the class's terms; appends one if the class says otherwise."""
    said = {
        "measure": live_class.attended_measure,
        "at_least": live_class.attended_at_least,
        "counts": live_class.attended_counts,
    }
    newest = live_class.policies.order_by("-version").first()
    if newest is not None and all(getattr(newest, name) == said[name] for name in said):
        return newest
    version = newest.version + 1 if newest is not None else 1
    return AttendancePolicy.objects.get_or_create(
        live_class=live_class, version=version, defaults=said
    )[0]


def correct_attendance(
    *,
    live_class: LiveClass,
    person: Person,
    kind: str,
    author: User,
    reason: str,
    from_at: datetime | None = None,
    to_at: datetime | None = None,
    takes_back: AttendanceCorrection | None = None,
) -> AttendanceCorrection:
    """Append a correction with its author and reason, and recompute; raises BadCorrection.

    `present` and `absent` need both moments; `take_back` needs the correction it takes back.
    """
    live_class = class_itself(live_class)
    kinds = AttendanceCorrection.Kind
    if not reason.strip():
        raise BadCorrection(_("A correction needs a reason."))
    if kind in (kinds.PRESENT, kinds.ABSENT) and (
        from_at is None or to_at is None or to_at <= from_at
    ):
        raise BadCorrection(_("Say from when until when, in this order."))
    if kind == kinds.TAKE_BACK and (
        takes_back is None
        or resolve_merge(takes_back.person) != resolve_merge(person)
        or takes_back.live_class_id != live_class.pk
    ):
        raise BadCorrection(_("Say which correction of this person and class is taken back."))
    with transaction.atomic():
        row = AttendanceCorrection.objects.create(
            live_class=live_class,
            person=person,
            kind=kind,
            from_at=from_at,
            to_at=to_at,
            takes_back=takes_back if kind == kinds.TAKE_BACK else None,
            author=author,
            reason=reason.strip(),
        )
        record_audit(
            actor=f"user:{author.pk}",
            action="attendance.correct",
            subject=f"person:{person.external_id}",
            detail={"class": live_class.pk, "kind": kind, "correction": row.pk},
        )
        recompute_attendance(live_class=live_class, people=[person.pk])
    return row


def follow_people(*, person_ids: Iterable[int]) -> None:
    """Recompute every class in which any of these people has a row: somebody else stands for them.

    A second call changes nothing.
    """
    ids = list(person_ids)
    raw = (
        PresenceBeat,
        PlayedPart,
        AttendanceCorrection,
        DoorCheck,
        ReportAttendee,
        Attendance,
    )
    classes: set[int] = set()
    for model in raw:
        rows = model._default_manager.filter(person__in=ids).order_by()
        classes.update(rows.values_list("live_class_id", flat=True).distinct())
    for live_class in LiveClass.objects.filter(pk__in=classes).order_by("pk"):
        recompute_attendance(live_class=live_class, people=ids)
