"""What the tests of starting and testing share."""

import os
from pathlib import Path

import pytest

from ops.test import SETTINGS


@pytest.fixture
def environ_of_a_start(tmp_path):
    """The environment of a start with a folder of its own and nobody's settings."""
    env = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    return env | {"DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """A run on PostgreSQL leaves out what asks no database for its dialect."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here) and item.get_closest_marker("django_db") is None:
            item.add_marker("sqlite")
