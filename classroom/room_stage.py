"""What a room's stage is now, for its page, its API and its policy; reads only."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Max

from classroom.models import Room, RoomEvent, RoomStage
from classroom.stages import SLIDES, Stage, stage_named, stages


@dataclass(frozen=True)
class OnStage:
    """The stage of a room: the kind, and what a host chose for it (a row of its own, or none)."""

    kind: Stage
    chosen: RoomStage

    @property
    def policy(self) -> dict[str, list[str]]:
        """What the page may load besides its own."""
        return self.kind.policy(self.chosen)

    @property
    def is_captioned_here(self) -> bool:
        """Whether somebody types captions in the room."""
        return self.chosen.captions == RoomStage.Captions.TYPED


def stage_of(room: Room) -> OnStage:
    """The stage of a room; slides alone where nobody chose another, or none can be shown any more."""
    chosen = RoomStage.objects.filter(room=room).first()
    if chosen is None or chosen.kind not in stages() or not stage_named(chosen.kind).is_offered():
        chosen = RoomStage(room=room, kind=SLIDES)
    return OnStage(kind=stage_named(chosen.kind), chosen=chosen)


def stage_number_of(room: Room) -> int:
    """The number of the event by which the newest stage was chosen; 0 where none was."""
    events = RoomEvent.objects.filter(room=room, kind=RoomEvent.Kind.STAGE)
    return events.aggregate(last=Max("number"))["last"] or 0


def offered_stages() -> list[Stage]:
    """The kinds that hosts may choose from here, in their order."""
    return [stage for stage in stages().values() if stage.is_offered()]


def wire_of_stage(stage: OnStage) -> dict[str, Any]:
    """A stage as the API gives it."""
    return {
        "kind": stage.kind.kind,
        "address": stage.chosen.address,
        "captions": stage.chosen.captions or None,
        "captioner": stage.chosen.captioner,
        "leads_away": stage.kind.leads_away,
    }
