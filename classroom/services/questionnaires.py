"""Asks the guests of a class, takes their answers, changes them and takes them back."""

import hashlib
import json
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from classroom.models import (
    Attendance,
    LiveClass,
    Questionnaire,
    QuestionnaireInvitation,
    QuestionnaireReply,
    QuestionnaireRound,
    QuestionnaireVersion,
    Registration,
)
from classroom.questionnaires import (
    is_asked,
    is_closed,
    own_reply,
    plain_questions,
    questionnaire_of,
)
from classroom.services.questionnaire_tokens import OPEN_FOR
from classroom.services.tellings import forget_invitation
from classroom.signals import answers_changed
from outbox.services import enqueue_mail, record_audit
from people.models import Person
from people.selectors import records_of

#: The wording of the tick beside the form; a new wording gets a new name.
WORDING = "questionnaire-1"
ASKED_AFTER = timedelta(hours=2)
#: A class lasts at most as many minutes as its field holds, 32,767.
LONGEST = timedelta(days=23)
TEXT_LENGTH = 1000
#: How long after its time an invitation counts as missed.
PATIENCE = timedelta(hours=1)
#: Why a mail is written: it was due, the report of the room came later, or nobody had planned it.
DUE, LATE, MISSED = "due", "late", "missed"


class NotAsked(Exception):
    """The class asks nothing, or the guest is not asked (any more)."""


class AnsweredAlready(Exception):
    """There is a reply without a name, and the link to it was not shown."""


def open_round(*, live_class: LiveClass) -> QuestionnaireRound | None:
    """Return the asking of a class that is over; the first call fixes the words. None: nothing is asked."""
    found = QuestionnaireRound.objects.filter(live_class=live_class).first()
    ends_at = live_class.ends_at
    if found is not None or ends_at is None:
        return found
    questionnaire = questionnaire_of(live_class)
    if questionnaire is None:
        return None
    return QuestionnaireRound.objects.get_or_create(
        live_class=live_class,
        defaults={
            "version": version_in_force(questionnaire=questionnaire),
            "closes_at": ends_at + OPEN_FOR,
        },
    )[0]


def version_in_force(*, questionnaire: Questionnaire) -> QuestionnaireVersion:
    """Return the version with the words as they stand; appends one where they are new."""
    questions = plain_questions(questionnaire)
    told = json.dumps([questionnaire.pk, questions], sort_keys=True, ensure_ascii=False)
    return QuestionnaireVersion.objects.get_or_create(
        questions_hash=hashlib.sha256(told.encode()).hexdigest(),
        defaults={"questionnaire": questionnaire, "questions": questions},
    )[0]


def choose_default(*, questionnaire: Questionnaire, chosen: bool) -> None:
    """Make a questionnaire the clinic's own, or no longer; the same again changes nothing."""
    if chosen == (questionnaire.default_since is not None):
        return
    since = timezone.now() if chosen else None
    with transaction.atomic():
        if chosen:
            Questionnaire.objects.exclude(default_since=None).update(default_since=None)
        Questionnaire.objects.filter(pk=questionnaire.pk).update(default_since=since)
    questionnaire.default_since = since


def plan_questionnaire(registration: Registration) -> None:
    """Ask for the one mail after the class; for the same date a second call changes nothing."""
    itself = registration.live_class
    if itself.starts_at is None or itself.ends_at is None or not itself.asks_afterwards:
        return
    _enqueue(registration, reason=DUE, due_at=itself.ends_at + ASKED_AFTER)


def invite_late(*, live_class: LiveClass, person_ids: list[int]) -> None:
    """Ask for the mails of those whose attendance became known after the others were written to.

    Whoever was written to is not again: the mail itself looks.
    """
    ends_at = live_class.ends_at
    now = timezone.now()
    if ends_at is None or not ends_at + ASKED_AFTER <= now < ends_at + OPEN_FOR:
        return
    came = Attendance.objects.filter(live_class=live_class, person__in=person_ids, attended=True)
    known = came.values("person_id")
    places = Registration.objects.filter(
        Q(person__in=known) | Q(person__merged_into__in=known), live_class=live_class
    )
    for registration in places.with_place().select_related("live_class"):
        _enqueue(registration, reason=LATE, due_at=now)


def invite_missed() -> None:
    """Ask for the mails that nobody planned, or that were due before there were questions to ask.

    So it is with places kept before a class asked anything: its questionnaire, or the tick to ask
    afterwards, came later. As long as answers come in, whoever is asked and was not written to is
    written to once; a second call asks for no mail again.
    """
    now = timezone.now()
    over = LiveClass.objects.filter(
        starts_at__lte=now - ASKED_AFTER,
        starts_at__gt=now - OPEN_FOR - LONGEST,
        asks_afterwards=True,
        cancelled_at=None,
    ).select_related("questionnaire")
    for live_class in over:
        ends_at = live_class.ends_at
        if ends_at is None or not ends_at + ASKED_AFTER + PATIENCE <= now < ends_at + OPEN_FOR:
            continue
        if questionnaire_of(live_class) is None:
            continue
        places = Registration.objects.filter(live_class=live_class).with_place()
        unwritten = places.exclude(
            questionnaire_invitation__in=QuestionnaireInvitation.objects.exclude(
                mailed_for="", has_answered=False
            )
        )
        for registration in unwritten.select_related("live_class"):
            if is_asked(registration):
                _enqueue(registration, reason=MISSED, due_at=now)


