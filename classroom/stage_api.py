"""The API of a room's stage and its slides: what stands there, the way in, captions, files."""

from typing import Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, File, Router, Schema, Status
from ninja.errors import HttpError
from ninja.files import UploadedFile

from classroom.api_auth import PlaceOrLogin
from classroom.models import RoomSlide, SlidePdf
from classroom.room_access import Seat
from classroom.room_api import RoomEventOut, SlideOut, seat_of, worded
from classroom.room_stage import stage_of, wire_of_stage
from classroom.room_wire import wire_of, wire_of_slide
from classroom.services import room_stage as services
from classroom.services.room_append import need_host
from classroom.services.room_slides import SLIDES_AT_MOST, TooManySlides, add_slide
from classroom.services.slide_pdfs import is_pdf, receive_pdf
from classroom.slide_pdf_words import sentences_on
from classroom.stages import StageAway, StageRefused
from cms.uploads.refusal import Refused

router = Router()
MOST_BYTES = 15 * 1024 * 1024
AWAY = "The other room does not answer now. The talk goes on here; try again in a minute."


class StageOut(Schema):
    """What stands beside the slides; `captions` says how its sound can be read, None without sound.

    `kind` is an adapter of this installation, such as slides, video_stream, bigbluebutton or link.
    With `leads_away` there is another room: ask `stage/visits` for the way in.
    """

    kind: str
    address: str
    captions: Literal["carried", "typed"] | None
    captioner: str
    leads_away: bool


class StageIn(Schema):
    """What to put on the stage; `client` is an id of the sender's own, for sending again."""

    client: UUID
    kind: str = Field(max_length=20)
    address: str = Field("", max_length=500)
    captions: Literal["", "carried", "typed"] = ""
    captioner: str = Field("", max_length=60)


class VisitOut(Schema):
    """Where the other room lets this one guest in; for one use now, not to be kept."""

    address: str


class CaptionIn(Schema):
    """What was said just now; `client` is an id of the sender's own, for sending again."""

    client: UUID
    text: str = Field(min_length=1, max_length=services.CAPTION_LENGTH)


class SlidePdfOut(Schema):
    """A PDF on its way into the slides, or what became of it; `sentences` tell a host."""

    id: int
    file_name: str
    state: Literal["taking", "taken", "failed", "stopped"]
    pages: int
    pages_done: int
    left_out: list[int]
    problem: str
    sentences: list[str]


class SlidesOut(Schema):
    """The slides in their order, and the PDFs that nobody has put away."""

    slides: list[SlideOut]
    pdfs: list[SlidePdfOut]


@router.get(
    "/classes/{class_id}/stage",
    response=StageOut,
    auth=PlaceOrLogin(),
    summary="What stands on the stage of a room",
)
def show_stage(request: HttpRequest, class_id: int) -> dict:
    """Ask again after an event of kind `stage`."""
    return wire_of_stage(stage_of(seat_of(request, class_id).room))


@router.post(
    "/classes/{class_id}/stage",
    response=StageOut,
    auth=PlaceOrLogin(),
    summary="Put something on the stage",
)
def choose_stage(request: HttpRequest, class_id: int, payload: StageIn) -> dict:
    """For hosts. 422 for an address that is none, or sound that nobody captions."""
    seat = seat_of(request, class_id)
    with worded():
        try:
            services.choose_stage(
                seat=seat,
                kind=payload.kind,
                client_id=payload.client,
                address=payload.address,
                captions=payload.captions,
                captioner=payload.captioner,
            )
        except StageRefused as refused:
            raise HttpError(422, f"{refused.field}: {refused.words}") from None
    return wire_of_stage(stage_of(seat.room))


@router.post(
    "/classes/{class_id}/stage/visits",
    response=VisitOut,
    auth=PlaceOrLogin(),
    summary="The way into the other room",
)
def visit_stage(request: HttpRequest, class_id: int) -> dict:
    """409 while there is none, before a nickname, or while the doors are shut; 503 if it is away."""
    seat = seat_of(request, class_id)
    with worded():
        try:
            return {"address": services.way_in(seat=seat)}
        except StageAway:
            raise HttpError(503, AWAY) from None


@router.post(
    "/classes/{class_id}/captions",
    response=RoomEventOut,
    auth=PlaceOrLogin(),
    summary="Caption what is being said",
)
def create_caption(request: HttpRequest, class_id: int, payload: CaptionIn) -> dict:
    """For hosts; an event of kind `caption`. The same `client` again gives the same event."""
    seat = seat_of(request, class_id)
    with worded():
        return wire_of(
            services.type_caption(seat=seat, text=payload.text, client_id=payload.client)
        )


@router.get(
    "/classes/{class_id}/slides",
    response=SlidesOut,
    auth=PlaceOrLogin(),
    summary="All slides of a room, for its hosts",
)
def list_slides(request: HttpRequest, class_id: int) -> dict:
    """Guests see slides when they are turned. Ask again while a PDF is `taking`."""
    return _slides(_host(request, class_id))


@router.post(
    "/classes/{class_id}/slides",
    response={201: SlidesOut},
    auth=PlaceOrLogin(),
    summary="Add a picture or a PDF to the slides",
)
def create_slide(request: HttpRequest, class_id: int, file: File[UploadedFile]):
    """A picture is one slide at once; the pages of a PDF become slides in the background."""
    seat = _host(request, class_id)
    assert seat.user is not None
    try:
        if is_pdf(file):
            receive_pdf(room=seat.room, file=file, by=seat.user)
        elif (file.size or 0) > MOST_BYTES:
            raise Refused("This file is too large. The limit is 15 MB.")
        else:
            add_slide(room=seat.room, file=file, by=seat.user)
    except Refused as refused:
        raise HttpError(422, str(refused)) from None
    except OSError:
        raise HttpError(422, "This picture cannot be read.") from None
    except TooManySlides:
        raise HttpError(409, f"A room holds {SLIDES_AT_MOST} slides.") from None
    return Status(201, _slides(seat))


def _host(request: HttpRequest, class_id: int) -> Seat:
    seat = seat_of(request, class_id)
    with worded():
        need_host(seat)
    return seat


def _slides(seat: Seat) -> dict:
    slides = RoomSlide.objects.filter(room=seat.room)
    pdfs = SlidePdf.objects.filter(room=seat.room).order_by("pk")
    return {
        "slides": [wire_of_slide(slide) for slide in slides],
        "pdfs": [
            {
                "id": pdf.pk,
                "file_name": pdf.file_name,
                "state": pdf.state,
                "pages": pdf.pages,
                "pages_done": pdf.pages_done,
                "left_out": pdf.left_out,
                "problem": pdf.problem,
                "sentences": sentences_on(pdf),
            }
            for pdf in pdfs
        ],
    }
