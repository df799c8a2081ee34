"""Finds addresses of this site's own pages in what somebody wrote; it asks no network for anything."""

import re
from urllib.parse import unquote, urlsplit

from django.conf import settings
from wagtail.models import Site

#: More addresses than this in one text are not looked at.
LOOKED_AT = 10
# What is written before an address without a space may be any letter but one of an address.
ADDRESS = re.compile(
    r"(?<![A-Za-z0-9@/.:%_-])(?:https?://)?(?P<host>[A-Za-z0-9.-]+(?::\d{1,5})?)?(?P<path>/[\w/%~-]+)",
    re.IGNORECASE,
)
ASCII = re.compile(r"[!-~]+")


def paths_in(text: str) -> list[str]:
    """Places in the page tree that the text may name, in its order, each once.

    An address has this site's host or none. Letters that run on behind it without a space, as in
    Chinese, may belong to it or not: both places are given.
    """
    if "/" not in text:
        return []
    roots = Site.get_site_root_paths()
    hosts = {urlsplit(root.root_url).netloc.lower() for root in roots}
    hosts.add(urlsplit(settings.WAGTAILADMIN_BASE_URL).netloc.lower())
    trees = {root.language_code: root.root_path for root in roots}
    found: dict[str, None] = {}
    own = (
        match["path"]
        for match in ADDRESS.finditer(text)
        if match["host"] is None or match["host"].lower() in hosts
    )
    for path, _ in zip(own, range(LOOKED_AT), strict=False):
        begin = ASCII.match(path)
        for written in dict.fromkeys((path, begin[0] if begin else path)):
            found[_place(written, trees)] = None
    return [place for place in found if place]


def _place(path: str, trees: dict[str, str]) -> str:
    """The place in the tree that an address leads to; empty where its language has no tree."""
    language, _, rest = (words := unquote(path).strip("/")).partition("/")
    if language.lower() not in dict(settings.LANGUAGES):
        language, rest = settings.LANGUAGE_CODE, words
    tree = trees.get(language.lower())
    return f"{tree}{rest}/" if tree and rest else ""
