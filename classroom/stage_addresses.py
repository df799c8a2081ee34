"""Says which addresses a host may put on a stage, and their origin; browsers go there, never we."""

import re
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from outbox.safe_addresses import LONGEST, NAME, THIS_MACHINE, reaches_this_machine

#: What could end a directive of a page's security policy, or an attribute, is in no address.
SIGNS = re.compile(r"[!-~]+")
FORBIDDEN = frozenset("\"'<>;\\^`{|}")


class NotAnAddress(ValueError):
    """The message says what to write in its place."""

    def __init__(self, words: str | Promise):
        super().__init__(words)
        self.words = words


def checked_address(address: str) -> str:
    """An https address of the web without user, in plain signs; raises NotAnAddress."""
    address = address.strip()
    if not SIGNS.fullmatch(address) or FORBIDDEN & set(address) or len(address) > LONGEST:
        raise NotAnAddress(_("This is no web address. Write it as in https://host/path."))
    try:
        parts = urlsplit(address)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        raise NotAnAddress(_("This is no web address. Write it as in https://host/path.")) from None
    if "@" in parts.netloc:
        raise NotAnAddress(_("The address may hold no user name and no password."))
    if host in THIS_MACHINE and reaches_this_machine():
        return address
    if parts.scheme != "https":
        raise NotAnAddress(_("The address must begin with https://."))
    if not NAME.fullmatch(host) or port == 0:
        raise NotAnAddress(_("Name a host of the web, with a dot and in plain letters."))
    return address


def origin_of(address: str) -> str:
    """Scheme, host and port of an address that was checked."""
    parts = urlsplit(address)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}"
