"""Whom a member of staff may see: by role, branch and owner; one rule for screens, lists and API."""

from django.db.models import Q

from people.models import Person, User

SEE_EVERYBODY = "leads.view_all_lead"


def visible_to(user: User, *, path: str = "") -> Q:
    """A filter on people, or on rows whose person stands at `path` (such as "person__").

    Who may see everybody does. Others see the people of their branches, their own, and those who
    have no owner.
    """
    if user.has_perm(SEE_EVERYBODY):
        return Q()
    return (
        Q(**{f"{path}lead__owner": user})
        | Q(**{f"{path}lead__owner__isnull": True})
        | Q(**{f"{path}branch__in": user.workplaces.values("branch")})
    )


def may_see(*, user: User, person: Person) -> bool:
    """Whether this one is among them."""
    return Person.objects.filter(visible_to(user), pk=person.pk).exists()
