"""Which topics a text itself names, by name or alias, for its author to choose from; reads only."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from cms.models import PiecePage, Topic, TopicAlias
from cms.passages import passages_of
from cms.search_text import HAN, HAN_RUN
from cms.selectors import resolved_topic_ids

SUGGESTED_AT_MOST = 12
WORDS_IN_A_NAME = 7
HAN_IN_A_NAME = 14
LOOKED_AT = 120_000
LATIN_WORD = re.compile(rf"[^\W{HAN}_]+")
#: How much a mention counts by where it stands; anywhere else it counts 1.
WORTH = {"title": 6, "standfirst": 3, "heading": 3, "question": 2, "key_fact": 2, "fact": 2}
LEAVE_OUT = frozenset({"references", "corrections", "seo_title", "search_description"})
HEAVY_FROM = 6
LIGHT = 0.5
#: A name in capitals this short (ALL, AIDS) is another word in small letters.
ACRONYM_AT_MOST = 5


@dataclass(frozen=True)
class Suggestion:
    """A standing topic, how often the text names it, and the weight that suits that."""

    topic: Topic
    mentions: int
    weight: float


class Vocabulary:
    """All names of all topics, folded, each with the id of the topic that stands for it."""

    def __init__(self) -> None:
        standing = resolved_topic_ids()
        self._by_name: dict[str, int] = {}
        self._acronyms: dict[str, int] = {}
        for topic_id, name, name_zh in Topic.objects.order_by("pk").values_list(
            "pk", "name", "name_zh"
        ):
            for one in (name, name_zh):
                self._learn(one, standing.get(topic_id, topic_id))
        for topic_id, name in TopicAlias.objects.order_by("pk").values_list("topic_id", "name"):
            self._learn(name, standing.get(topic_id, topic_id))

    def _learn(self, name: str, topic_id: int) -> None:
        name = unicodedata.normalize("NFKC", name)
        if HAN_RUN.search(name):
            self._by_name.setdefault("".join(name.casefold().split()), topic_id)
        elif name.isupper() and len(name) <= ACRONYM_AT_MOST:
            self._acronyms.setdefault(name, topic_id)
        elif len(name) > 2:
            self._by_name.setdefault(" ".join(LATIN_WORD.findall(name.casefold())), topic_id)

    def named_in(self, text: str) -> Iterator[int]:
        """Yield the id of a topic for each place that names one, the longest name at each place."""
        text = unicodedata.normalize("NFKC", text)
        yield from self._named_by_words(text)
        for run in HAN_RUN.findall(text):
            yield from self._named_in_run(run)

    def _named_by_words(self, text: str) -> Iterator[int]:
        words = LATIN_WORD.findall(text)
        small = [word.casefold() for word in words]
        at = 0
        while at < len(words):
            for length in range(min(WORDS_IN_A_NAME, len(words) - at), 0, -1):
                found = self._lookup(" ".join(small[at : at + length]))
                if found is None and length == 1:
                    found = self._acronyms.get(words[at])
                if found is not None:
                    yield found
                    at += length - 1
                    break
            at += 1

    def _lookup(self, name: str) -> int | None:
        found = self._by_name.get(name)
        if found is None and name.endswith("s"):
            found = self._by_name.get(name[:-1])
        return found

    def _named_in_run(self, run: str) -> Iterator[int]:
        at = 0
        while at < len(run):
            for length in range(min(HAN_IN_A_NAME, len(run) - at), 1, -1):
                found = self._by_name.get(run[at : at + length])
                if found is not None:
                    yield found
                    at += length - 1
                    break
            at += 1


def suggested_topics(piece: PiecePage) -> list[Suggestion]:
    """The standing topics that the piece names and does not carry, the most prominent first.

    Five queries, whatever the length of the text.
    """
    vocabulary = Vocabulary()
    worth: dict[int, int] = {}
    mentions: dict[int, int] = {}
    looked_at = 0
    for passage in passages_of(piece, leave_out=LEAVE_OUT):
        for topic_id in vocabulary.named_in(passage.text):
            worth[topic_id] = worth.get(topic_id, 0) + WORTH.get(passage.name, 1)
            mentions[topic_id] = mentions.get(topic_id, 0) + 1
        looked_at += len(passage.text)
        if looked_at > LOOKED_AT:
            break
    standing = resolved_topic_ids()
    carried = {standing.get(item.tag_id, item.tag_id) for item in piece.page_topics.all()}
    best = sorted(worth.keys() - carried, key=lambda pk: (-worth[pk], pk))[:SUGGESTED_AT_MOST]
    topics = Topic.objects.in_bulk(best)
    return [
        Suggestion(topics[pk], mentions[pk], 1.0 if worth[pk] >= HEAVY_FROM else LIGHT)
        for pk in best
    ]
