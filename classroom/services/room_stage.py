"""Chooses what stands on a room's stage, shows the way into another room, and captions what is heard.

A change of the stage and each caption is an event of the room, in the one order of all others.
"""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classroom.models import RoomEvent, RoomStage
from classroom.models.room import NAME_LENGTH
from classroom.room_access import Seat, guest_of
from classroom.room_stage import stage_of
from classroom.room_words import clean_words
from classroom.services.room_append import (
    Kind,
    NoNickname,
    NotOpen,
    NoWords,
    append,
    by,
    held,
    need_host,
)
from classroom.services.room_entry import staff_name
from classroom.stages import Stage, StageRefused, stages
from outbox.services import record_audit

Captions = RoomStage.Captions
#: Two lines on a phone; who types faster sends the next one.
CAPTION_LENGTH = 200


def choose_stage(
    *,
    seat: Seat,
    kind: str,
    client_id: UUID,
    address: str = "",
    captions: str = "",
    captioner: str = "",
) -> RoomEvent:
    """Put that on the stage, and tell the room; raises StageRefused and NotHost. Audited.

    The same client id again changes nothing. Where there is sound, somebody has to say how it can
    be read (WCAG 1.2.4).
    """
    need_host(seat)
    stage = stages().get(kind)
    if stage is None or not stage.is_offered():
        raise StageRefused("kind", _("There is no such stage here."))
    kept = stage.checked_address(address)
    captioner = " ".join(clean_words(captioner).split())[:NAME_LENGTH]
    _check_captions(stage, captions, captioner)
    typed = stage.has_sound and captions == Captions.TYPED
    values = {
        "kind": kind,
        "address": kept,
        "captions": captions if stage.has_sound else "",
        "captioner": captioner if typed else "",
        "changed_at": timezone.now(),
    }
    sending = by(seat, kind=Kind.STAGE, client_id=client_id)
    with transaction.atomic():
        room = held(seat.room)
        known = RoomEvent.objects.filter(room=room, client_id=client_id).exists()
        event = append(sending, room)
        if not known:
            RoomStage.objects.update_or_create(room=room, defaults=values)
            record_audit(
                actor=f"user:{seat.user.pk}" if seat.user else "guest",
                action="room.stage_chosen",
                subject=f"class:{room.pk}",
                detail={"kind": kind, "captions": values["captions"]},
            )
    return event


def type_caption(*, seat: Seat, text: str, client_id: UUID) -> RoomEvent:
    """Append what is being said, for who cannot hear it; raises NotSent. Hosts type, nobody else."""
    need_host(seat)
    words = " ".join(clean_words(text).split())
    if not words or len(words) > CAPTION_LENGTH:
        raise NoWords
    sending = by(seat, kind=Kind.CAPTION, client_id=client_id, text=words)
    with transaction.atomic():
        return append(sending, held(seat.room))


def way_in(*, seat: Seat) -> str:
    """The address of the other room for whoever sits here; raises NotOpen, NoNickname and StageAway.

    Another server may be asked, so no transaction is open meanwhile.
    """
    stage = stage_of(seat.room)
    if not stage.kind.leads_away or not seat.may_write:
        raise NotOpen
    guest = guest_of(seat)
    name = guest.nickname if guest else staff_name(seat.user) if seat.user else ""
    if not name:
        raise NoNickname
    return stage.kind.way_in(stage=stage.chosen, seat=seat, name=name)


def _check_captions(stage: Stage, captions: str, captioner: str) -> None:
    if not stage.has_sound:
        return
    if captions not in Captions.values:
        words = _(
            "Say how people can read what is heard: live video needs live captions. Without them, "
            "choose slides alone."
        )
        raise StageRefused("captions", words)
    if captions == Captions.TYPED and not captioner:
        raise StageRefused("captioner", _("Name who types the captions, so that it is somebody."))
