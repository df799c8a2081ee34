"""What another rule would change: which tags would be gained, lost and kept; it writes nothing.

Profiles come in chunks and go, so that memory holds one chunk and a few counts a topic.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from tracking.arithmetic import Rule
from tracking.models import InterestTag, Profile
from tracking.selectors.evidence import gather_evidence
from tracking.selectors.rules import topic_tree
from tracking.services.pairs import moment, replay_evidence

PROFILES_A_CHUNK = 50
PROFILES_AT_MOST = 5_000
EXAMPLES = 3


class TagChange(NamedTuple):
    """One (profile, topic) that is a tag now, would be one under the other rule, or both."""

    profile_id: int
    topic_id: int
    is_tag: bool
    would_be: bool


@dataclass
class TopicChange:
    """How many profiles would gain, lose and keep the tag, and a few who gain or lose it."""

    gained: int = 0
    lost: int = 0
    kept: int = 0
    gaining: list[int] = field(default_factory=list)
    losing: list[int] = field(default_factory=list)


@dataclass
class RuleComparison:
    """Changes by topic. `compared` of `profiles` were looked at: all, or evenly spread ones.

    `changed` counts the profiles with at least one tag gained or lost.
    """

    profiles: int = 0
    compared: int = 0
    changed: int = 0
    topics: dict[int, TopicChange] = field(default_factory=dict)

    @property
    def gained(self) -> int:
        """Tags gained over all topics."""
        return sum(one.gained for one in self.topics.values())

    @property
    def lost(self) -> int:
        """Tags lost over all topics."""
        return sum(one.lost for one in self.topics.values())

    @property
    def kept(self) -> int:
        """Tags kept over all topics."""
        return sum(one.kept for one in self.topics.values())


def tag_changes(*, rule: Rule, at: datetime, every: int = 1) -> Iterator[list[TagChange]]:
    """The tags at a moment as stored and as the rule would make them: a list a chunk of profiles.

    Of paused interests nothing is told. `every` looks at each n-th profile alone. A constant number
    of queries a chunk.
    """
    tree = topic_tree()
    for chunk in _chunks(every):
        evidence = gather_evidence(profile_ids=chunk, page_ids=None, rule=rule, may_append=False)
        evidence = evidence.without_paused()
        would_be = {
            (profile, topic)
            for profile, states in replay_evidence(evidence, rule=rule, tree=tree).items()
            for topic, state in states.items()
            if any(moment(one.entered_s) <= at < moment(one.lapses_s) for one in state.episodes)
        }
        stored = InterestTag.objects.filter(
            profile_id__in=evidence.signals, entered_at__lte=at, lapses_at__gt=at
        )
        are = set(stored.values_list("profile_id", "topic_id"))
        yield [TagChange(*pair, pair in are, pair in would_be) for pair in sorted(are | would_be)]


def compared_with(
    *, rule: Rule, at: datetime, profiles_at_most: int = PROFILES_AT_MOST
) -> RuleComparison:
    """Count what the rule would change of the tags that are on at a moment."""
    profiles = Profile.objects.count()
    every = max(1, -(-profiles // profiles_at_most))
    found = RuleComparison(profiles=profiles, compared=-(-profiles // every))
    for changes in tag_changes(rule=rule, at=at, every=every):
        found.changed += len({one.profile_id for one in changes if one.is_tag != one.would_be})
        for one in changes:
            _count(found.topics.setdefault(one.topic_id, TopicChange()), one)
    return found


def _count(topic: TopicChange, change: TagChange) -> None:
    if change.is_tag and change.would_be:
        topic.kept += 1
        return
    if change.would_be:
        topic.gained += 1
        examples = topic.gaining
    else:
        topic.lost += 1
        examples = topic.losing
    if len(examples) < EXAMPLES:
        examples.append(change.profile_id)


def _chunks(every: int) -> Iterator[list[int]]:
    ids: list[int] = []
    rows = Profile.objects.order_by("pk").values_list("pk", flat=True)
    for place, pk in enumerate(rows.iterator(chunk_size=2000)):
        if place % every == 0:
            ids.append(pk)
        if len(ids) == PROFILES_A_CHUNK:
            yield ids
            ids = []
    if ids:
        yield ids
