"""Learns which topics go together from everybody's heat, and keeps what it learned."""

import math
from datetime import datetime

import numpy as np
from django.db import transaction
from django.utils import timezone

from cms.models import Topic
from tracking.models import CoInterest
from tracking.selectors.ranking import SignalTable, signal_table
from tracking.selectors.statistics import SMALL_GROUP
from tracking.topic_columns import HEAT_HALF_LIFE_S, Together, pairs_together, topic_columns

# Both columns of a pair fade alike, so without new signals only rounding moves a cosine.
SAME_WITHIN = 1e-9
ROWS_A_STATEMENT = 1_000


def refresh_co_interest(*, now: datetime | None = None) -> int:
    """Bring what goes together up to date, and return how many pairs came, changed or went.

    The heat is that of persons with valid consent to profiling; sensitive and merged topics and
    pairs of fewer than five persons are left out. A second run at the same moment changes nothing.
    """
    now = now or timezone.now()
    learned = {
        (pair.topic, pair.other): pair for pair in _pairs(signal_table(until=now), now.timestamp())
    }
    day = now.date()
    with transaction.atomic():
        held = {
            (topic, other): (pk, cosine, people)
            for pk, topic, other, cosine, people in CoInterest.objects.values_list(
                "pk", "topic_id", "other_id", "cosine", "people"
            )
        }
        gone = [held[key][0] for key in held.keys() - learned.keys()]
        for start in range(0, len(gone), ROWS_A_STATEMENT):
            CoInterest.objects.filter(pk__in=gone[start : start + ROWS_A_STATEMENT]).delete()
        changed = [pair for key, pair in learned.items() if not _is_held(pair, held.get(key))]
        CoInterest.objects.bulk_create(
            (
                CoInterest(
                    topic_id=pair.topic,
                    other_id=pair.other,
                    cosine=pair.cosine,
                    people=pair.people,
                    learned_on=day,
                )
                for pair in changed
            ),
            batch_size=ROWS_A_STATEMENT,
            update_conflicts=True,
            unique_fields=["topic", "other"],
            update_fields=["cosine", "people", "learned_on"],
        )
        CoInterest.objects.exclude(learned_on=day).update(learned_on=day)
    return len(gone) + len(changed)


def _pairs(table: SignalTable, moment_s: float) -> list[Together]:
    allowed = Topic.objects.filter(sensitive=False, merged_into=None).values_list("pk", flat=True)
    columns = topic_columns(table.person[table.bearing_signal], table.bearing_topic)
    decayed = table.strength * np.exp2(-(moment_s - table.at_s) / HEAT_HALF_LIFE_S)
    return list(
        pairs_together(
            columns,
            heat=columns.heats(decayed[table.bearing_signal] * table.bearing_weight),
            people=len(table.people),
            among=list(allowed),
            at_least=SMALL_GROUP,
        )
    )


def _is_held(pair: Together, held: tuple[int, float, int] | None) -> bool:
    if held is None:
        return False
    _, cosine, people = held
    return people == pair.people and math.isclose(cosine, pair.cosine, rel_tol=SAME_WITHIN)
