"""The words people agree to, by version and language; a published version is never edited.

To change a word, add a version: the log of consents keeps the version and the SHA-256 of its text.
"""

import hashlib
from dataclasses import dataclass

CURRENT = "2026-11"


@dataclass(frozen=True)
class Notice:
    """One version of the notice: a text for each purpose in each language."""

    version: str
    texts: dict[str, dict[str, str]]


_NOTICES = {
    "2026-11": Notice(
        version="2026-11",
        texts={
            "en": {
                "profiling": (
                    "Remember what I read and attend here, so that the clinic sees which topics "
                    "interest me. My doctors and the clinic's consultants can see it. It is not "
                    "shown to anyone else, and I can look at it, correct it or end it at any time."
                ),
                "marketing": (
                    "The clinic may write to me or call me about the topics that interest me. "
                    "I can stop this at any time, and the site works the same without it."
                ),
            },
            "zh-hans": {
                "profiling": (
                    "请记住我在这里读过的文章和参加过的课程，让诊所了解我关心哪些话题。"
                    "能看到的只有我的医生和诊所的咨询师，不会给其他人看。"
                    "我随时可以查看、更正或停止。"
                ),
                "marketing": (
                    "诊所可以就我关心的话题写信或打电话给我。"
                    "我随时可以停止；不同意也一样可以使用本站。"
                ),
            },
        },
    ),
}


class UnknownNotice(ValueError):
    """No notice of that version was ever shown."""


def notice_of(version: str) -> Notice:
    """Return the notice of that version; raises UnknownNotice."""
    try:
        return _NOTICES[version]
    except KeyError:
        raise UnknownNotice(version) from None


def known_language(language: str) -> str:
    """Return the notice language for a language code of any form; English where there is none."""
    return "zh-hans" if language.lower().startswith("zh") else "en"


def text_hash(*, version: str, language: str, purpose: str) -> str:
    """Return the SHA-256 of what was shown; raises UnknownNotice."""
    text = notice_of(version).texts[known_language(language)][purpose]
    return hashlib.sha256(text.encode()).hexdigest()
