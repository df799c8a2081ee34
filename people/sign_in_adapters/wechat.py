"""Signs in readers of an official account inside WeChat's own browser, by its web authorisation.

The protocol (developers.weixin.qq.com, "Web page authorisation"): the browser is sent to
`/connect/oauth2/authorize`, comes back with a code that works once for five minutes, and the server
exchanges it at `/sns/oauth2/access_token`. Of the answer the ids are kept; name and picture are
never asked for, and the token is thrown away.
"""

import json
import time
import urllib.request
from http.client import HTTPException
from urllib.parse import quote, urlencode

from django.conf import settings

from people.sign_in_adapters import Identity, NotIdentified, OnlyLooking

PATIENCE_S = 5
ANSWER_AT_MOST = 16 * 1024
LONGEST_ID = 128


class _StaysHere(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: the secret goes to the address that was set, or nowhere."""

    def redirect_request(self, *args, **kwargs) -> None:
        return None


_opener = urllib.request.build_opener(_StaysHere)


class OfficialAccount:
    """The adapter for the account `WECHAT_APP_ID`."""

    def works_in(self, user_agent: str) -> bool:
        """Only in WeChat on a phone or computer; its browser names itself."""
        return "MicroMessenger" in user_agent

    def way_out(self, *, back: str, state: str) -> str:
        """The parameters stand in the order in which WeChat wants them."""
        query = "&".join(
            f"{name}={quote(value, safe='')}"
            for name, value in (
                ("appid", settings.WECHAT_APP_ID),
                ("redirect_uri", back),
                ("response_type", "code"),
                ("scope", settings.WECHAT_SCOPE),
                ("state", state),
            )
        )
        return f"{settings.WECHAT_OPEN_URL}/connect/oauth2/authorize?{query}#wechat_redirect"

    def identity_of(self, *, code: str) -> Identity:
        """Ask WeChat whose code it is; raises NotIdentified, and OnlyLooking for a snapshot page."""
        query = urlencode(
            {
                "appid": settings.WECHAT_APP_ID,
                "secret": settings.WECHAT_APP_SECRET,
                "code": code,
                "grant_type": "authorization_code",
            }
        )
        answer = _asked(f"{settings.WECHAT_API_URL}/sns/oauth2/access_token?{query}")
        if answer.get("is_snapshotuser"):
            raise OnlyLooking
        subject, union = answer.get("openid"), answer.get("unionid", "")
        if not _is_id(subject) or not (union == "" or _is_id(union)):
            raise NotIdentified  # an errcode, or nothing we know
        return Identity(
            provider="wechat", account=settings.WECHAT_APP_ID, subject=subject, union=union
        )


def _asked(address: str) -> dict:
    """Get a JSON object within the time set for all of it; errors name no address, it holds a secret."""
    until = time.monotonic() + PATIENCE_S
    body = b""
    try:
        with _opener.open(address, timeout=PATIENCE_S) as answer:
            while part := answer.read1(ANSWER_AT_MOST):
                body += part
                if len(body) > ANSWER_AT_MOST or time.monotonic() > until:
                    raise NotIdentified
        found = json.loads(body)
    except (OSError, HTTPException, ValueError):
        raise NotIdentified from None
    if not isinstance(found, dict):
        raise NotIdentified
    return found


def _is_id(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_ID and value.isascii()
