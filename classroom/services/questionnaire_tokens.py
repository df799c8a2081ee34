"""Makes and reads the personal links of questionnaires: one place's questions, and nothing else."""

from datetime import timedelta

from django.core import signing
from django.utils import timezone

from classroom.models import Registration

SALT = "classroom.questionnaire"
#: How long after a class its guests may answer, change or take back what they answered.
OPEN_FOR = timedelta(days=21)


class BadQuestionnaireToken(ValueError):
    """No token of ours, or one that is over, revoked or of a place given back."""


def issue_questionnaire_token(registration: Registration) -> str:
    """Return the token of one place's questionnaire; revoking the place's join link ends it too."""
    return signing.dumps([registration.pk, registration.join_number], salt=SALT)


def registration_of_questionnaire_token(token: str) -> Registration:
    """Return the place a token stands for, with person and class; raises BadQuestionnaireToken."""
    try:
        pk, number = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise BadQuestionnaireToken from None
    registration = (
        Registration.objects.filter(pk=pk, join_number=number)
        .with_place()
        .select_related("person", "live_class__questionnaire")
        .first()
    )
    ends_at = registration.live_class.ends_at if registration else None
    if registration is None or ends_at is None or timezone.now() > ends_at + OPEN_FOR:
        raise BadQuestionnaireToken
    return registration
