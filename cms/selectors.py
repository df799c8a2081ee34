"""What content asks of a reader, and which topics it carries; reads only."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from html import unescape

from wagtail.models import Page

from cms.models import ClinicMedia, PageTopic, Topic

# Our own assumption, not taken from a study: an unhurried adult who reads to understand takes 200
# words or 300 Chinese characters a minute, and looks at a drawing for four seconds.
WORDS_A_MINUTE = 200
HAN_CHARACTERS_A_MINUTE = 300
SECONDS_A_PANEL = 4

READ_FIELDS = (
    "standfirst",
    "key_facts",
    "body",
    "panels_in_order",
    "afterword",
    "objectives",
    "biography",
)
NOT_READ = frozenset(
    {"id", "type", "image", "alt", "credit", "url", "side", "x", "y", "correct", "columns"}
)
#: Blocks that are played; each names its film or recording by its own type.
PLAYED_BLOCKS = ("video", "audio")
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
BLOCK_END = re.compile(r"</(?:p|li|h\d)>|<br\s*/?>")
TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class ContentMeasure:
    """How much there is to take in on a page; `media_s` is played media, in seconds."""

    words: int = 0
    han_characters: int = 0
    panels: int = 0
    media_s: float = 0.0


def content_measure(page: Page, *, lengths: Mapping[int, float] | None = None) -> ContentMeasure:
    """Return what a full reading of the page takes in; titles and image texts do not count.

    `lengths` are those of `played_lengths`, for who asks about many pages.
    """
    specific = page.specific
    text = "\n".join(_texts_of_page(specific))
    han_characters = 0 if text.isascii() else len(HAN.findall(text))
    words = len(WORD.findall(HAN.sub(" ", text) if han_characters else text))
    panels = len(getattr(specific, "panels_in_order", ()))
    played = played_ids(specific)
    if played and lengths is None:
        lengths = played_lengths(played)
    return ContentMeasure(
        words=words,
        han_characters=han_characters,
        panels=panels,
        media_s=sum((lengths or {}).get(media_id, 0.0) for media_id in played),
    )


def played_ids(page: Page) -> list[int]:
    """The films and recordings in the body of a page, in their order; no query."""
    body = getattr(page, "body", None)
    if not body:
        return []
    found = [
        item["value"].get(item["type"]) for item in body.raw_data if item["type"] in PLAYED_BLOCKS
    ]
    return [media_id for media_id in found if media_id]


def played_lengths(media_ids: Collection[int]) -> dict[int, float]:
    """Return film or recording to its seconds; one query, none for nothing."""
    if not media_ids:
        return {}
    return dict(ClinicMedia.objects.filter(pk__in=media_ids).values_list("pk", "duration"))


def expected_seconds(page: Page, *, lengths: Mapping[int, float] | None = None) -> float | None:
    """Return the seconds one full reading takes, None where there is nothing to read."""
    return seconds_of(content_measure(page, lengths=lengths))


def seconds_of(measure: ContentMeasure) -> float | None:
    """Return the seconds that much content takes, None for nothing."""
    seconds = (
        measure.words * 60 / WORDS_A_MINUTE
        + measure.han_characters * 60 / HAN_CHARACTERS_A_MINUTE
        + measure.panels * SECONDS_A_PANEL
        + measure.media_s
    )
    return seconds or None


def topic_weights(page_ids: Collection[int]) -> dict[int, dict[int, float]]:
    """Return page id to topic id to weight, merges resolved; the greatest weight counts.

    Pages without topics have an empty dictionary.
    """
    weights: dict[int, dict[int, float]] = {page_id: {} for page_id in page_ids}
    standing = resolved_topic_ids()
    rows = PageTopic.objects.filter(content_object_id__in=page_ids).values_list(
        "content_object_id", "tag_id", "weight"
    )
    for page_id, topic_id, weight in rows:
        topic_id = standing.get(topic_id, topic_id)
        own = weights[page_id]
        own[topic_id] = max(own.get(topic_id, 0.0), weight)
    return weights


def resolved_topic_ids() -> dict[int, int]:
    """Return merged topic id to the id that stands for it; a cycle ends where it began."""
    merged = dict(
        Topic.objects.filter(merged_into__isnull=False).values_list("id", "merged_into_id")
    )
    resolved = {}
    for topic_id in merged:
        seen, target = {topic_id}, merged[topic_id]
        while target in merged and target not in seen:
            seen.add(target)
            target = merged[target]
        resolved[topic_id] = target
    return resolved


def _texts_of_page(page: Page) -> Iterator[str]:
    for name in READ_FIELDS:
        value = getattr(page, name, None)
        if isinstance(value, str):
            yield value
        elif value is not None:
            yield from _texts(list(value.raw_data))


def _texts(value: object) -> Iterator[str]:
    """Walk stored block data and yield what a reader sees as text."""
    if isinstance(value, str):
        yield unescape(TAG.sub("", BLOCK_END.sub("\n", value))) if "<" in value else value
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key not in NOT_READ:
                yield from _texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _texts(inner)
