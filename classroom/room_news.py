"""Lets whoever waits for a room know that something happened there; a hint, never the news itself.

The table is the truth: a hint that is lost costs the moment until the next look, and nothing else.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from functools import cache

import redis
from django.conf import settings

CHANNEL = "wellread.rooms"
# The sender waits for this after the commit: a broker that is away must not keep them long.
BROKER_TIMEOUT_S = 0.3

#: Called with the id of a room, from any thread.
waiting: set[Callable[[int], None]] = set()
log = logging.getLogger("wellread.room")


def tell(room_id: int) -> None:
    """Wake who listens to the room, in this process and, where there is Redis, in the others."""
    for wake in list(waiting):
        with suppress(RuntimeError):  # its loop is closed: nobody waits there any more
            wake(room_id)
    if settings.REDIS_URL:
        try:
            _broker().publish(CHANNEL, room_id)
        except redis.RedisError as error:
            log.warning("Redis was not told of a room: %s", type(error).__name__)


@cache
def _broker() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=BROKER_TIMEOUT_S,
        socket_connect_timeout=BROKER_TIMEOUT_S,
    )
