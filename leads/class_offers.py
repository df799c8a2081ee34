"""What leads adds to the classroom's screens: the way from those who did not come to a list of them."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from classroom.admin.result import Offer, offers_about_absent
from classroom.models import LiveClass
from leads.services.access import KEEP_LISTS


def offer_list(request: HttpRequest, live_class: LiveClass) -> Offer | None:
    """A lead list of them, for those who keep lists."""
    if not request.user.has_perm(KEEP_LISTS):
        return None
    return Offer(
        why=_(
            "To write to those who agreed to messages, make a lead list with the condition "
            "“registered for a class and did not come”. Files with people leave only through "
            "lists, which ask for consent."
        ),
        url=reverse("lead-lists:add"),
        action=_("Make a lead list"),
    )


def register() -> None:
    """Hand the classroom the offer; called once at start."""
    offers_about_absent.append(offer_list)
