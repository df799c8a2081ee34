"""Numbers that operations watch; every package adds its own, none may say anything about a person."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Gauge:
    """One number, read when it is asked for."""

    name: str
    help: str
    read: Callable[[], float]


_gauges: dict[str, Gauge] = {}


def register_gauge(*, name: str, help: str, read: Callable[[], float]) -> None:
    """Add a number under `wellread_<name>`; the same name again replaces it."""
    _gauges[name] = Gauge(name=name, help=help, read=read)


def registered_gauges() -> list[Gauge]:
    """Return every gauge by name."""
    return [_gauges[name] for name in sorted(_gauges)]
