"""A video stream by its HLS address, played on the room's page; it comes from the host named there."""

from django.utils.translation import gettext_lazy as _

from classroom.models import RoomStage
from classroom.stage_addresses import NotAnAddress, checked_address, origin_of
from classroom.stages.base import Stage, StageRefused


class VideoStreamStage(Stage):
    """A player beside the slide. Nothing but that stream's origin is let onto the page."""

    kind = "video_stream"
    name = _("A video stream beside the slides")
    place = 1
    template = "classroom/stage/video_stream.html"
    needs_address = True

    def checked_address(self, address: str) -> str:
        """An address that ends with .m3u8."""
        try:
            checked = checked_address(address)
        except NotAnAddress as error:
            raise StageRefused("address", error.words) from None
        if not checked.partition("?")[0].endswith(".m3u8"):
            words = _("The address of an HLS stream ends with .m3u8. Ask whoever sends the video.")
            raise StageRefused("address", words)
        return checked

    def policy(self, stage: RoomStage) -> dict[str, list[str]]:
        """Playlists, captions and pieces of the stream.

        hls.js hands pieces on as blobs, and makes its list of captions of an empty one as data.
        """
        origin = origin_of(stage.address)
        return {
            "media-src": ["'self'", "blob:", "data:", origin],
            "connect-src": ["'self'", origin],
        }


STAGE = VideoStreamStage()
