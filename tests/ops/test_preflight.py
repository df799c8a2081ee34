"""What a start needs from the machine, on real sockets and folders."""

import socket

import pytest

from ops.preflight import (
    ROOT,
    Place,
    Refused,
    check_data_dir,
    check_place,
    check_port,
    child_environment,
    lan_address,
    place_of,
)


@pytest.fixture
def taken_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


@pytest.fixture
def free_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


def place(tmp_path, *, bind="127.0.0.1", port=8000):
    return Place(bind=bind, port=port, data_dir=tmp_path)


def test_place_defaults_to_this_machine_only():
    assert place_of({}) == Place(bind="127.0.0.1", port=8000, data_dir=ROOT / "var")


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1", "80.5", "٨٠"])
def test_place_refuses_what_is_no_port(port):
    with pytest.raises(Refused, match=r"give a number from 1 to 65535, as in PORT=8001 make run$"):
        place_of({"PORT": port})


def test_taken_port_is_refused_with_one_that_is_free(tmp_path, taken_port):
    with pytest.raises(Refused) as refused:
        check_port(place(tmp_path, port=taken_port))

    line = str(refused.value)
    assert line.startswith(f"Port {taken_port} is taken by another program: ")
    assert "\n" not in line
    proposed = int(line.partition("PORT=")[2].partition(" ")[0])
    assert line.endswith(f"PORT={proposed} make run")
    check_port(place(tmp_path, port=proposed))


def test_port_taken_on_one_address_is_taken_for_all_addresses(tmp_path, taken_port):
    with pytest.raises(Refused, match="is taken"):
        check_port(place(tmp_path, bind="0.0.0.0", port=taken_port))


def test_free_port_passes_and_stays_free(tmp_path, free_port):
    check_port(place(tmp_path, port=free_port))
    check_port(place(tmp_path, port=free_port))


@pytest.mark.parametrize("bind", ["192.0.2.77", "no-such-host.invalid"])
def test_address_of_another_machine_is_refused(tmp_path, bind, free_port):
    with pytest.raises(Refused, match="address of this machine") as refused:
        check_port(place(tmp_path, bind=bind, port=free_port))

    assert bind in str(refused.value)


def test_data_dir_is_created_and_left_empty(tmp_path):
    check_data_dir(tmp_path / "a" / "b")

    assert list((tmp_path / "a" / "b").iterdir()) == []


def test_data_dir_under_a_file_is_refused(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(
        Refused, match=r"cannot be written \(Not a directory\): .* DATA_DIR="
    ) as refused:
        check_data_dir(tmp_path / "file" / "data")

    assert "\n" not in str(refused.value)


def test_port_is_checked_before_the_folder(tmp_path, taken_port):
    with pytest.raises(Refused, match="is taken"):
        check_place({"PORT": str(taken_port), "DATA_DIR": str(tmp_path / "data")})

    assert not (tmp_path / "data").exists()


def test_lan_address_is_no_loopback():
    address = lan_address()

    assert address is None or not address.startswith("127.")


def test_children_know_their_port_and_address(tmp_path):
    env = child_environment(place(tmp_path, port=8123), {"HOME": "/h"})

    assert env["PORT"] == "8123"
    assert env["BASE_URL"] == "http://127.0.0.1:8123"
    assert env["DATA_DIR"] == str(tmp_path)
    assert env["HOME"] == "/h"
    assert "ALLOWED_HOSTS" not in env


def test_open_demo_answers_under_its_network_address(tmp_path, monkeypatch):
    monkeypatch.setattr("ops.preflight.lan_address", lambda: "192.168.1.20")

    env = child_environment(place(tmp_path, bind="0.0.0.0"), {})

    assert env["BASE_URL"] == "http://192.168.1.20:8000"
    assert {"192.168.1.20", "127.0.0.1", "localhost"} <= set(env["ALLOWED_HOSTS"].split(","))
    assert "*" not in env["ALLOWED_HOSTS"]


def test_given_hosts_and_base_stand_for_an_open_demo(tmp_path, monkeypatch):
    monkeypatch.setattr("ops.preflight.lan_address", lambda: "192.168.1.20")
    given = {"ALLOWED_HOSTS": "clinic.example", "BASE_URL": "https://clinic.example"}

    env = child_environment(place(tmp_path, bind="0.0.0.0"), given)

    assert {name: env[name] for name in given} == given


@pytest.mark.parametrize(
    ("bind", "is_open"),
    [("127.0.0.1", False), ("::1", False), ("localhost", False), ("0.0.0.0", True), ("::", True)],
)
def test_only_loopback_counts_as_closed(tmp_path, bind, is_open):
    assert place(tmp_path, bind=bind).is_open_to_the_network is is_open
