"""Which function brings about which kind of effect; it knows no kind by itself."""

from collections.abc import Callable
from dataclasses import dataclass

from outbox.models import Effect

Handler = Callable[[Effect], None]


class Refused(Exception):
    """The world said no for good: the effect becomes a dead letter without another attempt."""


class NotNow(Exception):
    """The world asks for time: the next attempt comes no earlier than `wait_s` seconds from now."""

    def __init__(self, *words: object, wait_s: float = 0):
        super().__init__(*words)
        self.wait_s = wait_s


@dataclass(frozen=True)
class Handling:
    """How a kind is handled.

    With `outside` False the handler's database work and the note that it is done are one
    transaction, so its result exists once. With `outside` True it acts on the world (a mail, a
    request): it runs outside a transaction, at least once, and must carry the effect's stable key.
    `lease_s` is longer than the handler may ever take. `waits_s` are the seconds between attempts,
    one more attempt than waits; empty is what the outbox does for everything. `wanted`, for news
    alone, says whether anybody listens now.
    """

    handler: Handler
    outside: bool
    lease_s: int
    waits_s: tuple[int, ...] = ()
    wanted: Callable[[], bool] | None = None


_handlings: dict[str, Handling] = {}
_news: set[str] = set()


def handles(
    kind: str,
    *,
    outside: bool = False,
    lease_s: int = 120,
    waits_s: tuple[int, ...] = (),
    wanted: Callable[[], bool] | None = None,
) -> Callable[[Handler], Handler]:
    """Decorate the one function that handles effects of that kind."""

    def register(handler: Handler) -> Handler:
        known = _handlings.get(kind)
        if known is not None and known.handler.__qualname__ != handler.__qualname__:
            raise ValueError(f"Effects of kind {kind} have a handler already.")
        _handlings[kind] = Handling(
            handler=handler, outside=outside, lease_s=lease_s, waits_s=waits_s, wanted=wanted
        )
        return handler

    return register


def handling_of(kind: str) -> Handling | None:
    """Return how a kind is handled, or None where nobody handles it."""
    return _handlings.get(kind)


def declare_news(*kinds: str) -> None:
    """Say that effects of these kinds are news: they are kept whether or not anybody handles them.

    News without a handler is written as done, so no worker sees it and it never becomes a dead
    letter. Once a handler is registered, what comes from then on waits for it.
    """
    _news.update(kinds)


def is_news_for_nobody(kind: str) -> bool:
    """Tell whether a kind is news that nobody handles, or whose handler says nobody listens now."""
    if kind not in _news:
        return False
    handling = _handlings.get(kind)
    return handling is None or (handling.wanted is not None and not handling.wanted())


def waits_by_kind() -> dict[str, tuple[int, ...]]:
    """Return the waits of every kind that has its own."""
    return {kind: handling.waits_s for kind, handling in _handlings.items() if handling.waits_s}


def handled_kinds() -> list[str]:
    """Return every kind that has a handler, sorted."""
    return sorted(_handlings)
