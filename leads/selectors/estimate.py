"""About how many people unsaved rules would find, from some drawn by chance.

An exact count of a large clinic takes seconds. Meanwhile this says what is known, and how well.
"""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Max, Min, Q

from leads.conditions import Moment, Scope
from leads.list_rules import ListRules
from leads.selectors.consent import agreed, verified_contact
from leads.selectors.evaluation import Glance, evaluated
from people.models import Person, Purpose

#: Up to so many people are counted at once, without an estimate before.
SOON_COUNTED = 100_000
#: Drawn by chance; a half of everybody is then found within 2.2 %. More take more than a second.
DRAWN = 2_000
#: Nineteen ranges of twenty hold the count.
_Z = 1.96


class About(NamedTuple):
    """A number of two figures, and between which the exact one very likely is."""

    number: int
    least: int
    most: int


@dataclass(frozen=True)
class Estimate:
    matches: About
    contactable: About


def estimate_of(rules: ListRules, moment: Moment, *, seen: Q) -> Estimate | None:
    """How many the rules find among DRAWN ids, taken for all; None where counting is quick.

    The same ids are drawn until somebody new comes, so that a change of a number is one of the
    rules. `seen` is the filter on the people whom the one who asks may see.
    """
    ids = Person.objects.aggregate(first=Min("pk"), last=Max("pk"))
    if ids["last"] is None or ids["last"] - ids["first"] < SOON_COUNTED:
        return None
    span = range(ids["first"], ids["last"] + 1)
    drawn = random.Random(span.stop).sample(span, min(DRAWN, len(span)))
    members = evaluated(rules, Glance(moment, Scope(ids=tuple(drawn)))).members
    found = Person.objects.filter(seen, pk__in=members)
    contactable = found.filter(agreed(Purpose.MARKETING), verified_contact())
    return Estimate(
        matches=_about(found.count(), of=len(drawn), everybody=len(span)),
        contactable=_about(contactable.count(), of=len(drawn), everybody=len(span)),
    )


def _about(found: int, *, of: int, everybody: int) -> About:
    """Wilson's range of a share, as numbers of people; the least and the most are rounded outwards."""
    share, square = found / of, _Z * _Z / of
    middle = (share + square / 2) / (1 + square)
    around = _Z * math.sqrt(share * (1 - share) / of + square / (4 * of)) / (1 + square)
    least = max(found, _figures((middle - around) * everybody, math.floor))
    return About(
        number=_figures(share * everybody, round),
        least=least,
        most=min(everybody, _figures((middle + around) * everybody, math.ceil)),
    )


def _figures(number: float, rounded: Callable[[float], int]) -> int:
    """The number with its first two figures, and zeros."""
    unit = 10 ** max(0, math.floor(math.log10(max(number, 1))) - 1)
    return max(0, rounded(number / unit) * unit)
