"""What the tests of starting and testing share."""

import os

import pytest

from ops.test import SETTINGS


@pytest.fixture
def environ_of_a_start(tmp_path):
    """The environment of a start with a folder of its own and nobody's settings."""
    env = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    return env | {"DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}
