"""Writes the replay of a class as plain text, one thing a line; it reads only."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from classroom.models import LiveClass
from classroom.played_time import clock_of
from classroom.replay_access import recording_of
from classroom.replay_timeline import Item, timeline_of


def _words(item: Item) -> str:
    event = item.event
    said = " ".join([event.text, *(f"[{card['title']} – {card['line']}]" for card in event.cards)])
    if event.kind == event.Kind.QUESTION:
        return _("%(name)s asks: %(words)s") % {"name": event.name, "words": said}
    return f"{event.name}: {said}"


def _picture(item: Item) -> str:
    shows = {"name": item.event.name, "shows": item.event.text or "–"}
    return _("%(name)s: [Picture: %(shows)s]") % shows


def _voice(item: Item) -> str:
    said = {"name": item.event.name, "length": item.lasts, "words": item.words or _("no text yet")}
    return _("%(name)s: [Voice clip, %(length)s: %(words)s]") % said


def _slide(item: Item) -> str:
    slide = item.event.slide
    return _("[Slide: %(shows)s]") % {"shows": slide.description if slide else "–"}


def _notice(item: Item) -> str:
    is_begin = item.event.kind == item.event.Kind.OPENED
    return _("[The class begins.]") if is_begin else _("[The class is over.]")


def _poll(item: Item) -> str:
    options = " / ".join((item.event.more or {}).get("options", []))
    return _("%(name)s asks: %(words)s") % {
        "name": item.event.name,
        "words": f"{item.event.text} ({options})",
    }


def _result(item: Item) -> str:
    votes = ", ".join(f"{option}: {count}" for option, count in item.votes)
    return _("[The poll is over: %(votes)s]") % {"votes": votes or "–"}


#: By the shape of replay_timeline.SHAPES; what is not here is written as its text.
LINES: dict[str, Callable[[Item], str]] = {
    "words": _words,
    "slide": _slide,
    "notice": _notice,
    "poll": _poll,
    "picture": _picture,
    "voice": _voice,
    "result": _result,
}


def replay_text(live_class: LiveClass, *, title: str) -> str:
    """Return all words in their order with their moments, the transcript of the recording last."""
    lines = [title, ""]
    for item in timeline_of(live_class).items:
        write = LINES.get(item.shape, lambda item: item.event.text)
        lines.append(f"{clock_of(item.at_ms)} {write(item)}")
    recording = recording_of(live_class)
    if recording is not None:
        lines += ["", _("What is said in the recording"), "", recording.transcript.strip()]
    return "\n".join(lines) + "\n"
