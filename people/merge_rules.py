"""Says which two records must never become one human; it reads, and changes nothing."""

from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from people.models import Person, User
from people.selectors import is_declared_child


def refusal_of(person: Person, into: Person) -> str | Promise | None:
    """Why these two must not become one, None where they may."""
    if person.pk == into.pk:
        return _("These are one record already.")
    if person.merged_into_id or into.merged_into_id:
        return _(
            "One of them is merged already. Take that back first, or choose who stands for it."
        )
    if person.merged_from.exists():
        return _("Others are merged into the first one. Merge the other way round.")
    if _is_staff(person) or _is_staff(into):
        return _("One of them signs in to work here. Such a login is never merged.")
    return refusal_of_family(person, into)


def refusal_of_family(person: Person, into: Person) -> str | Promise | None:
    """A parent and a child share an address, and siblings a guardian: these are never one human.

    Only the keys, guardians and years of birth of the two are looked at: no query.
    """
    if person.guardian_id == into.pk or into.guardian_id == person.pk:
        return _("One of them is the other's guardian.")
    if is_declared_child(person) != is_declared_child(into):
        return _(
            "One of them is a child by year of birth, and the other is not. Put that right first."
        )
    if person.birth_year and into.birth_year and person.birth_year != into.birth_year:
        return _("They were born in different years.")
    if is_declared_child(person) and person.guardian_id != into.guardian_id:
        return _("They are children with different guardians.")
    return None


def people_that_may_merge() -> QuerySet[Person]:
    """Records that stand for themselves and do not sign in to work here, for one query over many."""
    in_admin = Q(codename="access_admin", content_type__app_label="wagtailadmin")
    allowed = Permission.objects.filter(in_admin)
    staff = User.objects.filter(
        Q(is_staff=True)
        | Q(is_superuser=True)
        | Q(user_permissions__in=allowed)
        | Q(groups__permissions__in=allowed)
    )
    return Person.objects.filter(merged_into=None).exclude(user__in=staff.values("pk"))


def _is_staff(person: Person) -> bool:
    user = person.user
    return user is not None and (
        user.is_staff or user.is_superuser or user.has_perm("wagtailadmin.access_admin")
    )
