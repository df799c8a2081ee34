"""The classes of one's week, and who has to be told by hand, on the admin's home; it reads only."""

from datetime import timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from classroom.models import LiveClass
from classroom.telling_selectors import may_tell, people_waiting, tellings_for
from cms.admin.home import Line, Section, edit_url
from cms.reviewers import is_clinician, is_editor
from people.models import User

DAYS = 7
ON_HOME = 5


def my_classes(user: User) -> Section | None:
    """Classes that a login teaches or wrote and that begin within seven days; one query and a count."""
    now = timezone.now()
    found = (
        LiveClass.objects.filter(
            Q(clinicians__user=user) | Q(author__user=user) | Q(owner=user),
            starts_at__gte=now - timedelta(hours=1),
            starts_at__lt=now + timedelta(days=DAYS),
            cancelled_at=None,
        )
        .distinct()
        .order_by("starts_at")
    )
    lines = [
        Line(
            label=live_class.title,
            url=edit_url(live_class.pk),
            note="" if live_class.live else _("draft"),
            at=live_class.starts_at,
        )
        for live_class in found[:ON_HOME]
    ]
    if not lines and not (is_clinician(user) and not is_editor(user)):
        return None
    return Section(
        title=_("My classes this week"),
        lines=lines,
        empty=_("You teach no class in the next seven days."),
        total=found.count(),
    )


def to_be_told(user: User) -> Section | None:
    """People whom neither mail nor text reaches, for those who look after them; one query and a count."""
    if not may_tell(user):
        return None
    found = people_waiting(tellings_for(user))
    list_url = reverse("tellings")
    return Section(
        title=_("To be told by hand"),
        lines=[
            Line(
                label=person.display_name or _("no name"),
                url=list_url,
                note=_("while it helps, until"),
                at=person.pressing,
            )
            for person in found[:ON_HOME]
        ],
        total=found.count(),
        url=list_url,
    )
