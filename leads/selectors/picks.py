"""Who was put on a list by hand."""

from django.db.models import QuerySet

from leads.models import LeadList, PickedPerson
from leads.selectors.consent import agreed
from leads.selectors.visibility import visible_to
from people.models import Purpose, User


def picks_of(lead_list: LeadList, *, user: User) -> QuerySet[PickedPerson]:
    """Those who stand on it by hand and whom the user may see, the newest first, under consent."""
    rows = PickedPerson.objects.filter(
        agreed(Purpose.PROFILING, path="person_id"),
        visible_to(user, path="person__"),
        lead_list=lead_list,
        taken_off_at=None,
    )
    return rows.select_related("person").order_by("-at", "-pk")
