"""Keeps one browser or one address from flooding ingest; it knows nobody and stores nothing."""

import ipaddress
import math
import threading
import time
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings

MAX_KEYS = 50_000


@dataclass(frozen=True, slots=True)
class Limit:
    """How many events may come at once, and how many more a second in the long run."""

    burst: float
    per_second: float


# A reader makes about one event a second. A family, a ward or a waiting room shares one address,
# so that limit is far above one reader's. Requests of this machine itself usually come from a
# proxy that nobody declared in TRUSTED_PROXIES: then one address stands for every reader there is.
VISITOR_LIMIT = Limit(burst=6_000, per_second=20)
ADDRESS_LIMIT = Limit(burst=30_000, per_second=100)
LOOPBACK_LIMIT = Limit(burst=300_000, per_second=1_000)


class Buckets:
    """Leaky buckets by key, held in this process, so that a limit costs no query and no disk."""

    def __init__(self) -> None:
        self._levels: dict[object, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def wait_s(self, key: object, *, limit: Limit) -> int:
        """Return the seconds to wait until one more event fits, 0 when it fits now."""
        level = self._level(key, limit=limit, now=time.monotonic())
        over = level - (limit.burst - 1)
        return math.ceil(over / limit.per_second) if over > 0 else 0

    def charge(self, key: object, *, limit: Limit, events: int) -> None:
        """Count that many events."""
        now = time.monotonic()
        with self._lock:
            level = self._level(key, limit=limit, now=now)
            if len(self._levels) >= MAX_KEYS:
                self._levels.clear()  # generous: an attack with that many keys costs us no memory
            self._levels[key] = (level + events, now)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._levels.clear()

    def _level(self, key: object, *, limit: Limit, now: float) -> float:
        level, at = self._levels.get(key, (0.0, now))
        return max(0.0, level - (now - at) * limit.per_second)


buckets = Buckets()


def address_of(*, peer: str, forwarded_for: str) -> str:
    """Return the address that sent a request, as far as the declared proxies can be trusted."""
    proxies = settings.TRUSTED_PROXIES
    if proxies:
        hops = [hop.strip() for hop in forwarded_for.split(",")]
        if len(hops) >= proxies and hops[-proxies]:
            return hops[-proxies]
    return peer


@lru_cache(maxsize=4096)
def limited_address(address: str) -> tuple[str, Limit]:
    """Return what an address is counted under (IPv6 by its /64) and its limit."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:64], ADDRESS_LIMIT
    if parsed.is_loopback:
        return "loopback", LOOPBACK_LIMIT
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False)), ADDRESS_LIMIT
    return address, ADDRESS_LIMIT
