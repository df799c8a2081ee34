"""Signs people in; demo logins work only in development and on a private host."""

from django.contrib.auth.backends import ModelBackend

from outbox.development import is_private_development


def demo_logins_allowed() -> bool:
    """Tell whether demo logins may be used: DEBUG on, and BASE_URL is a private host."""
    return is_private_development()


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
