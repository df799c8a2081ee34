"""Names the one login kept elsewhere that may be used here, by the adapter that a setting names.

An adapter is a class without arguments. It says in which browsers it works, where a browser is sent
to sign in, and whose code came back from there. `WECHAT_ADAPTER` holds its dotted path; empty where
there is none.
"""

from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class NotIdentified(Exception):
    """The code was wrong, used or old, or the other side did not answer; it names nothing."""


class OnlyLooking(NotIdentified):
    """The other side gave a stand-in for somebody who has agreed to nothing there yet."""


@dataclass(frozen=True)
class Identity:
    """Who somebody is on the other side, and nothing else about them."""

    provider: str
    account: str
    subject: str
    union: str = ""


class SignInAdapter(Protocol):
    """What signs people in by a login kept elsewhere."""

    def works_in(self, user_agent: str) -> bool:
        """Tell whether a browser can use it."""

    def way_out(self, *, back: str, state: str) -> str:
        """Return the address that asks the other side; it sends the browser to `back`."""

    def identity_of(self, *, code: str) -> Identity:
        """Exchange the code that came back; raises NotIdentified."""


def sign_in_adapter() -> SignInAdapter | None:
    """Return the adapter, or None where no login kept elsewhere may be used."""
    if not settings.WECHAT_ADAPTER:
        return None
    return import_string(settings.WECHAT_ADAPTER)()
