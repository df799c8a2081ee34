"""Roles: every group exists after a migrate, and may do no more than it should."""

import pytest
from django.contrib.auth.models import Group
from wagtail.models import Page

from people.roles import Role
from people.services.roles import ensure_roles
from tests.factories.people import make_staff

pytestmark = pytest.mark.django_db


def permissions() -> dict:
    return {
        group.name: (
            sorted(group.permissions.values_list("pk", flat=True)),
            sorted(group.page_permissions.values_list("pk", flat=True)),
            sorted(group.collection_permissions.values_list("pk", flat=True)),
        )
        for group in Group.objects.all()
    }


def test_ensure_roles_twice_changes_nothing():
    before = permissions()
    assert {role.value for role in Role} <= set(before)
    ensure_roles()
    assert permissions() == before


@pytest.mark.parametrize(
    ("role", "add", "publish", "lists", "exports"),
    [
        (Role.CLINICIAN, True, False, False, False),
        (Role.REVIEWER, False, True, False, False),
        (Role.EDITOR, True, True, False, False),
        (Role.CONSULTANT, False, False, True, False),
        (Role.MARKETING, False, False, True, True),
        (Role.ADMINISTRATOR, True, True, True, True),
    ],
)
def test_each_role_may_do_its_own_work(role, add, publish, lists, exports):
    user = make_staff(role)
    tester = Page.objects.get(depth=1).permissions_for_user(user)
    assert user.has_perm("wagtailadmin.access_admin")
    assert tester.can_add_subpage() is add
    assert tester.can_publish_subpage() is publish
    assert user.has_perm("leads.view_leadlist") is lists
    assert user.has_perm("leads.add_export") is exports


def test_clinicians_edit_their_own_pages_alone():
    clinician, other = make_staff(Role.CLINICIAN), make_staff(Role.CLINICIAN)
    root = Page.objects.get(depth=1)
    own = root.add_child(instance=Page(title="Mine", slug="mine", owner=clinician))
    assert own.permissions_for_user(clinician).can_edit()
    assert not own.permissions_for_user(other).can_edit()


@pytest.mark.parametrize(("role", "allowed"), [(Role.ADMINISTRATOR, True), (Role.EDITOR, False)])
def test_branches_are_for_administrators(client, role, allowed):
    client.force_login(make_staff(role))
    assert (client.get("/admin/branches/").status_code == 200) is allowed
