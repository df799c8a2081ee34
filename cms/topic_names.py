"""Which topics words name, by name, Chinese name or alias; reads only."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from cms.models import Topic, TopicAlias
from cms.search_text import HAN_RUN, PART, folded, query_words

TOPICS_IN_AN_ANSWER = 8
NAME_PARTS_AT_MOST = 8
NEAR_ENOUGH = 0.72
#: A word with no more letters than this is near to too much.
SHORTEST_GUESSED = 3
NAMES_COMPARED = 4000


@dataclass(frozen=True)
class NamedTopics:
    """The topics that a query, or its longest part, names; `rest` is what the query asks besides.

    `names` are the other names of these topics, for marking them in a text.
    """

    topics: Sequence[Topic] = ()
    rest: Sequence[str] = ()
    names: Sequence[str] = field(default=())


def topics_named(query: str) -> NamedTopics:
    """The topics, merges resolved, whose name or alias is the query or else its longest part.

    Two queries, a third where something is named.
    """
    candidates = dict.fromkeys(_stretches(query))
    if not candidates:
        return NamedTopics()
    by_name: dict[str, set[int]] = {}
    for names in (
        _lower_names(Topic.objects.all(), "name", "pk"),
        _lower_names(Topic.objects.all(), "name_zh", "pk"),
        _lower_names(TopicAlias.objects.all(), "name", "topic_id"),
    ):
        for name, topic_id in names.filter(lower__in=list(candidates)):
            by_name.setdefault(name, set()).add(topic_id)
    if not by_name:
        return NamedTopics()
    longest = max(by_name, key=len)
    topics = {
        topic.resolved
        for topic in Topic.objects.filter(pk__in=by_name[longest]).select_related("merged_into")
    }
    edge = "" if HAN_RUN.search(longest) else r"\b"
    rest = re.sub(f"{edge}{re.escape(longest)}{edge}", " ", folded(query), count=1)
    names = [name for topic in topics for name in (topic.name, topic.name_zh) if name]
    return NamedTopics(
        topics=sorted(topics, key=lambda topic: topic.name),
        rest=query_words(rest),
        names=names,
    )


def _lower_names(rows: QuerySet, name: str, key: str) -> QuerySet:
    return rows.order_by().annotate(lower=Lower(name)).values_list("lower", key)


def _stretches(query: str) -> Iterator[str]:
    """Every stretch of whole words of a query, and every stretch of its Chinese runs."""
    text = folded(query)
    yield text
    parts = list(PART.finditer(text))
    for first, start in enumerate(parts):
        for end in parts[first : first + NAME_PARTS_AT_MOST]:
            yield text[start.start() : end.end()]
    for run in HAN_RUN.findall(text):
        for begin in range(len(run)):
            for length in range(2, min(len(run) - begin, 12) + 1):
                yield run[begin : begin + length]


def topics_holding(query: str, *, first: Sequence[Topic] = ()) -> list[Topic]:
    """Topics whose name or alias holds the query, merges resolved, each once, `first` before them."""
    text = " ".join(query.split())
    aliases = TopicAlias.objects.filter(name__icontains=text)
    matches = (
        Topic.objects.filter(
            Q(name__icontains=text) | Q(name_zh__icontains=text) | Q(pk__in=aliases.values("topic"))
        )
        .select_related("merged_into")
        .order_by("name")
    )
    found = dict.fromkeys(first)
    found.update(dict.fromkeys(topic.resolved for topic in matches[: 2 * TOPICS_IN_AN_ANSWER]))
    return list(found)[:TOPICS_IN_AN_ANSWER]


def topics_spelt_nearly(query: str) -> list[Topic]:
    """Topics whose name or alias is written much like the query or a word of it, the nearest first.

    Two queries; at most NAMES_COMPARED names are compared, those that share most pairs of letters.
    """
    names: dict[str, int] = {}
    for topic_id, name, name_zh in Topic.objects.order_by().values_list("pk", "name", "name_zh"):
        names.update({folded(one): topic_id for one in (name, name_zh) if one})
    for topic_id, name in TopicAlias.objects.order_by().values_list("topic_id", "name"):
        names.setdefault(folded(name), topic_id)
    text = folded(query)
    asked = [text, *(part for part in PART.findall(text) if part != text)][:4]
    found: dict[int, None] = {}
    for word in asked:
        if len(word) > SHORTEST_GUESSED or (HAN_RUN.match(word) and len(word) > 1):
            pool = _sharing_most(word, names)
            near = get_close_matches(word, pool, n=4, cutoff=NEAR_ENOUGH)
            found.update(dict.fromkeys(names[name] for name in near))
    topics = Topic.objects.select_related("merged_into").in_bulk(list(found))
    resolved = dict.fromkeys(topics[pk].resolved for pk in found)
    return list(resolved)[:TOPICS_IN_AN_ANSWER]


def _sharing_most(word: str, names: dict[str, int]) -> list[str]:
    wanted = _letter_pairs(word)
    shortest, longest = len(word) * 0.6, len(word) * 1.7 + 1
    shares = [
        (len(wanted & _letter_pairs(name)), name)
        for name in names
        if shortest <= len(name) <= longest
    ]
    shares.sort(reverse=True)
    return [name for share, name in shares[:NAMES_COMPARED] if share]


def _letter_pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)} or {text}
