"""What a token of staff may be used for, and the permission its user needs for it to be of any use."""

from collections.abc import Iterable

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from people.models import User


class Scope(TextChoices):
    PEOPLE_READ = "people:read", _("read people and their interests")
    PEOPLE_WRITE = "people:write", _("work with people: stages, notes, labels, follow-ups")
    LISTS_READ = "lists:read", _("read lead lists and their members")
    LISTS_WRITE = "lists:write", _("make, change and delete lead lists")
    EXPORTS_READ = "exports:read", _("fetch one's own exports")
    EXPORTS_WRITE = "exports:write", _("ask for exports")
    WEBHOOKS_READ = "webhooks:read", _("read webhooks and what was sent")
    WEBHOOKS_WRITE = "webhooks:write", _("add, change and test webhooks")


#: A scope alone opens nothing: each address asks for its permissions, too, at every request.
NEEDED = {
    Scope.PEOPLE_READ: "people.view_person",
    Scope.PEOPLE_WRITE: "leads.change_lead",
    Scope.LISTS_READ: "leads.view_leadlist",
    Scope.LISTS_WRITE: "leads.change_leadlist",
    Scope.EXPORTS_READ: "leads.add_export",
    Scope.EXPORTS_WRITE: "leads.add_export",
    Scope.WEBHOOKS_READ: "leads.view_webhookendpoint",
    Scope.WEBHOOKS_WRITE: "leads.change_webhookendpoint",
}


def scopes_for(user: User) -> list[Scope]:
    """The scopes that a token of this login could use."""
    return [scope for scope in Scope if user.has_perm(NEEDED[scope])]


def in_words(scopes: Iterable[str]) -> list[str]:
    """Scopes as people read them."""
    known = {str(scope.value): str(scope.label) for scope in Scope}
    return [known.get(scope, scope) for scope in scopes]
