"""Who gets which answer at which address, compared with the checked-in matrix beside this file.

A new address, or another answer, fails here. Read the difference; if it is meant, bring the columns
that the failure left in DATA_DIR over to `access_matrix.csv`, and read them once more.
"""

import csv
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction

from tests.contract.addresses import WHO, Scene, addresses

MATRIX = Path(__file__).with_name("access_matrix.csv")


def checked_in() -> dict[str, dict[str, str]]:
    with MATRIX.open(encoding="utf-8", newline="") as file:
        return {row["address"]: row for row in csv.DictReader(file)}


def answer(scene: Scene, who: str, address: str) -> str:
    """The status of a GET and, where that is not allowed, of an empty POST; nothing stays changed."""
    client = scene.client_of(who)
    client.raise_request_exception = False
    cookies = client.cookies.copy()  # one of the addresses signs out
    for method in ("get", "post"):
        client.cookies = cookies.copy()
        with transaction.atomic():
            response = getattr(client, method)(address)
            if response.streaming:
                b"".join(response.streaming_content) if not response.is_async else None
            transaction.set_rollback(True)
        if response.status_code != 405:
            break
    client.cookies = cookies
    status = str(response.status_code)
    if response.status_code in (301, 302):
        target = response["Location"].split("?")[0]
        status += " sign in" if "login" in target or "sign-in" in target else ""
    return status if method == "get" else f"POST {status}"


@pytest.mark.django_db
@pytest.mark.parametrize("who", WHO)
def test_matrix_says_what_everybody_gets(who):
    if connection.vendor != "sqlite":
        pytest.skip("who may do what does not hang on the engine")
    scene = Scene()
    answers = {label: answer(scene, who, path) for label, path in addresses(scene).items()}

    expected = {label: row[who] for label, row in checked_in().items()}
    if answers != expected:
        _write_found(who, answers)
    assert answers == expected


def _write_found(who: str, answers: dict[str, str]) -> None:
    """Leave what was found in DATA_DIR, one file a column."""
    path = Path(settings.DATA_DIR) / f"access of {who}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(sorted(answers.items()))
    print(f"What was found is in {path}")


@pytest.mark.django_db
def test_matrix_lists_every_address():
    assert sorted(addresses(Scene())) == sorted(checked_in())


ADMIN_FOR_EVERYBODY = {
    "admin/login/",
    "admin/logout/",
    "admin/password_reset/",
    "admin/password_reset/complete/",
    "admin/password_reset/confirm/<uidb64>/<token>/",
    "admin/password_reset/done/",
    "admin/jsi18n/",
    "admin/sprite/",
}


def test_admin_is_closed_to_who_is_no_staff():
    opened = [
        (label, who)
        for label, row in checked_in().items()
        if label.startswith("admin") and label not in ADMIN_FOR_EVERYBODY
        for who in ("anonymous", "prospect", "other prospect")
        if row[who].removeprefix("POST ").startswith("2")
    ]
    assert opened == []


def test_leads_are_for_marketing_consultants_and_administrators():
    opened = [
        (label, who)
        for label, row in checked_in().items()
        if label.startswith(("admin/lead-lists", "admin/lead-exports", "admin/lead-people"))
        for who in ("clinician", "other clinician", "reviewer", "editor")
        if row[who].removeprefix("POST ").startswith("2")
    ]
    assert opened == []


def test_exports_are_not_for_consultants():
    opened = [
        label
        for label, row in checked_in().items()
        if "export" in label and row["consultant"].startswith("2")
    ]
    assert opened == []


def test_another_clinicians_draft_is_not_opened():
    opened = [
        label
        for label, row in checked_in().items()
        if label.startswith("admin/pages/<int:page_id>/") and row["other clinician"] == "200"
    ]
    assert opened == []


WAGTAILS_TEST_OF_ERRORS = "admin/failwhale/"


def test_no_address_answers_with_an_error_of_ours():
    failing = [
        (label, who)
        for label, row in checked_in().items()
        for who in WHO
        if row[who].removeprefix("POST ").startswith("5") and label != WAGTAILS_TEST_OF_ERRORS
    ]
    assert failing == []
