"""Staff tokens: stored hashed, ending with the login, with its roles, with time."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import RequestFactory
from django.utils import timezone
from ninja.errors import HttpError

from people.api_auth import StaffBearer
from people.models import StaffToken
from people.roles import Role
from people.services.staff_tokens import (
    create_staff_token,
    revoke_staff_tokens,
    user_of_staff_token,
)
from tests.factories.people import make_staff

pytestmark = pytest.mark.django_db


def test_staff_bearer_names_the_user_and_the_token_is_stored_hashed():
    user = make_staff(Role.MARKETING)
    token = create_staff_token(user=user, name="reports", days=30)
    request = RequestFactory().get("/", headers={"Authorization": f"Bearer {token}"})
    assert StaffBearer()(request) == user
    assert request.user == user
    row = StaffToken.objects.values().get()
    assert token not in str(row)
    assert user_of_staff_token(token + "x") is None
    assert user_of_staff_token("") is None


def test_a_token_ends_with_time_revocation_and_the_login():
    user = make_staff()
    token = create_staff_token(user=user, name="a", days=1)
    with time_machine.travel(timezone.now() + timedelta(days=1, seconds=1)):
        assert user_of_staff_token(token) is None
    assert user_of_staff_token(token) == user
    user.is_active = False
    user.save()
    assert user_of_staff_token(token) is None
    user.is_active = True
    user.save()
    assert user_of_staff_token(token) is None  # switching off revoked it for good
    again = create_staff_token(user=user, name="b", days=1)
    assert revoke_staff_tokens(user=user) == 1
    assert user_of_staff_token(again) is None


def test_changing_a_role_ends_sessions_and_tokens(client):
    user, other = make_staff(Role.MARKETING), make_staff()
    token = create_staff_token(user=user, name="a", days=1)
    kept = create_staff_token(user=other, name="b", days=1)
    client.force_login(user)
    user.refresh_from_db()
    user.groups.clear()
    assert user_of_staff_token(token) is None
    assert user_of_staff_token(kept) == other
    assert client.get("/me/").status_code == 302


def test_becoming_a_superuser_and_ceasing_to_be_one_ends_sessions_and_tokens(client):
    user = make_staff(Role.MARKETING)
    for is_superuser in (True, False):
        token = create_staff_token(user=user, name="a", days=1)
        client.force_login(user)
        user.refresh_from_db()
        user.save()
        assert user_of_staff_token(token) == user  # what is saved as it was ends nothing
        user.is_superuser = is_superuser
        user.save()
        assert user_of_staff_token(token) is None
        assert client.get("/me/").status_code == 302


def test_switching_off_ends_sessions(client):
    user = make_staff()
    client.force_login(user)
    user.refresh_from_db()
    user.is_active = False
    user.save()
    user.is_active = True
    user.save()
    assert client.get("/me/").status_code == 302


@pytest.mark.parametrize(
    ("scopes", "scope", "opens"),
    [
        (["lists:read"], "lists:read", True),
        (["lists:read"], "people:read", False),
        (["lists:read"], "", False),
        ([], "lists:read", False),
        (None, "lists:read", True),
        (None, "", True),
    ],
)
def test_a_token_opens_what_its_scopes_name(scopes, scope, opens):
    user = make_staff(Role.MARKETING)
    token = create_staff_token(user=user, name="a", scopes=scopes)
    request = RequestFactory().get("/", headers={"Authorization": f"Bearer {token}"})
    if opens:
        assert StaffBearer(scope)(request) == user
    else:
        with pytest.raises(HttpError) as refusal:
            StaffBearer(scope)(request)
        assert refusal.value.status_code == 403


def test_an_unknown_scope_is_refused():
    with pytest.raises(ValueError, match="no scope all"):
        create_staff_token(user=make_staff(), name="a", scopes=["all"])


def test_a_demo_login_has_no_token_where_strangers_could_use_it(settings):
    user = make_staff(is_demo=True)
    token = create_staff_token(user=user, name="a", days=1)
    settings.DEBUG = True
    assert user_of_staff_token(token) == user
    settings.BASE_URL = "https://clinic.example.org"
    assert user_of_staff_token(token) is None
    settings.BASE_URL, settings.DEBUG = "http://127.0.0.1:8000", False
    assert user_of_staff_token(token) is None


@pytest.mark.parametrize("days", [0, 366])
def test_a_token_lives_one_to_365_days(days):
    with pytest.raises(ValueError, match="1 to 365"):
        create_staff_token(user=make_staff(), name="a", days=days)


def test_the_command_prints_the_token_alone_and_refuses_in_one_line(capsys):
    user = make_staff(Role.MARKETING)
    call_command("create_staff_token", user.username, "--days", "7")
    printed = capsys.readouterr().out.strip()
    assert user_of_staff_token(printed) == user
    call_command("create_staff_token", user.username, "--scopes", "lists:read, people:read")
    assert StaffToken.objects.last().scopes == ["lists:read", "people:read"]
    capsys.readouterr()
    with pytest.raises(CommandError, match="no login"):
        call_command("create_staff_token", "nobody")
    with pytest.raises(CommandError, match="1 to 365"):
        call_command("create_staff_token", user.username, "--days", "0")
