"""Messages on files: whole when they can be seen, and our transport is the one in use."""

import json
import os
from pathlib import Path

import pytest
from celery import current_app
from kombu import Connection

from config import broker


@pytest.fixture
def folder(tmp_path):
    for name in ("queue", "control"):
        (tmp_path / name).mkdir()
    return tmp_path


def connect(folder: Path) -> Connection:
    return Connection(
        "filesystem://",
        transport="config.broker:Transport",
        transport_options={
            "data_folder_in": str(folder / "queue"),
            "data_folder_out": str(folder / "queue"),
            "control_folder": str(folder / "control"),
        },
    )


def test_a_message_appears_only_when_it_is_whole(folder, monkeypatch):
    seen, moved = [], []
    replace = os.replace

    def look_then_replace(source, target):
        seen.extend(path.name for path in (folder / "queue").glob("*.work.msg"))
        assert json.loads(Path(source).read_text())
        moved.append(Path(target).name)
        replace(source, target)

    monkeypatch.setattr(broker.os, "replace", look_then_replace)
    with connect(folder) as connection:
        queue = connection.SimpleQueue("work")
        queue.put({"id": 7})
        assert seen == []
        assert len(moved) == 1
        message = queue.get(timeout=5)
        assert message.payload == {"id": 7}
        message.ack()
        queue.close()
    assert not list((folder / "queue").iterdir())


def test_the_embedded_engine_uses_it(settings):
    if settings.REDIS_URL:
        pytest.skip("REDIS_URL names the broker")
    with current_app.connection_for_write() as connection:
        assert isinstance(connection.transport, broker.Transport)
