"""Tells browsers from bots, and says coarsely what a browser is; it never keeps an agent string."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from crawleruseragents import is_crawler
from django.db import models

AGENT_LENGTH = 512
HEADLESS = ("headlesschrome", "headless", "phantomjs", "slimerjs", "puppeteer", "playwright")
MAIL_SCANNERS = (
    "googleimageproxy", "yahoomailproxy", "bingpreview", "ms-office", "microsoft office",
    "barracuda", "mimecast", "proofpoint", "safelinks", "symantec", "messagelabs", "trendmicro",
)  # fmt: skip
PREFETCH_HEADERS = ("sec-purpose", "purpose", "x-purpose", "x-moz")
PREFETCH_VALUES = ("prefetch", "prerender", "preview")


class Filtered(models.TextChoices):
    """Why an event counts for nothing."""

    CRAWLER = "crawler"
    HEADLESS = "headless"
    PREFETCH = "prefetch"
    MAIL_SCANNER = "mail_scanner"


@dataclass(frozen=True, slots=True)
class Agent:
    """What the headers say: why it is filtered (empty for a reader), and the coarse classes.

    `wants_no_profile` is Sec-GPC or DNT: such a browser is served alike and profiled never.
    """

    filtered: str = ""
    device: str = ""
    language: str = ""
    wants_no_profile: bool = False


def read_agent(headers: Mapping[str, str]) -> Agent:
    """Return what a request's headers say of who sent it."""
    filtered, device = classify_agent(headers.get("user-agent", "")[:AGENT_LENGTH])
    for name in PREFETCH_HEADERS:
        value = headers.get(name)
        if value and any(word in value.lower() for word in PREFETCH_VALUES):
            filtered = filtered or Filtered.PREFETCH.value
    return Agent(
        filtered=filtered,
        device=device,
        language=coarse_language(headers.get("accept-language", "")[:64]),
        wants_no_profile=headers.get("sec-gpc") == "1" or headers.get("dnt") == "1",
    )


@lru_cache(maxsize=4096)
def classify_agent(user_agent: str) -> tuple[str, str]:
    """Return why that agent is filtered (empty for a reader) and its class of device.

    Cached, because an agent that is no crawler has to be held against every pattern.
    """
    small = user_agent.lower()
    if any(name in small for name in HEADLESS):
        return Filtered.HEADLESS.value, ""
    if any(name in small for name in MAIL_SCANNERS):
        return Filtered.MAIL_SCANNER.value, ""
    if is_crawler(user_agent):
        return Filtered.CRAWLER.value, ""
    return "", _device(small)


def _device(small: str) -> str:
    if "ipad" in small or "tablet" in small or ("android" in small and "mobile" not in small):
        return "tablet"
    if "mobile" in small or "iphone" in small or "ipod" in small:
        return "phone"
    return "desktop"


@lru_cache(maxsize=256)
def coarse_language(accept_language: str) -> str:
    """Return en, zh or other for the language a browser asks for first, empty when it asks none."""
    first = accept_language.split(",")[0].split(";")[0].strip().lower()
    if not first or first == "*":
        return ""
    main = first.split("-")[0]
    return main if main in ("en", "zh") else "other"
