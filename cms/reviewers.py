"""Who may review what: asked by the screens, the workflow and the services; it reads only."""

from django.utils.translation import gettext as _
from wagtail.models import Page

from cms.models import PiecePage, PublishingPolicy, ReviewerLicence
from cms.words import content_hash
from people.models import User
from people.roles import Role

REVISIONS_LOOKED_AT = 10


def in_groups(user: User, *roles: Role) -> bool:
    """Whether an active login has one of these roles; a superuser is an administrator."""
    if not user.is_active:
        return False
    if user.is_superuser:
        return Role.ADMINISTRATOR in roles
    kept = vars(user)  # one screen asks many times
    if "role_names" not in kept:
        kept["role_names"] = frozenset(user.groups.values_list("name", flat=True))
    return not kept["role_names"].isdisjoint(role.value for role in roles)


def is_reviewer(user: User) -> bool:
    """Whether the login has a role that reviews."""
    return in_groups(user, Role.REVIEWER, Role.ADMINISTRATOR)


def is_editor(user: User) -> bool:
    """Whether the login has a role that looks after all content."""
    return in_groups(user, Role.EDITOR, Role.ADMINISTRATOR)


def is_clinician(user: User) -> bool:
    """Whether the login writes pieces of its own, whatever else it does."""
    return in_groups(user, Role.CLINICIAN)


def sees_own_alone(user: User) -> bool:
    """Whether the login looks after its own pieces and nobody else's."""
    return is_clinician(user) and not is_reviewer(user) and not is_editor(user)


def licence_of(user: User) -> ReviewerLicence | None:
    """The licence of a login that is in force today."""
    return ReviewerLicence.objects.in_force().filter(user=user).first()


def writes(*, user: User, page: Page) -> bool:
    """Whether the piece is the login's by name: it is its author or made the page."""
    author = getattr(page, "author", None)
    return page.owner_id == user.pk or (author is not None and author.user_id == user.pk)


def hand_of(page: Page) -> int | None:
    """The id of the login that brought the latest words into the page; None where nobody is known.

    Saving the same words again makes nobody their writer. Looks at the newest revisions alone.
    """
    hand, words = None, None
    for revision in page.revisions.order_by("-created_at", "-pk")[:REVISIONS_LOOKED_AT]:
        found = content_hash(revision.as_object())
        if words not in (None, found):
            break
        hand, words = revision.user_id, found
    return hand


def is_own(*, user: User, page: Page) -> bool:
    """Whether the login wrote the piece: by name, or because it brought the latest words in."""
    return writes(user=user, page=page) or hand_of(page) == user.pk


def why_not_approve(*, user: User, page: Page) -> str | None:
    """Return why the login may not approve the latest words of the page, None where it may.

    `page` is specific. A page that is not about health is an editor's matter as well.
    """
    about_health = isinstance(page, PiecePage) and page.about_health
    if not about_health:
        allowed = is_reviewer(user) or is_editor(user)
        return None if allowed else _("Reviewers and editors approve.")
    if not is_reviewer(user):
        return _("Only a medical reviewer may approve a piece about health.")
    if licence_of(user) is None:
        return _("No licence in force is recorded for you. An administrator can record it.")
    if is_own(user=user, page=page):
        return _("You wrote this, or changed it last. Somebody else has to approve it.")
    return None


def may_send_back(*, user: User, page: Page) -> bool:
    """Whether the login may send the page back with a note: reviewers, and editors as well."""
    return is_reviewer(user) or is_editor(user)


def may_review_own(*, user: User, page: Page) -> bool:
    """Whether the login may review its own piece: the clinic allows it, and it has a licence."""
    if not isinstance(page, PiecePage) or not page.about_health:
        return False
    own = writes(user=user, page=page)
    return own and licence_of(user) is not None and PublishingPolicy.load().self_review_allowed
