"""Topics as columns of heat over people, and the cosine between two: pure arithmetic over arrays.

Nothing here reads the database. All sums run over (person, topic) pairs that occur, so thousands
of topics cost no more than the signals that bear on them.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from tracking.arithmetic import DAY_S

HEAT_HALF_LIFE_S = 30 * DAY_S


@dataclass(frozen=True)
class TopicColumns:
    """The pairs of person and topic that occur, one entry each in `person` and `column`.

    `topics` holds topic ids in rising order and `column` indexes it; `entry` gives the pair of
    each bearing of a signal on a topic.
    """

    topics: np.ndarray
    person: np.ndarray
    column: np.ndarray
    entry: np.ndarray

    def heats(self, bearing: np.ndarray) -> np.ndarray:
        """The heat of each pair, from what each bearing adds to it (decayed, in full readings)."""
        return np.bincount(self.entry, weights=bearing, minlength=len(self.person))

    def cosines(self, heat: np.ndarray, own: np.ndarray) -> np.ndarray:
        """The cosine of each column with one topic's, over people; 0 for a cold column.

        `heat` has one entry a pair, `own` one a person.
        """
        size = max(len(self.topics), 1)
        dot = np.bincount(self.column, weights=heat * own[self.person], minlength=size)
        norm = np.sqrt(np.bincount(self.column, weights=heat * heat, minlength=size))
        length = norm * np.sqrt(np.sum(own * own))
        return np.divide(dot, length, out=np.zeros(size), where=length > 0)


def topic_columns(bearing_person: np.ndarray, bearing_topic: np.ndarray) -> TopicColumns:
    """The columns of bearings, each given by its person (an index) and its topic's id."""
    topics, column = np.unique(bearing_topic, return_inverse=True)
    size = max(len(topics), 1)
    pairs, entry = np.unique(bearing_person * size + column, return_inverse=True)
    return TopicColumns(topics=topics, person=pairs // size, column=pairs % size, entry=entry)


class Together(NamedTuple):
    """Two topics (ids, the lower one first), their cosine (0 to 1) and how many have both."""

    topic: int
    other: int
    cosine: float
    people: int


def pairs_together(
    columns: TopicColumns,
    *,
    heat: np.ndarray,
    people: int,
    among: Collection[int],
    at_least: int,
) -> Iterator[Together]:
    """Every two topics of `among` that so many persons are both warm for.

    `heat` has one entry a pair, over `people` persons. One topic at a time, so that memory does
    not grow with the number of topics squared.
    """
    size = max(len(columns.topics), 1)
    warm = heat > 0.0
    known = np.isin(columns.topics, list(among))
    enough = np.bincount(columns.column, weights=warm, minlength=size)[: len(known)] >= at_least
    places = np.flatnonzero(known & enough)
    for place in places:
        own = np.zeros(people)
        mine = columns.column == place
        own[columns.person[mine]] = heat[mine]
        both = np.bincount(columns.column[warm & (own[columns.person] > 0.0)], minlength=size)
        cosines = columns.cosines(heat, own)
        for other in places[(places > place) & (both[places] >= at_least)]:
            yield Together(
                topic=int(columns.topics[place]),
                other=int(columns.topics[other]),
                cosine=float(cosines[other]),
                people=int(both[other]),
            )
