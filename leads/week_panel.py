"""Marketing's home in the admin: the last seven days against the seven before, each figure a link."""

from typing import NamedTuple

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from wagtail.admin.ui.components import Component

from leads.models import LeadList
from leads.selectors.overdue import overdue_by_owner
from leads.selectors.timeline import name_of_user
from leads.selectors.week import figures_of, short_classes
from leads.services.access import KEEP_LISTS, SEE_PEOPLE
from people.models import User

FEW = 5

LABELS = {
    "contactable": gettext_lazy("People you may newly write to"),
    "entered": gettext_lazy("People who came onto a list"),
    "left": gettext_lazy("People who left a list"),
    "lapsed": gettext_lazy("Interest tags that lapsed"),
    "withdrawn": gettext_lazy("People who took an agreement back"),
    "overdue": gettext_lazy("Late follow-ups"),
}


class Tally(NamedTuple):
    """One figure as it may be shown: words where the numbers would be too small to be nobody's."""

    label: str
    this: str
    last: str
    url: str


def may_see_week(user: User) -> bool:
    """The panel is for those who keep lists."""
    return user.has_perm(KEEP_LISTS)


def tallies_for(user: User) -> list[Tally]:
    """The figures, with links to their rows for those who may see people."""
    may_see = user.has_perm(SEE_PEOPLE)
    return [
        Tally(
            label=str(LABELS[key]),
            this=_shown(this, may_see=may_see),
            last=_shown(last, may_see=may_see),
            url=reverse("week_figure", args=[key]) if may_see else "",
        )
        for key, (this, last) in figures_of(user).items()
    ]


def overdue_for(user: User) -> list[Tally]:
    """Late follow-ups by whose they are, with links to them for those who may see people."""
    may_see = user.has_perm(SEE_PEOPLE)
    return [
        Tally(
            label=name_of_user(one.owner) if one.owner else _("nobody's"),
            this=_shown(one.this, may_see=may_see),
            last=_shown(one.last, may_see=may_see),
            url=overdue_url(one.owner) if may_see else "",
        )
        for one in overdue_by_owner(timezone.now(), user=user)
    ]


def overdue_url(owner: User | None) -> str:
    """The late follow-ups of one consultant, or of nobody."""
    return reverse("week_figure", args=["overdue"]) + f"?owner={owner.pk if owner else ''}"


def _shown(count: int, *, may_see: bool) -> str:
    return (
        str(count)
        if may_see or count >= FEW or not count
        else pgettext("people", "fewer than five")
    )


class WeekPanel(Component):
    """This week against the last one, and the classes that want guests."""

    name = "week"
    order = 40
    template_name = "leads/week_panel.html"

    def get_context_data(self, parent_context) -> dict:
        """The figures, what is late, the classes, and whether there is a list at all."""
        user = parent_context["request"].user
        return {
            "tallies": tallies_for(user),
            "overdue": overdue_for(user),
            "classes": short_classes(timezone.now()),
            "has_lists": LeadList.objects.exists(),
        }


def add_week_panel(request: HttpRequest, panels: list) -> None:
    """Put the panel on the home of those who keep lists."""
    if may_see_week(request.user):
        panels.append(WeekPanel())
