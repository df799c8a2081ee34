"""What `make run` starts and prints, apart from the site itself."""

import http.server
import threading

import pytest

from ops.preflight import Place
from ops.serve import (
    answers,
    children_of,
    greeting,
    last_lines,
    network_notice,
    qr_text,
    take_worker_lock,
)


@pytest.fixture
def local(tmp_path):
    return Place(bind="127.0.0.1", port=8123, data_dir=tmp_path)


@pytest.fixture
def opened(tmp_path, monkeypatch):
    for module in ("preflight", "serve"):
        monkeypatch.setattr(f"ops.{module}.network_host", lambda place: "192.168.1.20")
    return Place(bind="0.0.0.0", port=8123, data_dir=tmp_path)


@pytest.fixture
def site(tmp_path):
    """A server that answers /readyz with the status it is told."""

    class Handler(http.server.BaseHTTPRequestHandler):
        status = 200

        def do_GET(self):
            self.send_response(self.status if self.path == "/readyz" else 599)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Handler, Place(bind="127.0.0.1", port=server.server_port, data_dir=tmp_path)
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("status", "ready"), [(200, True), (301, True), (400, True), (503, False)])
def test_site_is_ready_when_it_answers_without_failure(site, status, ready):
    handler, place = site
    handler.status = status

    assert answers(place, env={}) is ready


def test_site_that_does_not_listen_is_not_ready(local):
    assert answers(Place(bind="127.0.0.1", port=1, data_dir=local.data_dir), env={}) is False


def test_greeting_names_every_address_and_the_tour(local):
    text = greeting(local, env={"BASE_URL": "https://clinic.example"}, tour="Ten minutes: ...")

    for address in ("/\n", "/admin/\n", "/api/docs\n"):
        assert f"http://127.0.0.1:8123{address}" in text
    assert "Ten minutes: ..." in text
    assert str(local.data_dir / "logs") in text


def test_notice_is_silent_for_this_machine_alone(local):
    assert network_notice(local, env={"BASE_URL": local.local_url}) == ""


def test_notice_warns_and_draws_the_network_address(opened):
    env = {"BASE_URL": "http://192.168.1.20:8123"}

    text = network_notice(opened, env=env)

    assert text.startswith("Careful: the demo is open to the local network.")
    assert "http://192.168.1.20:8123/\n" in text
    assert qr_text("http://192.168.1.20:8123/") in text
    said = greeting(opened, env=env, tour="")
    assert "http://192.168.1.20:8123/admin/" in said
    assert text in said


def test_qr_code_is_square_and_depends_on_the_address():
    drawn = qr_text("http://192.168.1.20:8123/")
    lines = drawn.splitlines()

    assert {len(line) for line in lines} == {len(lines[0])}
    assert len(lines) == (len(lines[0]) + 1) // 2
    assert set(drawn) <= set(" █▀▄\n")
    assert drawn != qr_text("http://192.168.1.21:8123/")


def test_second_start_on_the_same_data_does_not_get_the_worker(local):
    first = take_worker_lock(local.data_dir)

    assert take_worker_lock(local.data_dir) is None
    assert len(children_of(local, env={}, with_worker=False)) == 1

    first.close()
    again = take_worker_lock(local.data_dir)
    assert again is not None
    again.close()


def test_web_listens_where_it_was_told(local):
    web, worker = children_of(local, env={"A": "b"})

    assert web.command[web.command.index("--port") + 1] == "8123"
    assert web.command[web.command.index("--host") + 1] == "127.0.0.1"
    assert worker.command[worker.command.index("-A") + 1] == "config"
    assert web.env == worker.env == {"A": "b"}
    assert {web.log.parent, worker.log.parent} == {local.data_dir / "logs"}


def test_last_lines_are_the_end_of_the_log(tmp_path):
    log = tmp_path / "web.log"
    log.write_text("".join(f"line {number}\n" for number in range(100)))

    assert last_lines(log).splitlines()[0] == "line 88"
    assert last_lines(log).splitlines()[-1] == "line 99"
    assert last_lines(tmp_path / "missing.log") == ""
