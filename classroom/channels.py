"""Tells by which channel a reader came to a class's page; one of few words, nothing else is kept."""

from urllib.parse import urlsplit

from django.http import HttpRequest

from classroom.models import Channel

PARAMETER = "from"
SEARCH_ENGINES = ("google", "bing", "baidu", "sogou", "so", "duckduckgo", "ecosia", "yandex")
WECHAT_HOSTS = ("weixin.qq.com", "wx.qq.com")


def channel_named(text: str) -> str:
    """The channel of that name, empty where there is none."""
    return text if text in Channel.values else ""


def channel_of(request: HttpRequest) -> str:
    """What the address says (`?from=email`), else what the page before it says, else nothing."""
    told = channel_named(request.GET.get(PARAMETER, ""))
    if told:
        return told
    host = urlsplit(request.headers.get("Referer", "")).hostname or ""
    if not host:
        return ""
    if host == request.get_host().partition(":")[0]:
        return Channel.SITE
    if any(host == one or host.endswith(f".{one}") for one in WECHAT_HOSTS):
        return Channel.WECHAT
    if any(part in SEARCH_ENGINES for part in host.split(".")[:-1]):
        return Channel.SEARCH
    return ""
