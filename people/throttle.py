"""Counts requests by address and overall in the shared cache, to slow floods down; it stores no address."""

import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac


class Throttled(Exception):
    """Too many; `retry_after_s` says when the window ends."""

    def __init__(self, retry_after_s: int):
        super().__init__()
        self.retry_after_s = retry_after_s


def address_of(request: HttpRequest) -> str:
    """Return the client's network address, past as many proxies as are trusted."""
    direct = request.META.get("REMOTE_ADDR", "")
    proxies = settings.TRUSTED_PROXIES
    if not proxies:
        return direct
    forwarded = [
        part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part
    ]
    return forwarded[-proxies] if len(forwarded) >= proxies else direct


def count_request(
    request: HttpRequest, *, name: str, an_address: int, in_all: int, window_s: int = 60
) -> None:
    """Count one request; raises Throttled beyond either limit in a window of up to 300 s.

    A cache that is away counts nothing: a limit must not take the site down with it.
    """
    address = salted_hmac("people.throttle", address_of(request), algorithm="sha256").hexdigest()
    _count(f"{name}:{address[:32]}", an_address, window_s)
    _count(f"{name}:all", in_all, window_s)


def _count(name: str, most: int, window_s: int) -> None:
    window = int(time.time() // window_s)
    key = f"throttle:{name}:{window}"
    try:
        cache.add(key, 0, timeout=2 * window_s)
        count = cache.incr(key)
    except Exception:
        return
    if count > most:
        raise Throttled(retry_after_s=int((window + 1) * window_s - time.time()) + 1)
