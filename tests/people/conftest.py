"""What tests about people share."""

import pytest
from django.test import Client


@pytest.fixture
def client_factory():
    """Makes browsers that share nothing, with extra request members such as REMOTE_ADDR."""
    return Client
