"""Fixtures of the whole suite; the engine is whatever DATABASE_URL names, a SQLite file by default."""

import os
import tempfile
from datetime import UTC, datetime

import hypothesis
import pytest
import time_machine
from pytest_django.plugin import blocking_manager_key

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="wellread-test-"))
# Playwright leaves an event loop in a worker's thread; Django would refuse its database there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 40)

# Pages are made anew in tests, so that their queries can be counted; the tests of keeping them switch
# it on.
from django.conf import settings

settings.CACHES["pages"]["BACKEND"] = "django.core.cache.backends.dummy.DummyCache"

# How long an example takes says how busy the machine is.
hypothesis.settings.register_profile("any pace", deadline=None)
hypothesis.settings.load_profile("any pace")

if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    # Workers have a database each. A cache that they shared would tell one what another's database
    # holds, and be cleared by one while another counts queries.
    settings.CACHES["default"]["KEY_PREFIX"] = worker
    if "filebased" in settings.CACHES["default"]["BACKEND"]:
        settings.CACHES["default"]["LOCATION"] += f"-{worker}"


_serialized: dict[str, str] = {}
_emptied = False


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin in the site's language, and with the database as the migrations left it.

    What it held is handed on to the connections of this moment: with the event loop that Playwright
    leaves in a worker, the thread has connections of its own, which would not know it.
    """
    from django.db import connections
    from django.utils import translation

    # A request leaves its language active, and the next test would be answered in it.
    translation.deactivate()
    for connection in connections.all():
        contents = getattr(connection, "_test_serialized_contents", None)
        if contents is not None:
            _serialized[connection.alias] = contents
        elif connection.alias in _serialized:
            connection._test_serialized_contents = _serialized[connection.alias]
    if (marker := item.get_closest_marker("django_db")) is not None:
        _refill(item, transactional=marker.kwargs.get("transaction", False))


def _refill(item: pytest.Item, *, transactional: bool) -> None:
    """Put back what a transactional test emptied, for a test that is none: browser tests follow those."""
    global _emptied
    if _emptied and not transactional:
        from django.db import connection

        with item.config.stash[blocking_manager_key].unblock():
            connection.creation.deserialize_db_from_string(_serialized[connection.alias])
    _emptied = transactional


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: the event loop they leave behind changes what a connection is."""
    items.sort(key=lambda item: "browser" in item.keywords)


@pytest.fixture
def one_moment():
    """Let no time pass: limits count by the minute, and a busy machine would begin the next one."""
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        yield clock
