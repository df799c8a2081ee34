"""Puts a rank into words: what each part adds, in hundredths that add up to the rank as it is shown."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from leads.selectors.ranking import RankParts


class RankLine(NamedTuple):
    """What one part adds, and what it is."""

    adds: str
    text: str


class RankSlip(NamedTuple):
    """A rank with the lines that add up to it."""

    rank: str
    lines: list[RankLine]


def rank_in_words(parts: RankParts, topics: Mapping[int, str]) -> RankSlip:
    """The slip of one person; `topics` gives names by id. Parts that add nothing are left out."""
    said = [
        _("heat %(heat)s for %(topic)s")
        % {"heat": _number(parts.heat), "topic": topics.get(parts.topic or 0, "")},
        _("lately active: %(activity)s full readings, halved every 7 days")
        % {"activity": _number(parts.activity)},
        _("heat %(heat)s for related topics") % {"heat": _number(parts.co_interest)},
    ]
    adds = in_hundredths(list(parts.adds.values()))
    return RankSlip(
        rank=_number(sum(adds) / 100),
        lines=[
            RankLine(f"+{_number(one / 100)}", text)
            for one, text in zip(adds, said, strict=True)
            if one
        ],
    )


def in_hundredths(values: Sequence[float]) -> list[int]:
    """Whole hundredths whose sum is the rounded sum: those cut off most are rounded up."""
    exact = [value * 100 for value in values]
    found = [math.floor(one) for one in exact]
    left = round(sum(exact)) - sum(found)
    most = sorted(range(len(exact)), key=lambda place: found[place] - exact[place])
    for place in most[:left]:
        found[place] += 1
    return found


def _number(value: float) -> str:
    return number_format(round(value, 2), 2)  # which cuts off what it is not given rounded
