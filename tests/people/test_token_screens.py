"""The screens of API tokens: one's own, shown once, ended; everybody's for administrators."""

import pytest

from outbox.models import AuditEntry
from people.models import StaffToken
from people.roles import Role
from people.services.staff_tokens import create_staff_token, user_of_staff_token
from tests.factories.people import make_staff

pytestmark = pytest.mark.django_db
MINE, ALL = "/admin/tokens/", "/admin/tokens/all/"


@pytest.fixture
def marketing(client):
    user = make_staff(Role.MARKETING, username="marketing")
    client.force_login(user)
    return user


def test_a_token_is_made_with_scopes_and_shown_once(client, marketing):
    answer = client.post(MINE, {"name": "reports", "scopes": ["lists:read"], "days": 7})
    held = StaffToken.objects.get()
    token = answer.context["token"]
    assert token in answer.text
    assert "no-store" in answer["Cache-Control"]
    assert user_of_staff_token(token) == marketing
    assert (held.scopes, held.user) == (["lists:read"], marketing)
    seen = client.get(MINE).text
    assert token not in seen
    assert "reports" in seen
    assert "read lead lists and their members" in seen
    assert token not in str(list(AuditEntry.objects.values()))


@pytest.mark.parametrize(
    "wrong", [{"scopes": ["webhooks:write"]}, {"scopes": []}, {"days": 366}, {"name": ""}]
)
def test_nobody_makes_a_token_for_more_than_they_may_do(client, marketing, wrong):
    data = {"name": "reports", "scopes": ["lists:read"], "days": 7, **wrong}
    assert client.post(MINE, data).status_code == 422
    assert not StaffToken.objects.exists()


def test_one_ends_ones_own_and_anothers_does_not_exist(client, marketing):
    mine = create_staff_token(user=marketing, name="mine")
    other = create_staff_token(user=make_staff(Role.MARKETING), name="theirs")
    for name, status in (("mine", 302), ("theirs", 404)):
        held = StaffToken.objects.get(name=name)
        assert client.post(f"{MINE}{held.pk}/end/").status_code == status
    assert user_of_staff_token(mine) is None
    assert user_of_staff_token(other) is not None
    assert client.get(ALL).status_code == 302
    assert AuditEntry.objects.filter(action="token_revoked").count() == 1


def test_an_administrator_sees_and_ends_everybodys(client, marketing):
    token = create_staff_token(user=marketing, name="reports", scopes=["people:read"])
    client.force_login(make_staff(Role.ADMINISTRATOR))
    seen = client.get(ALL).text
    assert "reports" in seen
    assert "marketing" in seen
    client.post(f"{MINE}{StaffToken.objects.get().pk}/end/")
    assert user_of_staff_token(token) is None


def test_who_could_do_nothing_with_a_token_has_no_screen(client):
    client.force_login(make_staff(Role.CLINICIAN))
    assert client.get(MINE).status_code == 302
