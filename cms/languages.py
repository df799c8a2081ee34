"""Which of the site's languages a language code means, and which one a reader prefers."""

import crawleruseragents
from django.conf import settings
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation.trans_real import parse_accept_lang_header

CHINESE = frozenset({"zh", "zh-hans", "zh-cn", "zh-sg", "zh-my", "zh-chs", "cmn", "cmn-hans"})


def site_language(code: str) -> str | None:
    """Return the language of the site for `en-GB`, `zh`, `zh_CN`, `zh-Hans-CN`; None for others."""
    code = code.strip().lower().replace("_", "-")
    served = [language for language, _ in settings.LANGUAGES]
    if code in CHINESE or code.startswith("zh-hans-"):
        code = "zh-hans"
    elif code.startswith("en-"):
        code = "en"
    return code if code in served else None


def chosen_language(request: HttpRequest) -> str | None:
    """The language the reader once switched to in this browser, None without one."""
    return site_language(request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""))


def preferred_language(request: HttpRequest) -> str:
    """The language to speak where the address names none: the chosen one, else the browser's first."""
    chosen = chosen_language(request)
    if chosen:
        return chosen
    accepted = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    known = (site_language(code) for code, _ in accepted)
    return next((code for code in known if code), settings.LANGUAGE_CODE)


def language_to_begin_in(request: HttpRequest) -> str:
    """The language in which somebody who arrives at the bare address reads first.

    Who comes from a page of ours asked for this very page, and a crawler must be able to fetch it.
    """
    chosen = chosen_language(request)
    if chosen:
        return chosen
    if _comes_from_here(request):
        return settings.LANGUAGE_CODE
    preferred = preferred_language(request)
    agent = request.headers.get("User-Agent", "")
    if preferred != settings.LANGUAGE_CODE and crawleruseragents.is_crawler(agent):
        return settings.LANGUAGE_CODE
    return preferred


def _comes_from_here(request: HttpRequest) -> bool:
    referer = request.headers.get("Referer", "")
    return bool(referer) and url_has_allowed_host_and_scheme(referer, {request.get_host()})
