"""A meeting on the clinic's BigBlueButton: made by its API when the first one goes in.

Calls are signed with sha256 over the call's name, its query and the shared secret, as BigBlueButton's
API reference says. A guest's chosen name leaves the house, and numbers that mean nothing elsewhere.
"""

import hashlib
import logging
import re
from urllib.parse import quote, urlencode

from django.conf import settings
from django.core.cache import cache
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from classroom.models import RoomStage
from classroom.room_access import Seat
from classroom.stages.base import Stage, StageAway, StageRefused
from outbox.safe_addresses import AddressRefused
from outbox.safe_posting import NotReached, read_safely

#: A whole class goes in within a minute; the meeting is asked for again after so long.
MADE_FOR_S = 30
ANSWER_BYTES = 64 * 1024
TITLE_LENGTH = 60
DONE = re.compile(rb"<returncode>\s*SUCCESS\s*</returncode>")
log = logging.getLogger("wellread.room")


class BigBlueButtonStage(Stage):
    """A button into a meeting of this class: hosts moderate it, guests look and speak."""

    kind = "bigbluebutton"
    name = _("A meeting on our BigBlueButton")
    place = 2
    template = "classroom/stage/way_in.html"
    leads_away = True

    def is_offered(self) -> bool:
        """Where the installation names a server."""
        return bool(settings.BIGBLUEBUTTON_URL)

    def checked_address(self, address: str) -> str:
        """No address: the meeting is made by itself."""
        if not self.is_offered():
            raise StageRefused("kind", _("This installation names no BigBlueButton."))
        return ""

    def way_in(self, *, stage: RoomStage, seat: Seat, name: str) -> str:
        """An address that lets one person in, made for them; the meeting is made where it is not."""
        meeting = opaque("meeting", str(stage.room_id))
        self._make(meeting, title=seat.live_class.title)
        return signed(
            "join",
            fullName=name,
            meetingID=meeting,
            role="MODERATOR" if seat.is_host else "VIEWER",
            userID=opaque("user", f"{stage.room_id}:{seat.key}"),
            redirect="true",
        )

    def _make(self, meeting: str, *, title: str) -> None:
        """Making it again changes nothing on their side."""
        if cache.get(f"bigbluebutton:{meeting}"):
            return
        address = signed(
            "create",
            name=title[:TITLE_LENGTH],
            meetingID=meeting,
            record="false",
            muteOnStart="true",
        )
        try:
            answer = read_safely(address, at_most=ANSWER_BYTES)
        except (AddressRefused, NotReached) as error:
            log.warning("BigBlueButton did not answer: %s", error.code)
            raise StageAway from None
        if answer.status != 200 or not DONE.search(answer.body):
            log.warning("BigBlueButton made no meeting: status %s", answer.status)
            raise StageAway
        cache.set(f"bigbluebutton:{meeting}", True, MADE_FOR_S)


def signed(call: str, **values: str) -> str:
    """The address of a call with its checksum."""
    query = urlencode(values, quote_via=quote)
    whole = f"{call}{query}{settings.BIGBLUEBUTTON_SECRET}"
    checksum = hashlib.sha256(whole.encode()).hexdigest()
    return f"{settings.BIGBLUEBUTTON_URL}/api/{call}?{query}&checksum={checksum}"


def opaque(what: str, value: str) -> str:
    """A name that stays the same in one class and means nothing outside of this installation."""
    return salted_hmac(f"classroom.bigbluebutton.{what}", value, algorithm="sha256").hexdigest()[
        :32
    ]


STAGE = BigBlueButtonStage()
