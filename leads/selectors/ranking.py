"""Ranks people for topics from what is stored; the formula itself is in leads.ranking."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import numpy as np

from cms.models import Topic
from leads.models import LeadList
from leads.ranking import Ranking, ranked
from leads.selectors.evaluation import conditions_of
from people.models import Person
from tracking.selectors.ranking import SignalTable, signal_table


class RankedPerson(NamedTuple):
    """One person's place: `person` is the imported key, or the external id where there is none."""

    person: str
    rank: float
    heat: float
    activity: float
    co_interest: float


def ranked_people(*, topic: Topic, at: datetime, limit: int | None = None) -> list[RankedPerson]:
    """Everyone whose first signal is before the moment, best first; equals by their key."""
    table = signal_table(until=at)
    found = _ranking(table, topic_id=topic.resolved.pk, at=at)
    keys = {
        pk: imported_key or external_id
        for pk, imported_key, external_id in Person.objects.filter(
            profile__isnull=False
        ).values_list("pk", "imported_key", "external_id")
    }
    rows = [
        RankedPerson(
            keys[int(table.people[i])],
            float(found.rank[i]),
            float(found.heat[i]),
            float(found.activity[i]),
            float(found.co_interest[i]),
        )
        for i in np.flatnonzero(found.first_s < at.timestamp())
    ]
    rows.sort(key=lambda row: (-row.rank, row.person))
    return rows[:limit]


def ranks_by_person(*, topic_ids: Iterable[int], at: datetime) -> dict[int, float]:
    """The greatest rank of each person among the topics, by person id."""
    topics = sorted(set(topic_ids))
    if not topics:
        return {}
    table = signal_table(until=at)
    best = np.max([_ranking(table, topic_id=topic, at=at).rank for topic in topics], axis=0)
    return dict(zip(table.people.tolist(), best.tolist(), strict=True))


def ranks_of_list(lead_list: LeadList, *, at: datetime) -> dict[int, float]:
    """The greatest rank of each person among the topics the list's conditions name."""
    topics = [
        condition.topic.resolved
        for condition in conditions_of(lead_list)
        if condition.topic is not None
    ]
    return ranks_by_person(topic_ids=[topic.pk for topic in topics if not topic.sensitive], at=at)


def _ranking(table: SignalTable, *, topic_id: int, at: datetime) -> Ranking:
    return ranked(
        people=len(table.people),
        person=table.person,
        at_s=table.at_s,
        strength=table.strength,
        bearing_signal=table.bearing_signal,
        bearing_topic=table.bearing_topic,
        bearing_weight=table.bearing_weight,
        topic=topic_id,
        moment_s=at.timestamp(),
        half_life_s=table.rule.half_life_s,
    )
