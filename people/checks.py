"""Django's own checks of how people can be reached and signed in; they change nothing.

What reads the clinic runs where a database is named: `migrate`, `check --database default`.
"""

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DatabaseError

from people.clinic_checks import CURES
from people.contact_kinds import allowed_kinds, reachable_kinds
from people.models import Clinic

UNREACHABLE, NOBODY, HALF_A_LOGIN = "people.W001", "people.W002", "people.W003"


@register()
def check_wechat(app_configs: object = None, **kwargs: object) -> list[CheckMessage]:
    """Warn of WeChat sign-in that was half set up, and so is off."""
    named = {
        "WECHAT_APP_ID": settings.WECHAT_APP_ID,
        "WECHAT_APP_SECRET": settings.WECHAT_APP_SECRET,
    }
    missing = [name for name, value in named.items() if not value]
    if len(missing) != 1 or settings.WECHAT_ADAPTER:
        return []
    return [
        Warning(
            f"WeChat sign-in is off: {missing[0]} is not set.",
            hint=f"Set {missing[0]} as the Official Account's console shows it, or leave both out.",
            id=HALF_A_LOGIN,
        )
    ]


@register(Tags.database)
def check_contact_kinds(databases=None, **kwargs) -> list[CheckMessage]:
    """Warn of a kind that is offered though nothing reaches it, and where nobody can sign in."""
    if not databases:
        return []
    try:
        clinic = Clinic.objects.filter(pk=1).first()
    except DatabaseError:  # before the first migrate, or between two of them
        return []
    if clinic is None:
        return []
    allowed, reached = allowed_kinds(clinic), reachable_kinds()
    found: list[CheckMessage] = [
        Warning(
            f"The clinic offers to sign in by {kind.value}, and nothing it sends arrives there.",
            hint=CURES[kind],
            id=UNREACHABLE,
        )
        for kind in sorted(allowed - reached)
    ]
    if not allowed & reached:
        found.append(
            Warning(
                "Nobody can be sent a code: readers sign in with the help of staff alone.",
                hint=" ".join(CURES.values()),
                id=NOBODY,
            )
        )
    return found
