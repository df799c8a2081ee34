"""Says where every row of a taken-in report went, so that the sums can be seen to agree; reads only."""

from collections import Counter
from dataclasses import dataclass, field

from django.db.models import Count, Q

from classroom.attendance_sources import Faces, faces_of
from classroom.models import AttendanceImport, LiveClass, ReportAttendee


@dataclass(frozen=True)
class Reconciliation:
    """Rows of one import: each stands in exactly one of these, so they add up to `rows`.

    `bad` is reason to rows. `people` and `names` count humans: those known, those who wait.
    """

    rows: int
    matched: int
    waiting: int
    not_people: int
    outside: int
    bad: dict[str, int] = field(default_factory=dict)
    people: int = 0
    names: int = 0

    @property
    def agrees(self) -> bool:
        """Whether the parts are the whole."""
        parts = (self.matched, self.waiting, self.not_people, self.outside, *self.bad.values())
        return sum(parts) == self.rows


def _inside(live_class: LiveClass) -> Q:
    """The rows some of which lies in the class; a moment of no length inside it does."""
    start, end = live_class.starts_at, live_class.ends_at
    if start is None or end is None:
        return Q(pk__in=[])
    return Q(joined_at__lt=end, left_at__gt=start) | Q(joined_at__gte=start, left_at__lte=end)


def reconciliation_of(batch: AttendanceImport) -> Reconciliation:
    """Count the rows of an import as people are known now; a fixed number of queries."""
    live_class = batch.live_class
    faces = Faces(faces_of(live_class))
    devices = set(
        ReportAttendee.objects.filter(
            live_class=live_class, matched_by=ReportAttendee.MatchedBy.DEVICE
        ).values_list("pk", flat=True)
    )
    in_class = _inside(live_class)
    per_attendee = (
        batch.rows.order_by()
        .values_list("attendee_id")
        .annotate(every=Count("pk"), inside=Count("pk", filter=in_class))
    )
    found: Counter[str] = Counter()
    people, names = set(), set()
    for attendee, every, inside in per_attendee:
        found["outside"] += every - inside
        if attendee in devices:
            found["not_people"] += inside
        elif attendee in faces.people:
            found["matched"] += inside
            people.add(faces.people[attendee])
        else:
            found["waiting"] += inside
            names.add(faces.leaders[attendee])
    bad = batch.counts.get("reasons")
    if bad is None:  # an import from before reasons were kept
        bad = {"": batch.counts["bad"]} if batch.counts.get("bad") else {}
    return Reconciliation(
        rows=batch.counts.get("rows", sum(found.values())),
        matched=found["matched"],
        waiting=found["waiting"],
        not_people=found["not_people"],
        outside=found["outside"],
        bad=bad,
        people=len(people),
        names=len(names),
    )
