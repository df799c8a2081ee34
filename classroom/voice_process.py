"""Makes a voice clip anew; run by limited_process.py in a process of its own, no Django here.

`FILE KIND MADE LONGEST_MS` gives `ms`, how long the clip is by its samples, or `problem` (a code):
silent, long or damaged. It writes one AAC in MP4 and takes nothing along but the sound.
"""

from array import array

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.container import InputContainer
from av.error import FFmpegError

#: Speech has nothing above 12 kHz that a phone would play.
RATE = 24_000
BITS_A_SECOND = 48_000
#: What phones and browsers record, and what else people keep speech in; nothing else is decoded.
CODECS = {
    "aac", "aac_fixed", "amrnb", "amrwb", "mp3", "mp3float", "opus", "libopus", "vorbis",
    "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_u8",
}  # fmt: skip
RATES = (8000, 192_000)
CHANNELS_AT_MOST = 8
SHORTEST_MS = 300
#: Of 32,768: a microphone that hears nothing rustles more than that.
LOUDEST_SILENCE = 16


class Problem(Exception):
    """There is no such clip; the word says why."""


def main(path: str, kind: str, made: str, longest_ms: str) -> dict:
    """Judge and write the clip; a sound that goes on for hours is left as soon as it is too long."""
    try:
        return {"ms": _make(path, kind, made, longest=int(longest_ms) * RATE // 1000)}
    except Problem as problem:
        return {"problem": str(problem)}
    except (FFmpegError, ValueError, OverflowError):
        return {"problem": "damaged"}


def _make(path: str, kind: str, made: str, *, longest: int) -> int:
    samples = loudest = 0
    with (
        open(path, "rb") as file,
        av.open(file, format=kind, metadata_errors="ignore") as source,
        av.open(made, "w", format="ipod", options={"movflags": "faststart"}) as target,
    ):
        _need_speech(source)
        written = target.add_stream("aac", rate=RATE, layout="mono", bit_rate=BITS_A_SECOND)
        # An AAC frame has 1,024 samples, but for the last one.
        resampler = AudioResampler("s16", "mono", RATE, frame_size=1024)
        for frame in _frames(source, resampler):
            samples += frame.samples
            if samples > longest:
                raise Problem("long")
            loudest = max(loudest, _loudness(frame))
            target.mux(written.encode(frame))
        target.mux(written.encode(None))
    if samples * 1000 < SHORTEST_MS * RATE or loudest <= LOUDEST_SILENCE:
        raise Problem("silent")
    return samples * 1000 // RATE


def _need_speech(source: InputContainer) -> None:
    if not source.streams.audio:
        raise Problem("silent")
    context = source.streams.audio[0].codec_context
    if not isinstance(context, AudioCodecContext) or context.name not in CODECS:
        raise Problem("damaged")
    if not RATES[0] <= context.sample_rate <= RATES[1]:
        raise Problem("damaged")
    if not 1 <= context.channels <= CHANNELS_AT_MOST:
        raise Problem("damaged")
    context.thread_count = 1


def _frames(source: InputContainer, resampler: AudioResampler):
    """The sound alone, in one voice and rate; moments that the file claims are not believed."""
    for frame in source.decode(audio=0):
        frame.pts = None
        yield from resampler.resample(frame)
    yield from resampler.resample(None)


def _loudness(frame: AudioFrame) -> int:
    heard = array("h", bytes(frame.planes[0])[: frame.samples * 2])
    return max(max(heard), -min(heard))
