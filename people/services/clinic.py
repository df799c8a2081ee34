"""Turns the demo into a real clinic; every step may be repeated after an interruption."""

from dataclasses import dataclass

from django.contrib.auth.models import Group
from django.db import transaction

from outbox.services import record_audit
from people.models import Clinic, ContactKind, Person, User
from people.registry import demo_removers
from people.roles import Role
from people.services.erasure import remove_demo_person
from people.services.roles import ensure_roles

DEMO = "demo"


@dataclass(frozen=True)
class ClinicPlan:
    """What start_clinic was told, checked already."""

    name: str
    name_zh: str
    languages: list[str]
    time_zone: str
    admin_email: str
    admin_password: str
    kinds: tuple[ContactKind, ...]


def start_clinic(*, plan: ClinicPlan) -> int:
    """Make the administrator, remove the demo, write the clinic; return how many rows went.

    The clinic is written last, so an interrupted run is still a demo and can be run again.
    """
    _make_administrator(plan)
    removed = sum(remover() for remover in demo_removers)
    with transaction.atomic():
        clinic, _ = Clinic.objects.select_for_update().get_or_create(pk=1)
        clinic.name, clinic.name_zh = plan.name, plan.name_zh
        clinic.languages, clinic.time_zone = plan.languages, plan.time_zone
        clinic.offers_email = ContactKind.EMAIL in plan.kinds
        clinic.offers_phone = ContactKind.PHONE in plan.kinds
        clinic.is_demo = False
        clinic.save()
        record_audit(
            actor="command:start_clinic", action="clinic_started", detail={"removed": removed}
        )
    return removed


def remove_demo_people() -> int:
    """Erase the demo's people and logins and return how many; they need no place on the list."""
    count = 0
    for person in list(Person.objects.filter(source=DEMO)):
        remove_demo_person(person=person)
        count += 1
    users = User.objects.filter(is_demo=True)
    count += users.count()
    users.delete()
    return count


def _make_administrator(plan: ClinicPlan) -> User:
    """Make the first administrator, or set the password of the one a broken-off run made."""
    ensure_roles()
    with transaction.atomic():
        user = User.objects.filter(username=plan.admin_email).first()
        if user is None:
            user = User(username=plan.admin_email, email=plan.admin_email)
        user.is_superuser = user.is_staff = user.is_active = True
        user.is_demo = False
        user.set_password(plan.admin_password)
        user.save()
        user.groups.add(Group.objects.get(name=Role.ADMINISTRATOR.value))
    return user
