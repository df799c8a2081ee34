"""What every kind of stage says about itself; the rest of the room asks nothing else of it."""

from typing import ClassVar

from django.utils.functional import Promise

from classroom.models import RoomStage
from classroom.room_access import Seat

Words = str | Promise


class StageRefused(ValueError):
    """This stage cannot be chosen so; `field` is what to change, and the message says how."""

    def __init__(self, field: str, words: Words):
        super().__init__(words)
        self.field = field
        self.words = words


class StageAway(Exception):
    """The way in does not open now; the message tells a guest."""


class Stage:
    """One kind of stage. A subclass in a file of its own ends with `STAGE = Subclass()`.

    `template` is what the room's page shows beside the slide, `place` the order among the choices,
    `leads_away` says that there is a way into another room.
    """

    kind: ClassVar[str]
    name: ClassVar[Words]
    place: ClassVar[int]
    template: ClassVar[str] = ""
    needs_address: ClassVar[bool] = False
    has_sound: ClassVar[bool] = True
    leads_away: ClassVar[bool] = False

    def is_offered(self) -> bool:
        """Whether this installation can show it."""
        return True

    def checked_address(self, address: str) -> str:
        """The address as it is kept; raises StageRefused."""
        return ""

    def policy(self, stage: RoomStage) -> dict[str, list[str]]:
        """What the room's page may load besides its own, by directive of its security policy."""
        return {}

    def way_in(self, *, stage: RoomStage, seat: Seat, name: str) -> str:
        """The address that lets whoever sits there in under that name; raises StageAway.

        It may ask another server, so it is called outside of transactions.
        """
        raise StageAway
