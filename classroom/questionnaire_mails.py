"""Composes the one message after a class that asks how it was; part of the service of the registration."""

from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from classroom.models import QuestionnaireRound, Registration, Telling
from classroom.selectors import in_language
from classroom.services.questionnaire_tokens import issue_questionnaire_token
from classroom.services.questionnaires import ASKED_AFTER, claim_mail
from classroom.telling import Message, clinic_name_of, tell
from outbox.mail import Letter, Text, composes


@composes("class_questionnaire")
def compose_questionnaire(ids: dict) -> Letter | Text | None:
    """The link to the questions; None for who did not come, answered, was written to, or came too late.

    None too where the class was moved since: the mail planned at the move is the one.
    """
    registration = (
        Registration.objects.filter(pk=ids["registration"])
        .with_place()
        .select_related("person", "live_class__questionnaire")
        .first()
    )
    if registration is None:
        return None
    itself = registration.live_class
    if itself.starts_at != datetime.fromisoformat(ids["starts_at"]) or itself.ends_at is None:
        return None
    round = claim_mail(registration=registration, reason=ids["reason"])
    if round is None:
        return None
    language = registration.person.language or itself.locale.language_code
    return tell(
        Message(
            about=Telling.About.QUESTIONNAIRE,
            ids=ids,
            person=registration.person,
            language=language,
            letter=lambda address: _letter(address, registration, round, language),
            short={"clinic_name": clinic_name_of(language)},
            link=Telling.Link.QUESTIONS,
            subject=f"class:{itself.pk}",
            since=itself.ends_at + ASKED_AFTER,
            lasts_until=round.closes_at,
            registration=registration,
            live_class=itself,
        )
    )


def _letter(
    address: str, registration: Registration, round: QuestionnaireRound, language: str
) -> Letter:
    itself = registration.live_class
    with translation.override(language):
        path = reverse("class_questionnaire")
    return Letter(
        to=address,
        language=language,
        context={
            "title": in_language(itself, language).title,
            "form_url": f"{settings.BASE_URL}{path}?"
            + urlencode({"place": issue_questionnaire_token(registration)}),
            "closes_at": round.closes_at.astimezone(itself.zone),
            "clinic_name": clinic_name_of(language),
        },
    )