def _enqueue(registration: Registration, *, reason: str, due_at: datetime) -> None:
    starts_at = registration.live_class.starts_at
    assert starts_at is not None
    given = f"{registration.registered_at.timestamp():.6f}"
    enqueue_mail(
        template="class_questionnaire",
        ids={
            "registration": registration.pk,
            "reason": reason,
            "starts_at": starts_at.isoformat(),
        },
        key=f"class_questionnaire:{registration.pk}:{reason}:{starts_at.timestamp():.0f}:{given}",
        due_at=due_at,
    )


def claim_mail(*, registration: Registration, reason: str) -> QuestionnaireRound | None:
    """Return the round where this is the one mail of a place, else None; the same reason gets it again.

    None too for who answered already, is not asked, or comes too late.
    """
    if not is_asked(registration):
        return None
    with transaction.atomic():
        round = open_round(live_class=registration.live_class)
        if round is None or is_closed(round):
            return None
        invitation = _invitation(round, registration)
        if invitation.has_answered or invitation.mailed_for not in ("", reason):
            return None
        invitation.mailed_for = reason
        invitation.save(update_fields=["mailed_for"])
    return round


def send_reply(
    *,
    registration: Registration,
    handle: uuid.UUID,
    answers: dict[str, Any],
    with_name: bool,
) -> QuestionnaireReply:
    """Keep the answers, in place of the earlier ones; returns the reply, whose id leads back to it.

    `handle` comes with the form: the same form sent twice is one reply. With a name the reply
    belongs to the person; without one nothing of it says whose it is. Raises NotAsked, and
    AnsweredAlready where there is a reply without a name that the handle does not lead to.
    """
    with transaction.atomic():
        round = _open_for(registration)
        invitation = _invitation(round, registration)
        earlier = own_reply(round, registration, handle)
        if earlier is None and invitation.has_answered:
            raise AnsweredAlready
        if earlier is None and QuestionnaireReply.objects.filter(pk=handle).exists():
            raise NotAsked
        reply = earlier
        named = reply is not None and reply.person_id is not None
        if reply is not None and named != with_name:
            # What had a name must not be found again by its number, nor the other way round.
            reply.delete()
            reply = None
            handle = uuid.uuid4()
        if reply is None:
            reply = QuestionnaireReply(pk=handle, round=round)
        if with_name:
            reply.person, reply.agreed_to, reply.sent_at = (
                registration.person,
                WORDING,
                timezone.now(),
            )
        reply.answers = answers
        reply.save()
        QuestionnaireInvitation.objects.filter(pk=invitation.pk).update(has_answered=True)
        forget_invitation(registration=registration)
        if named or with_name:
            _tell_answers(registration.person_id, round)
    return reply


def take_back_reply(*, registration: Registration, handle: uuid.UUID | None) -> bool:
    """Delete the reply of a place while the round is open; returns whether there was one."""
    with transaction.atomic():
        round = _open_for(registration)
        invitation = _invitation(round, registration)
        reply = own_reply(round, registration, handle)
        if reply is None:
            return False
        named = reply.person_id is not None
        reply.delete()
        QuestionnaireInvitation.objects.filter(pk=invitation.pk).update(has_answered=False)
        if named:
            _tell_answers(registration.person_id, round)
    return True


def delete_own_reply(*, person: Person, reply_id: uuid.UUID) -> bool:
    """Delete a reply with the person's name, whether or not the round is open; audited."""
    with transaction.atomic():
        reply = QuestionnaireReply.objects.filter(
            pk=reply_id, person__in=records_of(person)
        ).first()
        if reply is None:
            return False
        QuestionnaireInvitation.objects.filter(
            round_id=reply.round_id, registration__person__in=records_of(person)
        ).update(has_answered=False)
        holder = reply.person_id
        reply.delete()
        _tell_answers(holder, reply.round)
        record_audit(
            actor=f"person:{person.external_id}",
            action="questionnaire.reply_deleted",
            subject=f"round:{reply.round_id}",
        )
    return True


def _tell_answers(person_id: int | None, round: QuestionnaireRound) -> None:
    """Tell the packages above; of replies without a name they never hear."""
    answers_changed.send(QuestionnaireReply, person_id=person_id, page_id=round.live_class_id)


def _open_for(registration: Registration) -> QuestionnaireRound:
    if not is_asked(registration):
        raise NotAsked
    round = open_round(live_class=registration.live_class)
    if round is None or is_closed(round):
        raise NotAsked
    return round


def _invitation(round: QuestionnaireRound, registration: Registration) -> QuestionnaireInvitation:
    """The invitation of a place, held until the transaction ends."""
    QuestionnaireInvitation.objects.get_or_create(
        registration=registration, defaults={"round": round}
    )
    return QuestionnaireInvitation.objects.select_for_update().get(registration=registration)
