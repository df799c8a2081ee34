"""Says which web addresses named by a user anything may be posted to; it connects to none.

An address that leads into the clinic's own network would let whoever names it knock on doors there.
"""

import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

LONGEST = 500
#: Names of the web alone: with a dot, in ASCII, and with an end that is no number. So no IP address
#: is one, however it is written.
NAME = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,62}")
THIS_MACHINE = {"localhost", "127.0.0.1"}
#: Ranges that Python counts as global in some versions, and that no website has.
NOT_THE_WEB = [
    ipaddress.ip_network(found)
    for found in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "224.0.0.0/3",
        "2001::/23",  # Teredo and other protocols' own
        "2002::/16",  # 6to4
        "3fff::/20",
    )
]
THE_WEB_6 = ipaddress.ip_network("2000::/3")
NAT64 = ipaddress.ip_network("64:ff9b::/96")

WORDS = {
    "form": _("This is no web address that can be posted to. Write it as in https://host/path."),
    "https": _("The address must begin with https://, so that nobody reads on the way."),
    "user": _("The address may hold no user name and no password."),
    "fragment": _("The address may have no # in it."),
    "port": _("The address may name no port: https uses 443."),
    "host": _("Name a host of the public web, with a dot and in plain letters, and no IP number."),
    "nowhere": _("The name of this host leads nowhere now. See that it is right, then try again."),
    "private": _(
        "This host lies in a private network. Only hosts of the public web are posted to."
    ),
}


class AddressRefused(ValueError):
    """Nothing may be posted there; `code` says why, and the message tells a reader."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code

    def __str__(self) -> str:
        return str(WORDS[self.code])


@dataclass(frozen=True)
class Target:
    """An address in its parts; `path` begins with a slash and holds the query."""

    scheme: str
    host: str
    port: int
    path: str


def reaches_this_machine() -> bool:
    """Whether this machine's own doors may be posted to: in development, and where it was asked for."""
    return settings.DEBUG and settings.WEBHOOKS_TO_THIS_MACHINE


def parsed(address: str) -> Target:
    """Return the parts of an address; raises AddressRefused for a form that is not posted to."""
    # urlsplit drops tabs and line ends silently; others read a backslash as a slash.
    if len(address) > LONGEST or any(not "!" <= sign <= "~" or sign == "\\" for sign in address):
        raise AddressRefused("form")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise AddressRefused("form") from None
    host = (parts.hostname or "").lower()
    if parts.scheme not in ("http", "https") or not host:
        raise AddressRefused("form")
    if "@" in parts.netloc:
        raise AddressRefused("user")
    if "#" in address:
        raise AddressRefused("fragment")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    usual = 443 if parts.scheme == "https" else 80
    if host in THIS_MACHINE and reaches_this_machine():
        return Target(scheme=parts.scheme, host=host, port=port or usual, path=path)
    if parts.scheme != "https" and not settings.DEBUG:
        raise AddressRefused("https")
    if port not in (None, usual):
        raise AddressRefused("port")
    if not NAME.fullmatch(host):
        raise AddressRefused("host")
    return Target(scheme=parts.scheme, host=host, port=usual, path=path)


def addresses_of(target: Target) -> list[str]:
    """Resolve a host once; raises AddressRefused unless every address of it is on the public web.

    Whoever connects must use one of these, and not resolve the name again.
    """
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise AddressRefused("nowhere") from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not addresses:
        raise AddressRefused("nowhere")
    if not all(_may_be_reached(address) for address in addresses):
        raise AddressRefused("private")
    return addresses


def _may_be_reached(address: str) -> bool:
    if is_public(address):
        return True
    try:
        return reaches_this_machine() and ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public web; what is mapped inside it is looked at, too."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found.scope_id:
            return False
        if found.ipv4_mapped:
            return is_public(str(found.ipv4_mapped))
        if found in NAT64:
            return is_public(str(ipaddress.IPv4Address(found.packed[-4:])))
        if found not in THE_WEB_6:
            return False
    odd = found.is_multicast or found.is_reserved or found.is_unspecified or found.is_loopback
    if odd or found.is_private or found.is_link_local or not found.is_global:
        return False
    return not any(found in network for network in NOT_THE_WEB)
