"""Looks at what a start needs from the machine (port, folder, address) before any long work."""

import errno
import ipaddress
import os
import socket
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_BIND = "127.0.0.1"
DEFAULT_PORT = 8000


class Refused(Exception):
    """A start that cannot work; its text is the one line a person reads, with the cure in it."""


@dataclass(frozen=True)
class Place:
    """Where this start listens and where it writes."""

    bind: str
    port: int
    data_dir: Path

    @property
    def is_open_to_the_network(self) -> bool:
        """Tell whether other machines can reach it: any address but loopback counts as open."""
        try:
            return not ipaddress.ip_address(self.bind).is_loopback
        except ValueError:
            return self.bind != "localhost"

    @property
    def local_url(self) -> str:
        """Return the address this machine itself uses."""
        return f"http://{_in_url(self.probe_host)}:{self.port}"

    @property
    def probe_host(self) -> str:
        """Return a host under which this machine reaches the server."""
        if self.bind in ("0.0.0.0", ""):
            return "127.0.0.1"
        return "::1" if self.bind == "::" else self.bind


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def place_of(environ: Mapping[str, str]) -> Place:
    """Return the place that BIND, PORT and DATA_DIR name; raises Refused for a PORT that is none."""
    given = environ.get("PORT") or str(DEFAULT_PORT)
    if not (given.isascii() and given.isdigit() and 1 <= int(given) <= 65535):
        raise Refused(
            f"PORT={given} is not a port: give a number from 1 to 65535, as in PORT=8001 make run"
        )
    data_dir = Path(environ.get("DATA_DIR") or ROOT / "var").expanduser()
    return Place(
        bind=environ.get("BIND") or DEFAULT_BIND,
        port=int(given),
        data_dir=data_dir.resolve(),
    )


def check_port(place: Place) -> None:
    """Raise Refused when nothing could listen at the place now."""
    try:
        error = _try_to_listen(place.bind, place.port)
    except OSError:
        raise Refused(
            f"BIND={place.bind} is not an address of this machine: "
            "leave it out, or use BIND=0.0.0.0 make run to open the demo to the local network"
        ) from None
    if error:
        raise Refused(_port_line(bind=place.bind, port=place.port, error=error))


def _try_to_listen(bind: str, port: int) -> OSError | None:
    """Return why nothing can listen there, or None; raises OSError for an unknown address."""
    family, kind, proto, _, address = socket.getaddrinfo(
        bind, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with socket.socket(family, kind, proto) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            # Two sockets may share an address until one listens, so only listening tells.
            probe.listen(1)
        except OSError as error:
            return error
    return None


def _port_line(*, bind: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        others = (*range(port + 1, min(port + 50, 65536)), *range(8001, 8050))
        other = next((number for number in others if not _try_to_listen(bind, number)), 8001)
        return (
            f"Port {port} is taken by another program: choose another, as in PORT={other} make run"
        )
    if error.errno == errno.EACCES:
        return f"Port {port} is not yours to use: choose one above 1023, as in PORT=8000 make run"
    return (
        f"Nothing can listen on {bind} port {port} ({error.strerror}): "
        "leave BIND out, or name an address of this machine"
    )


def check_data_dir(data_dir: Path) -> None:
    """Create the data folder and write in it once; raises Refused when that cannot be done."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=data_dir, prefix=".writable-"):
            pass
    except OSError as error:
        raise Refused(
            f"DATA_DIR {data_dir} cannot be written ({error.strerror}): "
            "name a folder you may write to, as in DATA_DIR=~/wellread make run"
        ) from None


def check_place(environ: Mapping[str, str]) -> Place:
    """Return the place after all checks; raises Refused with one line for the first that fails."""
    place = place_of(environ)
    check_port(place)
    check_data_dir(place.data_dir)
    return place


def lan_address() -> str | None:
    """Return this machine's address in its local network, or None when it has none.

    Connecting a datagram socket sends nothing; it only asks the system which of its own
    addresses it would use. The target is a documentation address.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            address = probe.getsockname()[0]
        except OSError:
            return None
    parsed = ipaddress.ip_address(address)
    return None if parsed.is_loopback or parsed.is_unspecified else address


def child_environment(place: Place, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of web and worker: what was given, completed for this place.

    A demo opened to the network answers there too, under plain HTTP, unless ALLOWED_HOSTS or
    BASE_URL were given, which then stand as they are.
    """
    completed = dict(environ)
    completed["PORT"], completed["BIND"] = str(place.port), place.bind
    completed["DATA_DIR"] = str(place.data_dir)
    completed.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    completed.setdefault("PYTHONUNBUFFERED", "1")
    # The worker runs as whoever started it; its warning about root would only frighten.
    completed.setdefault("C_FORCE_ROOT", "1")
    if os.name == "posix":
        completed.setdefault("LC_CTYPE", "C.UTF-8")
    host = network_host(place)
    completed.setdefault(
        "BASE_URL", f"http://{_in_url(host)}:{place.port}" if host else place.local_url
    )
    if host:
        names = {"127.0.0.1", "localhost", "[::1]", _in_url(host), socket.gethostname()}
        completed.setdefault("ALLOWED_HOSTS", ",".join(sorted(names)))
    return completed


def network_host(place: Place) -> str | None:
    """Return the host others reach this place under, or None when it is not open or unknown."""
    if not place.is_open_to_the_network:
        return None
    return lan_address() if place.bind in ("0.0.0.0", "::", "") else place.bind
