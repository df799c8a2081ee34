"""Ends the sessions of a user; sessions hold no index by user, so all are looked through."""

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone

from people.models import User


def end_sessions(*, user: User) -> int:
    """Delete every session of the user and return how many."""
    wanted = str(user.pk)
    keys = [
        session.session_key
        for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator()
        if str(session.get_decoded().get(SESSION_KEY)) == wanted
    ]
    Session.objects.filter(session_key__in=keys).delete()
    return len(keys)
