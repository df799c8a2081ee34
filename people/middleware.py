"""Around the admin's views: the clock on the clinic's wall."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from wagtail.users.models import UserProfile

from people.selectors import current_clinic


class ClinicTimeMiddleware:
    """Shows and reads times of the admin in the clinic's zone, until somebody chooses one for their login.

    Wagtail takes the server's zone, which is UTC, where a login's profile names none: a call planned
    for ten would be due in the evening. The profile is filled in for this request alone and not saved.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Lend the profile its zone, and pass on."""
        if request.path_info.startswith("/admin/") and request.user.is_authenticated:
            profile = getattr(request.user, "wagtail_userprofile", None)
            profile = profile or UserProfile(user=request.user)
            profile.current_time_zone = profile.current_time_zone or current_clinic().time_zone
        return self.get_response(request)
