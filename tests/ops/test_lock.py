"""The lock files: complete, hashed, and silent about where they came from."""

import re

import pytest

from ops.lock import FOLDER, places_named

LOCKS = ["base.txt", "dev.txt"]


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://index.example/simple",
        "-i https://index.example/simple",
        "--find-links ./wheels",
        "one @ file:///wheels/one.whl",
        "    # from /srv/wheels",
        "one==1.0 # https://index.example/one",
    ],
)
def test_places_are_seen(line):
    assert places_named(f"one==1.0\n{line}\n")


@pytest.mark.parametrize("name", LOCKS)
def test_lock_names_no_place(name):
    assert places_named((FOLDER / name).read_text()) == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_a_hash(name):
    pins = (FOLDER / name).read_text().replace("\\\n", " ").splitlines()
    bare = [pin for pin in pins if pin[:1].isalnum() and " --hash=sha256:" not in pin]

    assert bare == []


def test_every_wish_is_locked():
    for wishes, lock in (("base.in", "base.txt"), ("dev.in", "dev.txt")):
        pinned = {
            line.split("==")[0].lower()
            for line in (FOLDER / lock).read_text().splitlines()
            if line[:1].isalnum()
        }
        for line in (FOLDER / wishes).read_text().splitlines():
            if name := re.match(r"\w[\w.-]*", line):
                assert name[0].lower().replace("_", "-") in pinned, line
