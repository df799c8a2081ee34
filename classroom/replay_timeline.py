"""Puts what happened in a room on one line of time, and finds its chapters; reads only.

The time of a room begins when a host first opens it. Words removed, or gone with who wrote them, are
not on the line; a kind of event that SHAPES does not name is left out.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, Min, Q

from classroom.models import LiveClass, ReplayChapter, RoomEvent
from classroom.models.replay import CHAPTER_LENGTH
from classroom.piece_cards import with_cards
from classroom.played_time import clock_of
from classroom.room_wire import wire_of, wire_of_more

Kind = RoomEvent.Kind
#: How each kind of event is drawn: `templates/classroom/replay/SHAPE.html` gets it as `item`.
SHAPES = {
    "opened": "notice",
    "closed": "notice",
    "slide": "slide",
    "message": "words",
    "question": "words",
    "picture": "picture",
    "voice": "voice",
    "caption": "caption",
    "poll": "poll",
    "poll_closed": "result",
}
#: The last words stay so long, to be read.
TAIL = timedelta(seconds=5)
#: A slide that stays no longer was turned past, and is no chapter.
PASSED_MS = 5000


@dataclass(frozen=True)
class Span:
    """When the time of a room begins, and how long it is; nothing happened where that is 0."""

    begins_at: datetime
    length_ms: int = 0

    def place_of(self, moment: datetime) -> int:
        """Milliseconds since the beginning; 0 for what came before."""
        return max(0, (moment - self.begins_at) // timedelta(milliseconds=1))


@dataclass
class Item:
    """One event on the line of time; a question says when it was answered, None for never.

    `asked` is the poll whose end it is, `written` what a host wrote down of a voice clip.
    """

    event: RoomEvent
    at_ms: int
    answered_ms: int | None = None
    asked: RoomEvent | None = None
    written: str = ""

    @property
    def shape(self) -> str:
        """How it is drawn and written."""
        return SHAPES[self.event.kind]

    @property
    def votes(self) -> list[tuple[str, int]]:
        """Of a poll that ended, each option and its votes; empty where few voted."""
        counts = (wire_of_more(self.event) or {}).get("counts")
        options = (self.asked.more or {}).get("options", []) if self.asked else []
        return list(zip(options, counts, strict=False)) if counts else []

    @property
    def words(self) -> str:
        """What is said; of a voice clip what stands beside it."""
        return self.written or self.event.text

    @property
    def lasts(self) -> str:
        """How long a voice clip is, as a player shows it."""
        return clock_of(int((self.event.more or {}).get("duration_s", 0) * 1000))

    @property
    def template(self) -> str:
        """What draws it."""
        return f"classroom/replay/{self.shape}.html"

    @property
    def at_s(self) -> float:
        return self.at_ms / 1000

    @property
    def clock(self) -> str:
        """Its moment as a player shows it."""
        return clock_of(self.at_ms)

    def wire(self) -> dict[str, Any]:
        """As the API gives it: the event, and its moments in seconds since the beginning."""
        answered = self.answered_ms
        return {
            **wire_of(self.event),
            "text": self.words,
            "at_s": self.at_s,
            "answered_s": None if answered is None else answered / 1000,
        }


@dataclass(frozen=True)
class Chapter:
    """A place to jump to; `about` is the number of the event it comes from, None for a host's own."""

    at_ms: int
    title: str
    about: int | None = None
    is_question: bool = False

    @property
    def at_s(self) -> float:
        return self.at_ms / 1000

    @property
    def clock(self) -> str:
        """Its moment as a player shows it."""
        return clock_of(self.at_ms)


@dataclass(frozen=True)
class Timeline:
    """Everything that a replay of a room shows, in its order."""

    span: Span
    items: list[Item] = field(default_factory=list)
    chapters: list[Chapter] = field(default_factory=list)


def span_of(live_class: LiveClass) -> Span:
    """When the room's time begins and how long it is: one query."""
    events = RoomEvent.objects.filter(room_id=live_class.pk)
    found = events.aggregate(
        first=Min("at", filter=Q(kind=Kind.OPENED)),
        earliest=Min("at"),
        last=Max("at", filter=Q(kind__in=SHAPES, removed_at=None)),
    )
    begins_at = found["first"] or live_class.starts_at or found["earliest"]
    if begins_at is None or found["last"] is None:
        return Span(begins_at or datetime.min)
    length = max(found["last"] - begins_at, timedelta()) + TAIL
    return Span(begins_at, length // timedelta(milliseconds=1))


def timeline_of(live_class: LiveClass) -> Timeline:
    """The room's own timeline with its chapters; three queries, and those of cards."""
    span = span_of(live_class)
    rows = RoomEvent.objects.filter(room_id=live_class.pk, removed_at=None).order_by("number")
    items: list[Item] = []
    questions: dict[int, Item] = {}
    polls: dict[int, RoomEvent] = {}
    voices: dict[int, Item] = {}
    for event in with_cards(list(rows.select_related("slide"))):
        at_ms = span.place_of(event.at)
        if event.kind == Kind.ANSWERED and event.about in questions:
            questions[event.about].answered_ms = at_ms
        if event.kind == Kind.VOICE_WORDS and event.about in voices:
            voices[event.about].written = event.text
        if event.kind == Kind.POLL:
            polls[event.number] = event
        asked = polls.get(event.about) if event.about is not None else None
        if event.kind in SHAPES and (asked or event.kind != Kind.POLL_CLOSED):
            items.append(Item(event, at_ms, asked=asked))
        if event.kind == Kind.QUESTION:
            questions[event.number] = items[-1]
        if event.kind == Kind.VOICE:
            voices[event.number] = items[-1]
    return Timeline(span, items, chapters_of(live_class, items))


def chapters_of(live_class: LiveClass, items: list[Item]) -> list[Chapter]:
    """Slides that somebody described and questions, under a host's words where there are some."""
    rows = list(ReplayChapter.objects.filter(live_class=live_class))
    said = {row.about: row for row in rows if row.about is not None}
    found = []
    for chapter in chapters_by_themselves(items):
        other = said.get(chapter.about) if chapter.about is not None else None
        if other is None:
            found.append(chapter)
        elif other.title:
            found.append(Chapter(chapter.at_ms, other.title, chapter.about, chapter.is_question))
    found += [Chapter(row.at_ms, row.title) for row in rows if row.at_ms is not None and row.title]
    return sorted(found, key=lambda chapter: (chapter.at_ms, chapter.about or 0))


def chapters_by_themselves(items: list[Item]) -> list[Chapter]:
    """What the room gives without anybody's words; the same slide again is no new chapter."""
    found: list[Chapter] = []
    turns = [item for item in items if item.event.kind == Kind.SLIDE]
    stays = {
        one.event.number: after.at_ms - one.at_ms
        for one, after in zip(turns, turns[1:], strict=False)
    }
    shown = None
    for item in items:
        event, slide = item.event, item.event.slide
        if event.kind == Kind.QUESTION:
            found.append(Chapter(item.at_ms, _short(event.text), event.number, is_question=True))
        elif event.kind == Kind.SLIDE and stays.get(event.number, PASSED_MS) >= PASSED_MS:
            if slide and slide.description and slide.pk != shown:
                found.append(Chapter(item.at_ms, _short(slide.description), event.number))
            shown = slide.pk if slide else None
    return found


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= CHAPTER_LENGTH else f"{words[: CHAPTER_LENGTH - 1].rstrip()}…"
