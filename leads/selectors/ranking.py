"""Ranks people for topics from what is stored; the formula itself is in leads.ranking."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np
from django.db.models import QuerySet

from cms.models import Topic
from leads.models import LeadList, Membership
from leads.ranking import Ranking, addends, ranked
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


class RankParts(NamedTuple):
    """A rank and what it comes of, in full readings; `topic` is the one (id) that ranks highest.

    Who has done nothing that counts has 0 everywhere, and no topic.
    """

    rank: float = 0.0
    heat: float = 0.0
    activity: float = 0.0
    co_interest: float = 0.0
    topic: int | None = None

    @property
    def adds(self) -> dict[str, float]:
        """What each part adds; together they are the rank."""
        found = addends(self.heat, self.activity, self.co_interest)
        return dict(zip(("heat", "activity", "co_interest"), map(float, found), strict=True))


@dataclass(frozen=True)
class Ranks:
    """The best ranking of each person among some topics; `people` holds person ids in rising order."""

    people: np.ndarray
    topic: np.ndarray
    rank: np.ndarray
    heat: np.ndarray
    activity: np.ndarray
    co_interest: np.ndarray

    def of(self, person_id: int) -> RankParts:
        """One person's rank with its parts."""
        place = int(np.searchsorted(self.people, person_id))
        if place == len(self.people) or self.people[place] != person_id:
            return RankParts()
        return RankParts(
            float(self.rank[place]),
            float(self.heat[place]),
            float(self.activity[place]),
            float(self.co_interest[place]),
            int(self.topic[place]),
        )


NOBODY = Ranks(*[np.empty(0)] * 6)


def ranks_for(*, topic_ids: Iterable[int], at: datetime) -> Ranks:
    """The greatest rank of each person among the topics, with its parts."""
    topics = sorted(set(topic_ids))
    if not topics:
        return NOBODY
    table = signal_table(until=at)
    found = [_ranking(table, topic_id=topic, at=at) for topic in topics]
    best = np.argmax([one.rank for one in found], axis=0)

    def chosen(name: str) -> np.ndarray:
        return np.array([getattr(one, name) for one in found])[best, np.arange(len(best))]

    return Ranks(
        people=table.people,
        topic=np.array(topics)[best],
        rank=chosen("rank"),
        heat=chosen("heat"),
        activity=chosen("activity"),
        co_interest=chosen("co_interest"),
    )


def ranks_by_person(*, topic_ids: Iterable[int], at: datetime) -> dict[int, float]:
    """The greatest rank of each person among the topics, by person id."""
    found = ranks_for(topic_ids=topic_ids, at=at)
    return dict(zip(found.people.tolist(), found.rank.tolist(), strict=True))


def ranked_topics(lead_list: LeadList) -> list[Topic]:
    """The topics that the list's conditions name and that rank its people; none that is sensitive."""
    topics = {
        condition.topic.resolved.pk: condition.topic.resolved
        for condition in conditions_of(lead_list)
        if condition.topic is not None
    }
    return [topic for topic in topics.values() if not topic.sensitive]


def ranks_of_list(lead_list: LeadList, *, at: datetime) -> dict[int, float]:
    """The greatest rank of each person among the topics the list's conditions name."""
    return ranks_by_person(topic_ids=[one.pk for one in ranked_topics(lead_list)], at=at)


def by_rank(members: QuerySet[Membership], ranks: Ranks) -> list[int]:
    """The ids of memberships, those first whose rank is greatest, newest first among equals."""
    rows = members.order_by().values_list("pk", "person_id")
    return [pk for pk, _person in sorted(rows, key=lambda row: (-ranks.of(row[1]).rank, -row[0]))]


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
