"""What is taken for a voice clip: judged by its bytes, measured by its samples, and made anew."""

import io
import struct
import subprocess
import sys
import zipfile
from fractions import Fraction

import av
import pytest

from classroom import apart, voice_clips
from classroom.apart import Limits
from classroom.voice_clips import VoiceProblem, made_clip
from tests.factories.recordings import KINDS, recording
from tests.factories.rooms import picture_file


def heard(content: bytes) -> tuple[str, str, int, float]:
    """Format, codec, channels and seconds of a file that is decoded from its beginning to its end."""
    with av.open(io.BytesIO(content)) as clip:
        (stream,) = clip.streams
        samples = sum(frame.samples for frame in clip.decode(stream))
        context = stream.codec_context
        return (
            clip.format.name.split(",")[0],
            context.name,
            context.channels,
            samples / context.rate,
        )


def wav_that_claims(seconds: int) -> bytes:
    """A second of sound whose head speaks of more."""
    content = bytearray(recording("wav"))
    at = content.index(b"data")
    struct.pack_into("<I", content, at + 4, seconds * 96_000)
    return bytes(content)


def hours_of_opus() -> bytes:
    """A small file that decodes to two hours: the same packet of silence over and over."""
    stored = io.BytesIO()
    with av.open(stored, "w", format="webm") as target:
        stream = target.add_stream("libopus", rate=48_000, layout="mono")
        for number in range(7200 * 1000 // 60):
            packet = av.Packet(b"\x18\xff\xfe")  # 60 ms
            packet.stream, packet.time_base = stream, Fraction(1, 1000)
            packet.pts = packet.dts = number * 60
            target.mux(packet)
    return stored.getvalue()


def film(seconds: float) -> bytes:
    """A picture that moves, and nothing to be heard."""
    stored = io.BytesIO()
    with av.open(stored, "w", format="mp4") as target:
        stream = target.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 36, "yuv420p"
        for _ in range(int(seconds * 10)):
            target.mux(stream.encode(av.VideoFrame(64, 36, "yuv420p")))
        target.mux(stream.encode(None))
    return stored.getvalue()


def zipped() -> bytes:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        archive.writestr("evil.html", "<script>evil()</script>")
    return stored.getvalue()


@pytest.mark.parametrize("kind", KINDS)
def test_what_browsers_and_phones_record_becomes_one_kind_of_clip(kind):
    clip = made_clip(recording(kind, seconds=2, notes="Kitchen of Mei"))
    form, codec, channels, seconds = heard(clip.content)
    assert (form, codec, channels) == ("mov", "aac", 1)
    assert clip.ms == pytest.approx(2000, abs=60) and seconds == pytest.approx(2, abs=0.15)
    assert b"Kitchen" not in clip.content
    # What plays before the last byte is there has its table before its sound.
    assert clip.content.index(b"moov") < clip.content.index(b"mdat")


@pytest.mark.parametrize("seconds", [0, 36_000])
def test_length_is_measured_whatever_the_head_claims(seconds):
    assert made_clip(wav_that_claims(seconds)).ms == pytest.approx(1000, abs=30)


def test_second_file_within_the_first_does_not_come_along():
    clip = made_clip(recording("wav") + b"<script>evil()</script>" + zipped())
    assert b"script" not in clip.content and b"PK\x03\x04" not in clip.content


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "unknown"),
        (b"Brush twice a day.", "unknown"),
        (picture_file().read(), "unknown"),
        (zipped() + recording("wav"), "unknown"),
        (b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n", "unknown"),
        (b"RIFF\x00\x00\x00\x00WAVE", "damaged"),
        (b"\x1a\x45\xdf\xa3" + b"\0" * 400, "damaged"),
        (recording("mp4")[:300], "damaged"),
        (recording("webm")[:200], "damaged|silent"),
        (recording("wav", seconds=0.1), "silent"),
        (recording("wav", loudness=0), "silent"),
        (film(2), "silent"),
    ],
    ids=["empty", "text", "picture", "zip", "playlist", "head alone", "zeros", "cut mp4", "cut webm",
         "a moment", "silence", "film without sound"],
)  # fmt: skip
def test_what_is_no_clip_is_refused(content, code):
    with pytest.raises(VoiceProblem, match=code):
        made_clip(content)


def test_sixty_seconds_are_a_clip_and_sixty_one_are_not():
    assert made_clip(recording("webm", seconds=60)).ms == pytest.approx(60_000, abs=60)
    with pytest.raises(VoiceProblem, match="long"):
        made_clip(recording("webm", seconds=61))


def test_small_file_of_hours_is_left_as_soon_as_it_is_too_long(monkeypatch):
    content = hours_of_opus()
    assert len(content) < 3 * 1024 * 1024
    monkeypatch.setattr(voice_clips, "LIMITS", Limits(768 << 20, 3, 2 << 20, 30))
    with pytest.raises(VoiceProblem, match="long"):
        made_clip(content)


def test_what_takes_too_long_or_too_much_is_ended(monkeypatch, tmp_path):
    path, made = tmp_path / "brought", tmp_path / "made"
    path.write_bytes(recording("wav"))
    words = [str(voice_clips.JOB), str(path), "wav", str(made), "60000"]
    limits = [str(64 << 20), "15", str(2 << 20)]
    command = [sys.executable, "-I", str(apart.PROCESS), *limits, *words]
    assert subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode != 0
    assert not made.exists()
    for limits in (Limits(768 << 20, 15, 2 << 20, 0.01), Limits(64 << 20, 15, 2 << 20, 30)):
        monkeypatch.setattr(voice_clips, "LIMITS", limits)
        with pytest.raises(VoiceProblem, match="heavy"):
            made_clip(path.read_bytes())
