"""Makes, seals and opens the secrets of webhooks; no secret leaves in an error or a log.

They must be used to sign, so a hash would not do. The key is derived from SECRET_KEY: a copy of the
database alone opens none.
"""

import base64
import secrets

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac

PREFIX = "whsec_"
BYTES = 32
SALT = "leads.webhook_secrets"


class SecretUnreadable(Exception):
    """A secret was sealed under a SECRET_KEY that is gone."""


def new_secret() -> str:
    """Return a new secret as Standard Webhooks writes it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def seal(secret: str) -> str:
    """Return the secret in the form that is stored."""
    return _box().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """Return the secret; raises SecretUnreadable, without a word of it."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise SecretUnreadable from None


def _box() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str | bytes) -> bytes:
    digest = salted_hmac(SALT, "seal", secret=key, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest)
