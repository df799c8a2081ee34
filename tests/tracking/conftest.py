"""A page and a consenting browser; the limits of ingest forget what earlier tests sent."""

import pytest

from tests.tracking.browsers import make_page, make_visitor
from tracking.ingest.limits import buckets


@pytest.fixture(autouse=True)
def _no_memory_of_other_tests():
    buckets.clear()


@pytest.fixture
def article():
    return make_page()


@pytest.fixture
def visitor():
    return make_visitor()
