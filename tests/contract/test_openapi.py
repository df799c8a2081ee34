"""The served contract is the committed one; `python -m ops.openapi` writes it after a change."""

import json
import re

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


def test_no_two_schemas_share_a_name():
    """django-ninja keeps one of them, and the contract would describe the other wrongly."""
    from pathlib import Path

    root = Path(__file__).resolve().parents[2]
    names = [
        name
        for path in root.glob("*/api.py")
        for name in re.findall(r"^class (\w+)\(Schema\)", path.read_text(), re.MULTILINE)
    ]
    assert sorted(names) == sorted(set(names))
