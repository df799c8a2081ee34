"""What the guests of a class answered, so that few answers without a name tell nothing of anybody.

A reply without a name is counted only together with at least as many others as FEWEST says: of one
or two, the staff of a small class would know whose they are.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from classroom.blocks import SCALE
from classroom.models import LiveClass, QuestionnaireReply, QuestionnaireRound
from classroom.questionnaires import shown_questions

FEWEST = 5


@dataclass(frozen=True)
class OptionLine:
    """One answer to choose, and how many chose it; `share` of those who answered, 0 to 1."""

    words: str
    count: int
    share: float


@dataclass(frozen=True)
class QuestionResult:
    """One question: how many answered it, the counts, or the words; `mean` of a scale."""

    words: str
    kind: str
    answered: int
    options: list[OptionLine] = field(default_factory=list)
    mean: float | None = None
    #: (name or "", text); those without a name come in no order that says when they came.
    texts: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class RoundResult:
    """`asked` were invited, `replied` answered; `held_back` replies are too few to be shown."""

    round: QuestionnaireRound
    asked: int
    replied: int
    held_back: int
    questions: list[QuestionResult]


def round_result(live_class: LiveClass, language: str) -> RoundResult | None:
    """Return what came back, None for a class whose guests were not asked (yet)."""
    found = (
        QuestionnaireRound.objects.filter(live_class=live_class).select_related("version").first()
    )
    if found is None:
        return None
    replies = list(found.replies.select_related("person").order_by("pk"))
    named = [reply for reply in replies if reply.person_id is not None]
    nameless = [reply for reply in replies if reply.person_id is None]
    enough = len(nameless) >= FEWEST
    counted = [*named, *nameless] if enough else named
    return RoundResult(
        round=found,
        asked=found.invitations.count(),
        replied=len(replies),
        held_back=0 if enough else len(nameless),
        questions=[_result(one, counted) for one in shown_questions(found, language)],
    )


def _result(question: dict[str, Any], replies: list[QuestionnaireReply]) -> QuestionResult:
    given = [
        (reply, reply.answers[question["key"]])
        for reply in replies
        if question["key"] in reply.answers
    ]
    kind, values = question["kind"], [value for _reply, value in given]
    if kind == "text":
        texts = [
            (reply.person.display_name if reply.person else "", str(value))
            for reply, value in given
        ]
        return QuestionResult(question["words"], kind, len(given), texts=texts)
    if kind == "scale":
        counts = Counter(values)
        lines = [_line(_scale_words(question, one), counts[one], len(given)) for one in SCALE]
        mean = sum(values) / len(values) if values else None
        return QuestionResult(question["words"], kind, len(given), options=lines, mean=mean)
    counts = Counter(one for value in values for one in (value if kind == "many" else [value]))
    lines = [
        _line(option["words"], counts[option["key"]], len(given)) for option in question["options"]
    ]
    return QuestionResult(question["words"], kind, len(given), options=lines)


def _line(words: str, count: int, of: int) -> OptionLine:
    return OptionLine(words, count, count / of if of else 0.0)


def _scale_words(question: dict[str, Any], figure: int) -> str:
    ends = {SCALE[0]: question["low"], SCALE[-1]: question["high"]}
    return f"{figure} · {ends[figure]}" if ends.get(figure) else str(figure)
