"""What may be posted to at all, when it is named and when it is connected to, against real servers."""

import contextlib
import datetime
import ipaddress
import socket
import ssl
import threading

import pytest
import time_machine
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from outbox import safe_posting
from outbox.safe_addresses import AddressRefused, addresses_of, is_public, parsed
from outbox.safe_posting import NotReached, post_safely, read_safely, seconds_of
from tests.outbox.gateway import Gateway

HOST = "hooks.example.org"


@pytest.fixture
def resolved(monkeypatch):
    """Answer for the world's name servers: each call takes the next list of addresses."""

    def put(*answers: list[str]):
        calls = []

        def answer(host, port, *args, **kwargs):
            with contextlib.suppress(ValueError):  # a connection names the number it goes to
                ipaddress.ip_address(host)
                return real(host, port, *args, **kwargs)
            calls.append(host)
            found = answers[min(len(calls), len(answers)) - 1]
            return [entry for one in found for entry in real(one, port, *args, **kwargs)]

        real = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", answer)
        return calls

    return put


@pytest.fixture
def at_home(settings):
    """Let this machine be posted to, as in development."""
    settings.DEBUG = settings.WEBHOOKS_TO_THIS_MACHINE = True


@contextlib.contextmanager
def serving(server: Gateway):
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def server():
    with serving(Gateway([])) as running:
        yield running


def post(address: str) -> int:
    return post_safely(address, body=b"{}", headers={"X-Own": "1"}).status


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://hooks.example.org/a", "https"),
        ("https://user:pass@hooks.example.org/", "user"),
        ("https://hooks.example.org@10.0.0.1/", "user"),
        ("https://hooks.example.org:8443/", "port"),
        ("https://hooks.example.org:22/", "port"),
        ("https://hooks.example.org:99999/", "form"),
        ("https://hooks.example.org/#a", "fragment"),
        ("https://hooks.example.org/\t", "form"),
        ("https://hooks.example.org\\@10.0.0.1/", "form"),
        ("https://１２７.0.0.1/", "form"),
        ("https:///a", "form"),
        ("ftp://hooks.example.org/", "form"),
        ("//hooks.example.org/", "form"),
        ("https://hooks.example.org/" + "a" * 500, "form"),
        ("https://localhost/", "host"),
        ("https://intranet/", "host"),
        ("https://hooks.example.org./", "host"),
        ("https://127.0.0.1/", "host"),
        ("https://8.8.8.8/", "host"),
        ("https://2130706433/", "host"),
        ("https://0x7f000001/", "host"),
        ("https://0177.0.0.1/", "host"),
        ("https://0x7f.0.0.0x1/", "host"),
        ("https://127.1/", "host"),
        ("https://[::1]/", "host"),
        ("https://[::ffff:127.0.0.1]/", "host"),
        ("https://%31%32%37.0.0.1/", "host"),
    ],
)
def test_forms_that_are_refused_before_any_name_is_looked_up(settings, resolved, address, code):
    settings.DEBUG = False
    calls = resolved(["8.8.8.8"])
    with pytest.raises(AddressRefused) as refusal:
        parsed(address)
    assert refusal.value.code == code
    assert calls == []


def test_parts_of_a_good_address(settings):
    settings.DEBUG = False
    found = parsed("https://Hooks.Example.org/in?a=1")
    assert (found.host, found.port, found.path) == (HOST, 443, "/in?a=1")
    assert parsed(f"https://{HOST}:443").path == "/"


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.8.8.8", "169.254.169.254",
        "172.16.0.1", "172.31.255.255", "192.0.0.9", "192.0.2.1", "192.88.99.1", "192.168.1.1",
        "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1",
        "255.255.255.255", "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "64:ff9b::a00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:a00:1::",
        "fc00::1", "fd12::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "nonsense",
    ],
)  # fmt: skip
def test_addresses_that_are_not_of_the_public_web(address):
    assert is_public(address) is False


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1", "::ffff:8.8.8.8", "64:ff9b::808:808"],
)
def test_addresses_of_the_public_web(address):
    assert is_public(address) is True


@pytest.mark.parametrize("found", [["10.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::1", "8.8.8.8"]])
def test_one_private_address_among_others_refuses_the_name(settings, resolved, found):
    settings.DEBUG = False
    resolved(found)
    with pytest.raises(AddressRefused) as refusal:
        addresses_of(parsed(f"https://{HOST}/"))
    assert refusal.value.code == "private"


def test_this_machine_is_refused_in_production_whatever_is_set(settings, server):
    settings.DEBUG, settings.WEBHOOKS_TO_THIS_MACHINE = False, True
    for address in (f"http://127.0.0.1:{server.server_port}/", "https://localhost/"):
        with pytest.raises(AddressRefused):
            post(address)
    assert server.taken == []


