"""Which of the site's languages a language code means."""

from django.conf import settings

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
