"""Reads one line of a content file and says what is wrong with it; touches no database."""

import hashlib
import json
import math
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from cms.languages import site_language
from cms.services.topics import NAME_LENGTH, tidy_name
from outbox.records import BadRow

REQUIRED = ("key", "type", "language", "title")
FORMATS = ("markdown", "html")
LENGTHS = {"key": 200, "title": 255, "source": 200, "source_url": 500, "licence": 200}
# Part of each row's hash: raise it when the same row would become another page.
SHAPE = 1

SURROGATE = re.compile("[\ud800-\udfff]")

_web_address = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True)
class ContentRow:
    """One good row. `topics` maps names to weights, `extra` is what only some types know."""

    key: str
    type: str
    language: str
    title: str
    topics: dict[str, float]
    aliases: dict[str, list[str]]
    body: str
    format: str
    source: str
    source_url: str
    licence: str
    published_at: datetime | None
    content_hash: str
    extra: dict[str, Any] = field(default_factory=dict)

    def moment(self, name: str, *, zone: tzinfo) -> datetime | None:
        """Return an ISO moment of `extra`, without an offset in `zone`; raises BadRow."""
        return moment_in(self.extra, name, zone=zone)


def parse_row(text: str, *, types: tuple[str, ...]) -> ContentRow:
    """Return the row of a line of JSON; raises BadRow with the reason."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadRow("not JSON", str(error)) from None
    if not isinstance(data, dict):
        raise BadRow("not a JSON object")
    for name in REQUIRED:
        if not _text(data, name):
            raise BadRow(f"{name} is missing")
    if data["type"] not in types:
        raise BadRow("unknown type", f"{data['type']!r} is none of {', '.join(types)}")
    language = site_language(data["language"])
    if language is None:
        raise BadRow("unknown language", repr(data["language"]))
    layout = _text(data, "format") or "markdown"
    if layout not in FORMATS:
        raise BadRow("unknown format", f"{layout!r} is none of {', '.join(FORMATS)}")
    address = _text(data, "source_url")
    if address:
        try:
            _web_address(address)
        except ValidationError:
            raise BadRow("source_url is no web address", repr(address)) from None
    return ContentRow(
        key=_text(data, "key"),
        type=data["type"],
        language=language,
        title=_text(data, "title"),
        topics=_topics(data.get("topics")),
        aliases=_aliases(data.get("aliases")),
        body=_text(data, "body"),
        format=layout,
        source=_text(data, "source"),
        source_url=address,
        licence=_text(data, "licence"),
        published_at=_published_at(data),
        content_hash=hash_of(data),
        extra=data,
    )


def hash_of(data: dict[str, Any]) -> str:
    """Return a hash of everything a row says, whatever the order of its fields."""
    canonical = json.dumps([SHAPE, data], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def moment_in(data: dict[str, Any], name: str, *, zone: tzinfo = UTC) -> datetime | None:
    """Return an ISO moment of a row in UTC, without an offset in `zone`; raises BadRow."""
    value = _text(data, name)
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadRow(f"{name} is no date", repr(value)) from None


def _text(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadRow(f"{name} is not text", repr(value)[:80])
    if "\x00" in value or _has_surrogates(value):
        raise BadRow(f"{name} holds characters that are no text")
    value = value.strip()
    if len(value) > LENGTHS.get(name, len(value)):
        raise BadRow(f"{name} is longer than {LENGTHS[name]} characters")
    return value


def _has_surrogates(value: str) -> bool:
    return not value.isascii() and SURROGATE.search(value) is not None


def _published_at(data: dict[str, Any]) -> datetime | None:
    moment = moment_in(data, "published_at")
    if moment and moment > datetime.now(UTC):
        raise BadRow("published_at lies in the future", moment.isoformat())
    return moment


def _topics(value: Any) -> dict[str, float]:
    """Accept names, and objects of name and weight; the greatest weight of a name counts."""
    if value is None:
        return {}
    if not isinstance(value, list):
        raise BadRow("topics is not a list")
    topics: dict[str, float] = {}
    for entry in value:
        name, weight = (
            (entry.get("name"), entry.get("weight", 1.0))
            if isinstance(entry, dict)
            else (entry, 1.0)
        )
        name = _topic_name(name)
        number = isinstance(weight, (int, float)) and not isinstance(weight, bool)
        if not number or not math.isfinite(weight) or not 0 <= weight <= 1:
            raise BadRow("a topic's weight is not between 0 and 1", f"{name}: {weight!r}")
        topics[name] = max(float(weight), topics.get(name, 0.0))
    return topics


def _topic_name(name: Any) -> str:
    if not isinstance(name, str) or not tidy_name(name) or "\x00" in name or _has_surrogates(name):
        raise BadRow("a topic has no name", repr(name)[:80])
    name = tidy_name(name)
    if len(name) > NAME_LENGTH:
        raise BadRow(f"a topic's name is longer than {NAME_LENGTH} characters")
    return name


def _aliases(value: Any) -> dict[str, list[str]]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadRow("aliases is not an object of lists")
    aliases = {}
    for name, others in value.items():
        if not isinstance(others, list):
            raise BadRow("aliases is not an object of lists")
        aliases[_topic_name(name)] = [_topic_name(other) for other in others]
    return aliases
