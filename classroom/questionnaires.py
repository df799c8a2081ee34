"""Which questionnaire a class has, who is asked, and the words of a version in a language; reads only."""

from typing import Any

from django.utils import timezone

from classroom.blocks import words_of
from classroom.models import (
    Attendance,
    LiveClass,
    Questionnaire,
    QuestionnaireReply,
    QuestionnaireRound,
    Registration,
)
from cms.models import Access
from people.selectors import records_of, resolve_merge


def default_questionnaire() -> Questionnaire | None:
    """The clinic's own, for classes that name none; None where there is none."""
    chosen = Questionnaire.objects.exclude(default_since=None)
    return chosen.order_by("-default_since", "-pk").first()


def questionnaire_of(live_class: LiveClass) -> Questionnaire | None:
    """What the guests of a class are asked; None where the class asks nothing."""
    if not live_class.asks_afterwards:
        return None
    found = live_class.questionnaire or default_questionnaire()
    return found if found is not None and len(found.questions) else None


def plain_questions(questionnaire: Questionnaire) -> list[dict[str, Any]]:
    """The questions as plain values, as a version keeps them."""
    return [_plain(block) for block in questionnaire.questions]


def _plain(block: Any) -> dict[str, Any]:
    value = block.value
    plain = {"key": str(block.id), "kind": block.block_type, "words": words_of(value["question"])}
    if "options" in value:
        plain["options"] = [
            {"key": str(option.id), "words": words_of(option.value)}
            for option in value["options"].bound_blocks
        ]
    if "low" in value:
        plain |= {"low": words_of(value["low"]), "high": words_of(value["high"])}
    return plain


def in_words(words: dict[str, str], language: str) -> str:
    """The words in a language, or in one there is."""
    return words.get(language) or next(iter(words.values()), "")


def shown_questions(round: QuestionnaireRound, language: str) -> list[dict[str, Any]]:
    """The questions of a round in one language: key, kind, words, options, low and high."""
    return [
        {
            "key": one["key"],
            "kind": one["kind"],
            "words": in_words(one["words"], language),
            "options": [
                {"key": option["key"], "words": in_words(option["words"], language)}
                for option in one.get("options", ())
            ],
            "low": in_words(one.get("low", {}), language),
            "high": in_words(one.get("high", {}), language),
        }
        for one in round.version.questions
    ]


def is_asked(registration: Registration) -> bool:
    """Whether the guest of a place is asked: who attended, or everybody where nobody knows who came."""
    itself = registration.live_class
    ends_at = itself.ends_at
    if not registration.has_place or itself.cancelled_at or itself.access == Access.STAFF:
        return False
    if ends_at is None or timezone.now() < ends_at:
        return False
    came = Attendance.objects.filter(live_class=itself, live_seconds__gt=0)
    guest = resolve_merge(registration.person)
    mine = Attendance.objects.filter(live_class=itself, person=guest)
    return mine.filter(attended=True).exists() or not (came.exists() or mine.exists())


def is_closed(round: QuestionnaireRound) -> bool:
    """Whether answers come in no more, nor change."""
    return round.closes_at <= timezone.now()


def own_reply(
    round: QuestionnaireRound, registration: Registration, handle: Any = None
) -> QuestionnaireReply | None:
    """The reply with the person's name, or the one without a name that the handle leads to."""
    replies = round.replies.all()
    named = replies.filter(person__in=records_of(registration.person)).first()
    if named is not None or handle is None:
        return named
    return replies.filter(pk=handle, person=None).first()


def has_answered(registration: Registration) -> bool:
    """Whether the guest of a place answered, with or without a name."""
    invitation = getattr(registration, "questionnaire_invitation", None)
    return invitation is not None and invitation.has_answered
