"""The served contract is the committed one; `python -m ops.openapi` writes it after a change."""

import json

import pytest

from ops.openapi import CONTRACT, contract_text


def test_the_committed_contract_is_the_one_the_code_makes():
    assert CONTRACT.read_text(encoding="utf-8") == contract_text(), (
        "The API changed. If that is meant: python -m ops.openapi"
    )


@pytest.mark.django_db
def test_the_served_contract_is_the_committed_one(client):
    response = client.get("/api/v1/openapi.json")
    assert response.json() == json.loads(CONTRACT.read_text(encoding="utf-8"))
