"""Signs staff in by password; demo logins work only in development and on a private host."""

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.backends import ModelBackend


def demo_logins_allowed() -> bool:
    """Tell whether demo logins may be used: DEBUG on, and BASE_URL is a private host."""
    if not settings.DEBUG:
        return False
    host = urlsplit(settings.BASE_URL).hostname or ""
    if host in {"localhost", "testserver"}:
        return True
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False


class PasswordBackend(ModelBackend):
    """Django's own backend, with the rule for demo logins added."""

    def user_can_authenticate(self, user) -> bool:
        """Refuse demo users wherever strangers could reach them."""
        if user is not None and user.is_demo and not demo_logins_allowed():
            return False
        return super().user_can_authenticate(user)

    def get_user(self, user_id):
        """Return the session's user, or None for a demo user who may not be here any more."""
        user = super().get_user(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None