def test_a_name_that_leads_elsewhere_by_now_is_refused_when_connected_to(
    settings, resolved, server
):
    settings.DEBUG = False
    calls = resolved(["8.8.8.8"], ["127.0.0.1"])
    addresses_of(parsed(f"https://{HOST}/"))  # when it was saved
    with pytest.raises(AddressRefused):
        post(f"https://{HOST}/")
    assert calls == [HOST, HOST]
    assert server.taken == []


def test_the_status_comes_back_and_no_redirect_is_followed(at_home, server):
    server.answers = [302, 500, 410, 204]
    address = f"http://127.0.0.1:{server.server_port}/in?key=1"
    assert [post(address) for _ in range(4)] == [302, 500, 410, 204]
    assert len(server.taken) == 4


def certificate_for(host: str, folder) -> tuple[str, str]:
    """A certificate of its own for a host, and its key, as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, secret = folder / "certificate.pem", folder / "key.pem"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return str(pem), str(secret)


@pytest.fixture
def secured(tmp_path, monkeypatch, at_home):
    """A server with the certificate of HOST, which this process trusts, and the names it was asked for."""
    pem, key = certificate_for(HOST, tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)
    names = []
    context.sni_callback = lambda sock, name, ctx: names.append(name)
    running = Gateway([])
    running.socket = context.wrap_socket(running.socket, server_side=True)
    monkeypatch.setenv("SSL_CERT_FILE", pem)
    monkeypatch.setattr(safe_posting, "parsed", at_port(running.server_port))
    with serving(running):
        running.names = names
        yield running


def at_port(port: int):
    """The parts of an address, with the port that the test's server has in place of 443."""

    def with_port(address: str):
        found = parsed(address)
        return type(found)(scheme=found.scheme, host=found.host, port=port, path=found.path)

    return with_port


def test_the_address_that_was_checked_is_connected_to_under_the_hosts_name(secured, resolved):
    calls = resolved(["127.0.0.1"], ["10.0.0.1"])
    assert post(f"https://{HOST}/in") == 200
    assert calls == [HOST]  # once: what the name leads to afterwards changes nothing
    (headers, body) = secured.taken[0]
    assert headers["Host"].split(":")[0] == HOST
    assert body == b"{}"
    assert secured.names == [HOST]


def test_a_certificate_of_another_name_is_not_taken(secured, resolved):
    resolved(["127.0.0.1"])
    with pytest.raises(NotReached) as problem:
        post("https://other.example.org/in")
    assert problem.value.code == "certificate"
    assert secured.taken == []


def test_a_host_that_never_ends_its_answer_is_left(at_home, monkeypatch):
    monkeypatch.setattr(safe_posting, "WHOLE_S", 0.3)
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip():
            taken, _ = listening.accept()
            with taken, contextlib.suppress(OSError):
                taken.sendall(b"HTTP/1.1 200 OK\r\n")
                while not stop.wait(0.05):
                    taken.sendall(b"X: y\r\n")

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        try:
            with pytest.raises(NotReached) as problem:
                post(f"http://127.0.0.1:{listening.getsockname()[1]}/?key=hidden")
        finally:
            stop.set()
            thread.join()
    assert str(problem.value) == "time"  # and not the address


def test_nobody_there_and_no_http(at_home):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(NotReached) as problem:
        post(f"http://127.0.0.1:{port}/")
    assert problem.value.code == "connection"


def test_short_answer_is_read_and_a_long_one_is_none(at_home, server, monkeypatch):
    def answer(handler, body=b"x" * 10):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    monkeypatch.setattr(server.RequestHandlerClass, "do_GET", answer)
    address = f"http://127.0.0.1:{server.server_port}/"
    assert read_safely(address, at_most=10).body == b"x" * 10
    with pytest.raises(NotReached, match="answer"):
        read_safely(address, at_most=9)


def test_nothing_is_read_from_a_private_network(resolved):
    resolved(["10.0.0.1"])
    with pytest.raises(AddressRefused, match="private"):
        read_safely(f"https://{HOST}/", at_most=10)


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        (None, 0),
        ("", 0),
        ("0", 0),
        (" 120 ", 120),
        ("9" * 400, 86_400),
        ("-5", 0),
        ("1.5", 0),
        ("\u0665", 0),
        ("soon", 0),
        ("Fri, 20 Nov 2026 12:02:00 GMT", 120),
        ("Fri, 20 Nov 2026 11:00:00 GMT", 0),
        ("Fri, 20 Nov 2099 12:00:00 GMT", 86_400),
        ("Fri, 99 Nov 2026 12:00:00 GMT", 0),
    ],
)
def test_a_host_is_left_alone_for_as_long_as_it_asks_and_a_day_at_most(asked, seconds):
    with time_machine.travel(datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC), tick=False):
        assert seconds_of(asked) == seconds
