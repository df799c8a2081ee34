"""Sends bodies over kept connections with as little work of its own as possible, and times each answer."""

import socket
import threading
import time
from dataclasses import dataclass, field

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@dataclass
class Load:
    """What sending came to: seconds in all, and those each answer took."""

    seconds: float = 0.0
    answers: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def percentile_ms(self, percent: int) -> float:
        """The milliseconds within which that many of a hundred answers came."""
        ordered = sorted(self.answers)
        return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] * 1000


def send_all(port: int, *, path: str, bodies: list[bytes], clients: int) -> Load:
    """Send every body, each client one after the other; raises RuntimeError at a wrong answer."""
    load = Load()
    requests = [_request(path, body) for body in bodies]

    def work(place: int) -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as link:
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for request in requests[place::clients]:
                began = time.perf_counter()
                link.sendall(request)
                answer = _answer(link)
                load.answers.append(time.perf_counter() - began)
                if not answer.startswith(b"HTTP/1.1 200") or b"dropped" in answer:
                    load.failures.append(f"{path}: {answer[:300]!r}")

    threads = [threading.Thread(target=work, args=(place,)) for place in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    load.seconds = time.perf_counter() - began
    if load.failures or len(load.answers) != len(bodies):
        raise RuntimeError(next(iter(load.failures), f"{path}: a client came to no end"))
    return load


def _request(path: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: {AGENT}\r\n"
        f"Accept-Language: en\r\nOrigin: http://127.0.0.1\r\nContent-Type: text/plain\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _answer(link: socket.socket) -> bytes:
    answer = b""
    while (end := answer.find(b"\r\n\r\n")) < 0:
        answer += _more(link)
    length = answer[:end].lower().split(b"content-length:")[1].split(b"\r\n")[0]
    while len(answer) < end + 4 + int(length):
        answer += _more(link)
    return answer


def _more(link: socket.socket) -> bytes:
    part = link.recv(65536)
    if not part:
        raise RuntimeError("the server hung up")
    return part
