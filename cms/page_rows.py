"""Whose rows a login sees where the admin lists pages, one rule for every list; it reads only.

Shelves are seen by everybody. Of pieces, authors see their own; a login that works on no pages sees
none; to all others Wagtail's own permissions apply.
"""

from django.contrib.contenttypes.models import ContentType
from django.db.models import F, Q, QuerySet
from wagtail.models import Page
from wagtail.permission_policies.pages import PagePermissionPolicy

from cms.reviewers import sees_own_alone
from cms.reviews import own_pieces, piece_models
from people.models import User

WORK_ON_PAGES = {"add", "change", "publish", "lock", "unlock", "bulk_delete"}
#: Live under the title that the latest draft has too, so that the row tells nothing of a draft.
SHOWN_AS_LIVE = Q(live=True) & (Q(draft_title=F("title")) | Q(draft_title=""))


class PageRows(PagePermissionPolicy):
    """Wagtail's policy, under which the explorer, search, reports and the admin's API list fewer rows."""

    def explorable_instances(self, user: User) -> QuerySet:
        """The pages that Wagtail would list, without the pieces of others where those are not shown."""
        pages = super().explorable_instances(user)
        return rows_for(user, pages) if is_narrowed(user) else pages


def is_narrowed(user: User) -> bool:
    """Whether the login sees fewer rows than there are: authors, and who works on no pages."""
    return sees_own_alone(user) or not PagePermissionPolicy().user_has_any_permission(
        user, WORK_ON_PAGES
    )


def rows_for(user: User, pages: QuerySet) -> QuerySet:
    """The pages that stand in the login's lists; of pieces only its own, drafts included."""
    return pages.filter(pk__in=_rows(user)) if is_narrowed(user) else pages


def known_to(user: User, pages: QuerySet) -> QuerySet:
    """The login's rows, and what every reader may see: the pages it may link to."""
    if not is_narrowed(user):
        return pages
    return pages.filter(Q(pk__in=_rows(user)) | Q(pk__in=Page.objects.filter(SHOWN_AS_LIVE)))


def _rows(user: User) -> QuerySet:
    pieces = ContentType.objects.get_for_models(*piece_models()).values()
    shelves = ~Q(content_type__in=pieces)
    own = own_pieces(user) if sees_own_alone(user) else Q(pk__in=[])
    return Page.objects.filter(shelves | own).order_by().values("pk")
