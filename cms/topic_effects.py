"""What merging topics, or parting them, means to people; the packages above register what they know."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

AT_ONCE = 20  # people; a merge that is about more waits for a second yes


@dataclass(frozen=True)
class TopicEffect:
    """How many people something is about, and one line that says so."""

    people: int
    said: str


#: Each takes the ids of the topics that would be one, or that would part.
topic_effects: list[Callable[[set[int]], Iterable[TopicEffect]]] = []


def effects_of(topic_ids: set[int]) -> list[TopicEffect]:
    """What it means, where that is about more people than one press may touch; else nothing."""
    found = [effect for ask in topic_effects for effect in ask(topic_ids)]
    return found if any(effect.people > AT_ONCE for effect in found) else []
