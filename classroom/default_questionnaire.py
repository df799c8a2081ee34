"""The questionnaire the product comes with, in both languages, in the shape a stream field stores."""

from typing import Any


def _words(en: str, zh: str) -> dict[str, str]:
    return {"words_en": en, "words_zh_hans": zh}


def _options(kind: int, *options: tuple[str, str]) -> list[dict[str, Any]]:
    return [
        {"type": "item", "value": _words(*one), "id": _key(kind, number)}
        for number, one in enumerate(options, start=1)
    ]


def _key(question: int, option: int = 0) -> str:
    """A number that is the same in every installation."""
    return f"5f0c1a52-0000-4000-8000-{question:04d}{option:08d}"


NAME = "After a class"
QUESTIONS: list[dict[str, Any]] = [
    {
        "type": "scale",
        "id": _key(1),
        "value": {
            "question": _words("How much did the class help you?", "这堂课对您有多大帮助？"),
            "low": _words("not at all", "没有帮助"),
            "high": _words("a lot", "很有帮助"),
        },
    },
    {
        "type": "one",
        "id": _key(2),
        "value": {
            "question": _words("How was the pace?", "讲得快慢怎么样？"),
            "options": _options(
                2, ("Too slow", "太慢"), ("Just right", "正好"), ("Too fast", "太快")
            ),
        },
    },
    {
        "type": "many",
        "id": _key(3),
        "value": {
            "question": _words("What would you like to hear more about?", "您还想多听些什么？"),
            "options": _options(
                3,
                ("How a treatment goes", "治疗怎么进行"),
                ("Pain and healing", "疼痛和恢复"),
                ("Cost and time", "费用和时间"),
                ("Care at home", "在家怎么护理"),
            ),
        },
    },
    {
        "type": "text",
        "id": _key(4),
        "value": {
            "question": _words("What should we do better next time?", "下次我们哪里可以做得更好？"),
        },
    },
]
