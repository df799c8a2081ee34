"""Any other room on the web, by its address; whoever goes there does so by a button."""

from django.utils.translation import gettext_lazy as _

from classroom.models import RoomStage
from classroom.room_access import Seat
from classroom.stage_addresses import NotAnAddress, checked_address
from classroom.stages.base import Stage, StageRefused


class LinkStage(Stage):
    """A button that opens another room; it is told nothing of whoever comes."""

    kind = "link"
    name = _("Another room, by its address")
    place = 3
    template = "classroom/stage/way_in.html"
    needs_address = True
    leads_away = True

    def checked_address(self, address: str) -> str:
        """An https address."""
        try:
            return checked_address(address)
        except NotAnAddress as error:
            raise StageRefused("address", error.words) from None

    def way_in(self, *, stage: RoomStage, seat: Seat, name: str) -> str:
        """The address, the same for everybody."""
        return stage.address


STAGE = LinkStage()
