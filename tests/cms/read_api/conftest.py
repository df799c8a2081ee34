"""Fixtures of the read API's tests."""

import pytest

from cms.read_api import answers


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    """A shelf of answers of the test's own."""
    monkeypatch.setattr(answers, "shelf", answers.Shelf())


@pytest.fixture
def read(client):
    """GET an address under /api/v2/pages/; returns the decoded answer, which must be a good one."""

    def get(path: str = "", **parameters):
        response = client.get(f"/api/v2/pages/{path}", parameters)
        assert response.status_code == 200, response.content
        return response.json()

    return get
