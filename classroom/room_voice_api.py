"""The API of voice clips in a room: let everybody hear one, and put one into words."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Field, File, Form, Router, Schema
from ninja.files import UploadedFile

from classroom.api_auth import PlaceOrLogin
from classroom.models.room import MESSAGE_LENGTH
from classroom.room_api import Refusal, RoomEventOut, seat_of, worded
from classroom.room_wire import wire_of
from classroom.services.room_voices import NotForGuests, NoVoice, put_into_words, send_voice
from classroom.voice_clips import LONGEST_S

router = Router()
#: What is wrong with a clip, and what to do.
SENTENCES = {
    "unknown": "This is no recording. Send WebM, Ogg, MP4, M4A, AAC, MP3, WAV or AMR.",
    "damaged": "This recording is damaged. Record it once more.",
    "silent": "Nothing can be heard in this recording. Look at the microphone and record once more.",
    "long": f"A voice clip lasts {LONGEST_S} seconds at most. Say it in two.",
    "heavy": "This recording asks for too much work. Record it once more.",
    "large": "Send a file of at most 15 MB.",
}


class VoiceWordsIn(Schema):
    """What the clip of that number says, for who cannot listen."""

    client: UUID
    about: int = Field(ge=1, le=2_000_000_000)
    text: str = Field(min_length=1, max_length=MESSAGE_LENGTH)


@router.post(
    "/classes/{class_id}/voice-clips",
    response=RoomEventOut,
    auth=PlaceOrLogin(),
    summary="Say something aloud in the room",
)
def create_voice_clip(
    request: HttpRequest,
    class_id: int,
    client: Form[UUID],
    file: File[UploadedFile],
    words: Form[str] = "",
) -> dict:
    """As multipart; `words` write down what is said. The same `client` again gives the same event.

    Only the sound stays, as AAC in MP4. Guests send clips while the room's `guests_speak` is true,
    otherwise 403 with the reason `no_voices`. 422 with a `reason` (unknown, damaged, silent, long,
    heavy, large) for what is no clip of at most a minute; otherwise as for messages.
    """
    seat = seat_of(request, class_id)
    with worded():
        try:
            return wire_of(send_voice(seat=seat, file=file, words=words, client_id=client))
        except NoVoice as refused:
            raise Refusal(422, SENTENCES[refused.code], reason=refused.code) from None
        except NotForGuests:
            raise Refusal(
                403, "The hosts take no voice clips of guests now.", reason="no_voices"
            ) from None


@router.post(
    "/classes/{class_id}/voice-words",
    response=RoomEventOut,
    auth=PlaceOrLogin(),
    summary="Put a voice clip into words",
)
def create_voice_words(request: HttpRequest, class_id: int, payload: VoiceWordsIn) -> dict:
    """For hosts; an event of kind `voice_words`, of which the latest counts. 404 where there is no clip."""
    seat = seat_of(request, class_id)
    with worded():
        return wire_of(
            put_into_words(
                seat=seat, number=payload.about, text=payload.text, client_id=payload.client
            )
        )
