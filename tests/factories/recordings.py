"""Makes recordings for tests: what a browser, a phone or a file chosen by hand brings."""

import io
import math
from array import array

import av
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from django.core.files.base import ContentFile

RATE = 48_000
FRAMES_A_SECOND = 5
#: The kind of file, and what it is recorded with: Chromium and WeChat, Firefox, iPhones, by hand.
KINDS = {
    "webm": ("webm", "libopus"),
    "ogg": ("ogg", "libopus"),
    "mp4": ("mp4", "aac"),
    "wav": ("wav", "pcm_s16le"),
    "mp3": ("mp3", "libmp3lame"),
    "aac": ("adts", "aac"),
}


def recording(
    kind: str = "wav", *, seconds: float = 1.0, loudness: int = 8000, notes: str = ""
) -> bytes:
    """A tone of that length; `notes` stand in the file's metadata."""
    form, codec = KINDS[kind]
    stored = io.BytesIO()
    with av.open(stored, "w", format=form) as target:
        if notes:
            target.metadata["title"] = notes
        stream = target.add_stream(codec, rate=RATE, layout="mono")
        size = stream.codec_context.frame_size or 960
        for begin in range(0, int(seconds * RATE), size):
            end = min(begin + size, int(seconds * RATE))
            target.mux(stream.encode(_tone(begin, end, loudness, stream.format.name)))
        target.mux(stream.encode(None))
    return stored.getvalue()


def recording_file(kind: str = "wav", **fields) -> ContentFile:
    """That recording as an upload."""
    return ContentFile(recording(kind, **fields), name=f"clip.{kind}")


def moving_film(*, seconds: int) -> bytes:
    """A WebM that plays so long: a grey that changes, and a tone; small enough to make in a test."""
    stored = io.BytesIO()
    with av.open(stored, "w", format="webm") as target:
        pictures = target.add_stream("libvpx", rate=FRAMES_A_SECOND)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 36, "yuv420p"
        sound = target.add_stream("libopus", rate=RATE, layout="mono")
        size = sound.codec_context.frame_size or 960
        for second in range(seconds):
            for number in range(second * FRAMES_A_SECOND, (second + 1) * FRAMES_A_SECOND):
                target.mux(pictures.encode(_grey(number)))
            for begin in range(second * RATE, (second + 1) * RATE, size):
                target.mux(sound.encode(_tone(begin, begin + size, 800, sound.format.name)))
        target.mux(pictures.encode(None))
        target.mux(sound.encode(None))
    return stored.getvalue()


def _grey(number: int) -> VideoFrame:
    frame = VideoFrame(64, 36, "yuv420p")
    for plane, value in zip(frame.planes, (16 + number % 200, 128, 128), strict=True):
        plane.update(bytes([value]) * plane.buffer_size)
    frame.pts = number
    return frame


def _tone(begin: int, end: int, loudness: int, form: str) -> AudioFrame:
    wave = [loudness * math.sin(2 * math.pi * 440 * n / RATE) for n in range(begin, end)]
    is_float = form.startswith("flt")
    frame = AudioFrame(format=form, layout="mono", samples=len(wave))
    values = array("f", [one / 32768 for one in wave]) if is_float else array("h", map(int, wave))
    frame.planes[0].update(values.tobytes().ljust(frame.planes[0].buffer_size, b"\0"))
    frame.sample_rate, frame.pts = RATE, begin
    return frame
