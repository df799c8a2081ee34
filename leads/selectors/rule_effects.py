"""What a change of the rules does to each topic, with a few people by name for whoever may see them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from cms.models import Topic
from people.models import Person
from tracking.models import Profile
from tracking.selectors.rule_changes import RuleComparison

SHOWN = 50


@dataclass(frozen=True)
class TopicRow:
    """One topic with its counts, and a few people who gain or lose the tag."""

    label: str
    gained: int
    lost: int
    kept: int
    gaining: list[Person]
    losing: list[Person]


@dataclass(frozen=True)
class TopicRows:
    """The topics that change most; `more` others change too, `sensitive` ones are not shown."""

    rows: list[TopicRow]
    more: int
    sensitive: int

    @property
    def named(self) -> list[Person]:
        """Everybody whose name is shown."""
        return [one for row in self.rows for one in (*row.gaining, *row.losing)]


def rows_of(comparison: RuleComparison, *, seen: Q | None) -> TopicRows:
    """The topics, those that change most first: 2 queries however many there are.

    `seen` is the filter on the persons of profiles whom the one who asks may see; None: nobody.
    """
    found = Topic.objects.in_bulk(list(comparison.topics))
    shown = [
        (pk, change)
        for pk, change in comparison.topics.items()
        if pk in found and not found[pk].sensitive
    ]
    shown.sort(key=lambda one: (-(one[1].gained + one[1].lost), -one[1].kept, one[0]))
    first = shown[:SHOWN]
    people = (
        _people(
            (profile for _, change in first for profile in (*change.gaining, *change.losing)), seen
        )
        if seen is not None
        else {}
    )
    return TopicRows(
        rows=[
            TopicRow(
                label=found[pk].label,
                gained=change.gained,
                lost=change.lost,
                kept=change.kept,
                gaining=[people[one] for one in change.gaining if one in people],
                losing=[people[one] for one in change.losing if one in people],
            )
            for pk, change in first
        ],
        more=len(shown) - len(first),
        sensitive=len(comparison.topics) - len(shown),
    )


def _people(profile_ids: Iterable[int], seen: Q) -> dict[int, Person]:
    """The persons of profiles; visitors are nobody by name."""
    rows = Profile.objects.filter(seen, pk__in=set(profile_ids), person__isnull=False)
    return {row.pk: row.person for row in rows.select_related("person") if row.person}
