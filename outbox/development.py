"""Says whether pages for development alone may be shown: DEBUG on, and a host no stranger reaches."""

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings


def is_private_development() -> bool:
    """Tell whether DEBUG is on and BASE_URL names this machine or a private network."""
    if not settings.DEBUG:
        return False
    host = urlsplit(settings.BASE_URL).hostname or ""
    if host in {"localhost", "testserver"}:
        return True
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False
