"""Makes a stranger's recording into a clip that every phone plays; it is opened in another process alone."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from classroom.apart import ApartProblem, Limits, ask_apart

JOB = Path(__file__).with_name("voice_process.py")
LONGEST_S = 60
#: Pages end at 60 seconds, and a busy phone a moment later.
TOLERANCE_MS = 900
LIMITS = Limits(
    memory_bytes=768 * 1024 * 1024, cpu_s=15, written_bytes=2 * 1024 * 1024, patience_s=30
)


class VoiceProblem(ApartProblem):
    """The file gives no clip; `code` is unknown, damaged, silent, long or heavy."""


@dataclass(frozen=True)
class Clip:
    """AAC in MP4 with one voice, and how long it is by its samples."""

    content: bytes
    ms: int


def made_clip(content: bytes) -> Clip:
    """The sound of a recording, made anew: nothing else of the file stays. Raises VoiceProblem."""
    kind = kind_of(content[:64])
    if not kind:
        raise VoiceProblem("unknown")
    with tempfile.TemporaryDirectory() as folder:
        brought, made = Path(folder) / "brought", Path(folder) / "clip.m4a"
        brought.write_bytes(content)
        longest_ms = str(LONGEST_S * 1000 + TOLERANCE_MS)
        words = (str(brought), kind, str(made), longest_ms)
        try:
            told = ask_apart(JOB, *words, folder=folder, limits=LIMITS)
            return Clip(content=made.read_bytes(), ms=int(told["ms"]))
        except ApartProblem as problem:
            raise VoiceProblem(problem.code) from None


def kind_of(head: bytes) -> str:
    """What a recording is by its first bytes, as the decoder calls it; empty for what none is."""
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "matroska"
    if head[4:8] == b"ftyp":
        return "mov"
    if head.startswith(b"OggS"):
        return "ogg"
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return "wav"
    if head.startswith(b"#!AMR"):
        return "amr"
    if head[:1] == b"\xff" and len(head) > 1 and head[1] & 0xF6 == 0xF0:
        return "aac"
    if head.startswith(b"ID3") or (head[:1] == b"\xff" and head[1:2] >= b"\xe0"):
        return "mp3"
    return ""
