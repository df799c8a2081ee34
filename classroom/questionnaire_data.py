"""Names what questionnaires hold about people; a reply without a name holds no link, by design."""

from classroom.models import (
    Questionnaire,
    QuestionnaireInvitation,
    QuestionnaireReply,
    QuestionnaireRound,
    QuestionnaireVersion,
)
from classroom.questionnaires import in_words
from people.models import Person, Visitor
from people.registry import register, register_impersonal

WITH_PERSON = "until the person is erased"


def _report_invitations(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    if person is None:
        return []
    rows = QuestionnaireInvitation.objects.filter(registration__person=person)
    return [
        {
            "class": row.round.live_class.title,
            "mailed": bool(row.mailed_for),
            "answered": row.has_answered,
        }
        for row in rows.select_related("round__live_class")
    ]


def _report_replies(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    if person is None:
        return []
    rows = QuestionnaireReply.objects.filter(person=person)
    return [
        {
            "class": row.round.live_class.title,
            "sent_at": row.sent_at.isoformat() if row.sent_at else None,
            "agreed_to": row.agreed_to,
            "answers": _in_words(row, person.language or "en"),
        }
        for row in rows.select_related("round__live_class", "round__version")
    ]


def _in_words(reply: QuestionnaireReply, language: str) -> list[dict]:
    lines = []
    for question in reply.round.version.questions:
        if question["key"] not in reply.answers:
            continue
        words = {
            option["key"]: in_words(option["words"], language)
            for option in question.get("options", ())
        }
        value = reply.answers[question["key"]]
        told = [words.get(one, one) for one in (value if isinstance(value, list) else [value])]
        lines.append({"question": in_words(question["words"], language), "answer": told})
    return lines


def register_all() -> None:
    """Fill the registry with the models of questionnaires."""
    register(
        QuestionnaireInvitation,
        fields=("registration", "mailed_for", "has_answered"),
        purpose="to ask the guest of a class once how it was",
        retention=WITH_PERSON,
        eraser=None,  # goes with the registration
        reporter=_report_invitations,
    )
    register(
        QuestionnaireReply,
        fields=("person", "answers", "agreed_to", "sent_at"),
        purpose="to learn from what guests say, and to talk with those who agreed",
        retention="until the person deletes it or is erased; without a person, with the class",
        eraser=None,  # goes with the person; without one there is no link to anybody
        reporter=_report_replies,
    )
    register_impersonal(Questionnaire, reason="the clinic's questions")
    register_impersonal(QuestionnaireVersion, reason="the clinic's questions in earlier words")
    register_impersonal(QuestionnaireRound, reason="when the guests of a class were asked")
