"""Scores a module's check: pure functions over its questions, no database."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cms.models import ModulePage


@dataclass(frozen=True)
class AnswerResult:
    """One answer of a question: whether it is right, whether it was chosen, and why."""

    text: str
    correct: bool
    chosen: bool
    explanation: str


@dataclass(frozen=True)
class QuestionResult:
    """One question as it was answered; `right` only where exactly the right answers were chosen."""

    question: str
    right: bool
    answers: list[AnswerResult]


@dataclass(frozen=True)
class CheckResult:
    """A check as it was answered; `score` is the share of questions answered right, in percent."""

    score: int
    questions: list[QuestionResult]


@dataclass(frozen=True)
class AskedQuestion:
    """A question as it is put: the answers in order, and whether several may be chosen."""

    question: str
    answers: list[str]
    several: bool


class NotTheseAnswers(ValueError):
    """The answers do not belong to these questions."""


def questions_of(module: ModulePage) -> list[AskedQuestion]:
    """The questions of the module's check, without what is right."""
    return [
        AskedQuestion(
            question=value["question"],
            answers=[answer["text"] for answer in value["answers"]],
            several=sum(1 for answer in value["answers"] if answer["correct"]) > 1,
        )
        for value in _values(module)
    ]


def questions_hash(module: ModulePage) -> str:
    """A fingerprint of the questions, their answers and what is right; explanations do not count."""
    content = [
        [value["question"], [[a["text"], bool(a["correct"])] for a in value["answers"]]]
        for value in _values(module)
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def scored(module: ModulePage, chosen: Sequence[Sequence[int]]) -> CheckResult:
    """Score the chosen answers, for each question the places of its answers from 0.

    Raises NotTheseAnswers where there are not as many questions, or a place has no answer.
    """
    values = _values(module)
    if len(chosen) != len(values) or not values:
        raise NotTheseAnswers
    results = [
        _result(value, places) for value, places in zip(values, map(set, chosen), strict=True)
    ]
    right = sum(1 for result in results if result.right)
    return CheckResult(score=100 * right // len(results), questions=results)


def _values(module: ModulePage) -> list[Any]:
    return [block.value for block in module.check_questions]


def _result(value: Any, places: set[int]) -> QuestionResult:
    answers = list(value["answers"])
    if not places <= set(range(len(answers))):
        raise NotTheseAnswers
    return QuestionResult(
        question=value["question"],
        right=places == {place for place, answer in enumerate(answers) if answer["correct"]},
        answers=[
            AnswerResult(
                text=answer["text"],
                correct=bool(answer["correct"]),
                chosen=place in places,
                explanation=answer["explanation"] or "",
            )
            for place, answer in enumerate(answers)
        ],
    )
