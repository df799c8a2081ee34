"""What stands on a room's stage: who may choose it, what it needs, and that captions are never missing."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from classroom import stages
from classroom.models import RoomEvent, RoomStage
from classroom.room_stage import offered_stages, stage_of
from classroom.services import room as talk
from classroom.services import room_stage as services
from classroom.services.join_tokens import issue_join_token
from classroom.stages import StageRefused
from outbox.models import AuditEntry
from people.roles import Role
from tests.factories.classroom import STARTS_AT
from tests.factories.pdfs import pdf_file, written_pdf
from tests.factories.people import make_staff
from tests.factories.rooms import (
    guest_seat,
    host_seat,
    make_room,
    make_slide,
    new_id,
    picture_file,
)

pytestmark = pytest.mark.django_db
STREAM = "https://stream.example.org/live/index.m3u8"
MEETING = "https://meet.example.org/a?b=c"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(STARTS_AT + timedelta(minutes=10), tick=False) as travelling:
        yield travelling


@pytest.fixture
def room():
    return make_room()


def choose(seat, kind="video_stream", **more):
    given = {"address": STREAM, "captions": "carried", "client_id": new_id(), **more}
    return services.choose_stage(seat=seat, kind=kind, **given)


def with_place(seat) -> dict[str, str]:
    return {"Authorization": f"Join {issue_join_token(seat.place)}"}


def post(client, room, name: str, headers=None, /, **body):
    url = reverse(f"api:{name}", args=[room.pk])
    return client.post(url, {"client": str(new_id()), **body}, "application/json", headers=headers)


def test_each_file_is_a_kind_of_stage():
    files = {path.stem for path in Path(stages.__file__).parent.glob("*.py")}
    assert {*stages.stages()} == files - {"__init__", "base"}
    assert [*stages.stages()][0] == stages.SLIDES


def test_fourth_kind_is_chosen_without_another_line(room, monkeypatch):
    class Board(stages.Stage):
        kind, name, place, has_sound = "board", "A board", 9, False

    known = stages.stages()
    monkeypatch.setitem(known, "board", Board())
    choose(host_seat(room), "board")
    assert stage_of(room).kind.name == "A board"
    monkeypatch.delitem(known, "board")
    assert stage_of(room).kind.kind == "slides"  # its file is gone, and the room stands


def test_room_begins_with_slides_and_a_choice_is_an_event(room):
    assert stage_of(room).kind.kind == "slides"
    host, client_id = host_seat(room), new_id()
    first = choose(host, client_id=client_id)
    assert choose(host, "slides", client_id=client_id).pk == first.pk  # the same id: once
    assert stage_of(room).kind.kind == "video_stream"
    assert list(RoomEvent.objects.filter(room=room).values_list("kind", flat=True)) == ["stage"]
    entry = AuditEntry.objects.get(action="room.stage_chosen")
    assert entry.detail == {"kind": "video_stream", "captions": "carried"}
    choose(host, "slides")
    assert RoomStage.objects.get(room=room).captions == ""


def test_guest_chooses_and_captions_nothing(client, room):
    guest = guest_seat(room)
    with pytest.raises(talk.NotHost):
        choose(guest)
    headers = with_place(guest)
    assert post(client, room, "choose_stage", headers, kind="slides").status_code == 403
    assert post(client, room, "create_caption", headers, text="Hm").status_code == 403
    slides = reverse("api:list_slides", args=[room.pk])
    assert client.get(slides, headers=headers).status_code == 403
    file = {"file": pdf_file(written_pdf("a"))}
    assert client.post(slides, file, headers=headers).status_code == 403
    assert not RoomEvent.objects.filter(room=room).exists()


@pytest.mark.parametrize(
    ("kind", "more", "field"),
    [
        ("video_stream", {"captions": ""}, "captions"),
        ("video_stream", {"captions": "later"}, "captions"),
        ("video_stream", {"captions": "typed", "captioner": " \x00"}, "captioner"),
        ("link", {"captions": ""}, "captions"),
        ("video_stream", {"address": ""}, "address"),
        ("video_stream", {"address": "https://stream.example.org/live.mp4"}, "address"),
        ("video_stream", {"address": "https://stream.example.org/a?x=.m3u8"}, "address"),
        ("bigbluebutton", {}, "kind"),
        ("magic", {}, "kind"),
    ],
)
def test_stage_without_what_it_needs_cannot_be_chosen(room, kind, more, field):
    with pytest.raises(StageRefused) as refused:
        choose(host_seat(room), kind, **more)
    assert refused.value.field == field and str(refused.value.words)
    assert (stage_of(room).kind.kind, room.events.count()) == ("slides", 0)


@pytest.mark.parametrize(
    "address",
    [
        "http://stream.example.org/a.m3u8",
        "//stream.example.org/a.m3u8",
        "javascript:alert(1)//a.m3u8",
        "https://user:pass@stream.example.org/a.m3u8",
        "https://stream.example.org;script-src/a.m3u8",
        "https://stream.example.org/a b.m3u8",
        "https://stream.example.org/;default-src.m3u8",
        "https://10.0.0.1/a.m3u8",
        "https://[::1]/a.m3u8",
        "https://localhost/a.m3u8",
        "https://*.example.org/a.m3u8",
        "https://stream.example.org:0/a.m3u8",
        "https://stream.example.org:99999/a.m3u8",
        "https://stream.example.org/a\n.m3u8",
        "https://" + "a" * 500 + ".org/a.m3u8",
    ],
)
def test_address_that_is_none_of_the_web_is_refused(room, address):
    with pytest.raises(StageRefused) as refused:
        choose(host_seat(room), address=address)
    assert refused.value.field == "address"


def test_page_lets_that_origin_in_and_no_other(client, room):
    host, guest = host_seat(room), guest_seat(room)
    url = reverse("room", args=[room.pk])
    query = {"place": issue_join_token(guest.place)}
    strict = client.get(url, query)["Content-Security-Policy"]
    assert "media-src 'self' blob:;" in f"{strict};" and "connect-src" not in strict
    choose(host, address="https://stream.example.org:8443/live/index.m3u8")
    page = client.get(url, query)
    policy = dict(part.strip().split(" ", 1) for part in page["Content-Security-Policy"].split(";"))
    assert policy["media-src"] == "'self' blob: data: https://stream.example.org:8443"
    assert policy["connect-src"] == "'self' https://stream.example.org:8443"
    assert policy["default-src"] == "'self'" and "script-src" not in policy
    words = page.content.decode()
    assert "<video controls playsinline" in words and "autoplay" not in words
    assert 'data-stage-number="1"' in words


def test_captions_are_events_with_a_time_like_all_others(client, room):
    host, guest = host_seat(room), guest_seat(room)
    client_id = new_id()
    first = services.type_caption(seat=host, text="Good\nevening,", client_id=client_id)
    assert services.type_caption(seat=host, text="Again", client_id=client_id).pk == first.pk
    services.type_caption(seat=host, text="everybody", client_id=new_id())
    url = reverse("api:list_room_events", args=[room.pk])
    events = client.get(url, headers=with_place(guest)).json()["events"]
    assert [(one["kind"], one["text"], one["host"]) for one in events] == [
        ("caption", "Good evening,", True),
        ("caption", "everybody", True),
    ]
    assert events[0]["at"]
    for text in ("", " \x00 ", "x" * 201):
        with pytest.raises(talk.NoWords):
            services.type_caption(seat=host, text=text, client_id=new_id())
    talk.remove_words(seat=host, number=first.number, client_id=new_id())
    first.refresh_from_db()
    assert (first.text, first.removed_at is None) == ("", False)


def test_api_tells_and_changes_the_stage(client, room):
    guest = guest_seat(room)
    staff = Client()
    staff.force_login(make_staff(Role.ADMINISTRATOR))
    url = reverse("api:show_stage", args=[room.pk])
    refused = post(staff, room, "choose_stage", kind="video_stream", address=STREAM)
    assert refused.status_code == 422 and refused.json()["detail"].startswith("captions: Say how")
    told = post(staff, room, "choose_stage", kind="video_stream", address=STREAM,
                captions="typed", captioner="He Xiaoman").json()  # fmt: skip
    assert (
        told
        == client.get(url, headers=with_place(guest)).json()
        == {
            "kind": "video_stream",
            "address": STREAM,
            "captions": "typed",
            "captioner": "He Xiaoman",
            "leads_away": False,
        }
    )
    assert post(client, room, "visit_stage", with_place(guest)).status_code == 409


def test_api_takes_slides_as_pictures_and_pdfs(room, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    staff = Client()
    staff.force_login(make_staff(Role.ADMINISTRATOR))
    url = reverse("api:list_slides", args=[room.pk])
    assert staff.post(url, {"file": picture_file()}).status_code == 201
    told = staff.post(url, {"file": pdf_file(written_pdf("a"))})
    assert (told.status_code, len(told.json()["slides"])) == (201, 1)
    assert told.json()["pdfs"][0]["sentences"] == ["Its pages are being counted."]
    assert staff.post(url, {"file": pdf_file(b"<html>")}).status_code == 422
    assert staff.get(url).json() == told.json()


def test_link_leads_out_while_the_doors_are_open_and_tells_nothing(client, room, clock):
    guest = guest_seat(room)
    choose(host_seat(room), "link", address=MEETING)
    url, query = reverse("room_stage", args=[room.pk]), {"place": issue_join_token(guest.place)}
    gone = client.get(url, query)
    assert (gone.status_code, gone["Location"]) == (302, MEETING)
    assert gone["Referrer-Policy"] == "no-referrer" and "no-store" in gone["Cache-Control"]
    assert post(client, room, "visit_stage", with_place(guest)).json() == {"address": MEETING}
    unnamed = guest_seat(room, "")
    back = client.get(url, {"place": issue_join_token(unnamed.place)})
    assert back["Location"].startswith(reverse("room", args=[room.pk]))
    assert post(client, room, "visit_stage", with_place(unnamed)).status_code == 409
    clock.move_to(STARTS_AT - timedelta(hours=2))
    assert client.get(url, query)["Location"].startswith(reverse("room", args=[room.pk]))
    assert post(client, room, "visit_stage", with_place(guest)).status_code == 409
    assert client.get(url, {"place": "no"}).status_code == 404


def test_kinds_that_this_installation_lacks_are_not_offered(settings):
    assert [one.kind for one in offered_stages()] == ["slides", "video_stream", "link"]
    settings.BIGBLUEBUTTON_URL = "https://meet.example.org/bigbluebutton"
    assert "bigbluebutton" in [one.kind for one in offered_stages()]


def test_slide_whose_file_is_missing_is_404_and_the_room_goes_on(client, room):
    host, guest = host_seat(room), guest_seat(room)
    slide = make_slide(room, host.user)
    talk.turn_slide(seat=host, slide_id=slide.pk, client_id=new_id())
    Path(slide.file.path).unlink()
    assert client.get(slide.file.url).status_code == 404
    query = {"place": issue_join_token(guest.place)}
    assert client.get(reverse("room", args=[room.pk]), query).status_code == 200
    staff = Client()
    staff.force_login(host.user)
    assert staff.get(reverse("class_room", args=[room.pk])).status_code == 200
    staff.post(reverse("class_room", args=[room.pk]), {"slide": slide.pk, "take_out": "1"})
    assert not room.slides.exists()


def test_tab_chooses_the_stage_and_says_what_is_missing(room):
    staff = Client()
    staff.force_login(make_staff(Role.ADMINISTRATOR))
    url = reverse("class_room", args=[room.pk])
    given = {"stage": "1", "kind": "video_stream", "address": STREAM}
    refused = staff.post(url, given)
    assert "live video needs live captions" in refused.content.decode()
    assert STREAM in refused.content.decode()  # nothing is typed twice
    assert not RoomStage.objects.exists()
    staff.post(url, {**given, "captions": "typed", "captioner": "He Xiaoman"})
    assert RoomStage.objects.get().captioner == "He Xiaoman"
    assert 'value="video_stream" ' in staff.get(url).content.decode()
    marketing = Client()
    marketing.force_login(make_staff(Role.MARKETING))
    marketing.post(url, {"stage": "1", "kind": "slides"})
    assert RoomStage.objects.get().kind == "video_stream"
