"""Follow-ups that are late, by whose they are, now and a week ago; it reads only.

They are service rows: what staff planned, whatever the person agreed to.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet

from leads.models import FollowUp
from leads.selectors.visibility import visible_to
from leads.selectors.week import SPAN
from people.models import User


@dataclass(frozen=True)
class OverdueOf:
    """One consultant (None: nobody's tasks), and how many of theirs are late and were a week ago."""

    owner: User | None
    this: int
    last: int


def _late_at(moment: datetime) -> Q:
    """Planned and due before the moment, and not done by then."""
    open_then = Q(done_at__isnull=True) | Q(done_at__gt=moment)
    return Q(created_at__lte=moment, due_at__lt=moment) & open_then


def overdue_at(moment: datetime, *, user: User) -> QuerySet[FollowUp]:
    """What was late at a moment, of whom the user may see, the longest first; each with `moment`."""
    rows = FollowUp.objects.filter(visible_to(user, path="person__"), _late_at(moment))
    return rows.annotate(moment=F("due_at")).order_by("due_at", "pk")


def overdue_by_owner(now: datetime, *, user: User) -> list[OverdueOf]:
    """The late ones by whose they are, most first: 2 queries. A login that is gone counts as nobody."""
    rows = FollowUp.objects.filter(visible_to(user, path="person__")).order_by().values("owner")
    counted = rows.annotate(
        this=Count("pk", filter=_late_at(now)), last=Count("pk", filter=_late_at(now - SPAN))
    )
    found = {row["owner"]: row for row in counted.filter(Q(this__gt=0) | Q(last__gt=0))}
    owners = User.objects.in_bulk([pk for pk in found if pk is not None])
    late = [OverdueOf(owners.get(pk), row["this"], row["last"]) for pk, row in found.items()]
    return sorted(late, key=lambda one: (-one.this, -one.last, one.owner.pk if one.owner else 0))
