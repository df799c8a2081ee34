"""Reads files people hand us line by line: gzip, encodings, broken ends; knows no columns."""

import codecs
import gzip
import hashlib
import io
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, TextIO

SAMPLE_BYTES = 1 << 20
SHOWN = 20
BROKEN_ENDS = (EOFError, gzip.BadGzipFile, zlib.error, OSError)


class BadFile(Exception):
    """A file nothing can be read from; the message is one line for the person who gave it."""


class BadRow(Exception):
    """A row that cannot be taken: `reason` groups equal troubles, `detail` names this one."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


class RecordFile:
    """The lines of a file, each with its number, from 1.

    `encoding` is recognised from byte order marks and the first mebibyte. `undecodable` holds the
    numbers of lines that are not in that encoding; they come with stray bytes escaped. `broken`
    says in words why the file ends early (a truncated gzip), `last_line` is the last whole line.
    """

    def __init__(self, path: Path) -> None:
        """Open nothing yet, but look at the start; raises BadFile."""
        self.path = path
        self.undecodable: set[int] = set()
        self.broken = ""
        self.last_line = 0
        self._raw: BinaryIO | None = None
        try:
            self.size = path.stat().st_size
            with path.open("rb") as raw:
                self._gzipped = raw.read(2) == b"\x1f\x8b"
            sample = self._sample()
        except OSError as error:
            raise BadFile(f"{path} cannot be read ({error.strerror or error}).") from None
        if not sample.strip(b"\x00\xff\xfe\xef\xbb\xbf \t\r\n"):
            raise BadFile(f"{path} is empty.")
        self.encoding = _encoding_of(sample)
        self.start = sample.decode(self.encoding, "replace").lstrip("\ufeff").lstrip()[:4096]

    @property
    def position(self) -> int:
        """How many bytes of the file, as it lies on disk, have been read."""
        return self._raw.tell() if self._raw and not self._raw.closed else self.size

    def sha256(self) -> str:
        """The SHA-256 of the file as it lies on disk, in hexadecimal."""
        with self.path.open("rb") as raw:
            return hashlib.file_digest(raw, "sha256").hexdigest()

    def __iter__(self) -> Iterator[tuple[int, str]]:
        """Yield (line number, text without its line end); can be walked more than once."""
        self.undecodable, self.broken, self.last_line = set(), "", 0
        with self.path.open("rb") as raw:
            self._raw = raw
            stream = gzip.GzipFile(fileobj=raw) if self._gzipped else raw
            lines = self._wide_lines(stream) if "16" in self.encoding else self._lines(stream)
            try:
                for number, text in enumerate(lines, start=1):
                    self.last_line = number
                    yield number, text
            except BROKEN_ENDS as error:
                self.broken = _why_broken(error)
            except UnicodeDecodeError:
                self.broken = f"what follows is not {self.encoding}"

    def _lines(self, stream: BinaryIO | gzip.GzipFile) -> Iterator[str]:
        for number, line in enumerate(stream, start=1):
            line = line.rstrip(b"\r\n")
            if number == 1:
                line = line.removeprefix(codecs.BOM_UTF8)
            try:
                yield line.decode(self.encoding)
            except UnicodeDecodeError:
                self.undecodable.add(number)
                yield line.decode("utf-8", "backslashreplace")

    def _wide_lines(self, stream: BinaryIO | gzip.GzipFile) -> Iterator[str]:
        for number, line in enumerate(io.TextIOWrapper(stream, encoding=self.encoding), start=1):
            yield (line.lstrip("\ufeff") if number == 1 else line).rstrip("\r\n")

    def _sample(self) -> bytes:
        with self.path.open("rb") as raw:
            if not self._gzipped:
                return raw.read(SAMPLE_BYTES)
            sample = b""
            try:
                with gzip.GzipFile(fileobj=raw) as stream:
                    while len(sample) < SAMPLE_BYTES:
                        piece = stream.read1(SAMPLE_BYTES)
                        if not piece:
                            break
                        sample += piece
            except BROKEN_ENDS as error:
                if not sample:
                    raise BadFile(f"{self.path} cannot be read ({_why_broken(error)}).") from None
            return sample


class BadRows:
    """Counts bad rows by reason and tells the first twenty as they come."""

    def __init__(self, out: TextIO) -> None:
        self.reasons: Counter[str] = Counter()
        self._out = out

    @property
    def count(self) -> int:
        return self.reasons.total()

    def add(self, *, line: int, problem: BadRow) -> None:
        """Count one bad row; the first twenty are written with line number and reason."""
        self.reasons[problem.reason] += 1
        if self.count <= SHOWN:
            self._out.write(f"line {line}: {problem}\n")
        elif self.count == SHOWN + 1:
            self._out.write(f"(more bad rows follow; the first {SHOWN} are shown)\n")

    def lines(self) -> list[str]:
        """One line for each reason, the most frequent first."""
        return [f"  {count} x {reason}" for reason, count in self.reasons.most_common()]


def _why_broken(error: Exception) -> str:
    if isinstance(error, EOFError):
        return "the gzip file is cut off"
    if isinstance(error, OSError) and not isinstance(error, gzip.BadGzipFile):
        return error.strerror or "it cannot be read any further"
    return "the gzip file is damaged"


def _encoding_of(sample: bytes) -> str:
    """Recognise UTF-8, UTF-16 and GB18030; anything else is read as UTF-8 with bad lines."""
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8"
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16-le" if sample.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
    # Without a mark: both formats begin in ASCII, which UTF-16 writes with every other byte zero.
    if sample[:16].count(0) > len(sample[:16]) // 4:
        return "utf-16-le" if sample[1:2] == b"\x00" else "utf-16-be"
    foreign = [line for line in sample.split(b"\n")[:-1] or [sample] if not line.isascii()]
    readable = sum(_is_utf8(line) for line in foreign)
    if readable * 2 < len(foreign) and _looks_like_gb18030(foreign):
        return "gb18030"
    return "utf-8"


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _looks_like_gb18030(lines: list[bytes]) -> bool:
    """Tell Chinese from a Western code page: nearly all characters of it are two high bytes."""
    try:
        text = b"\n".join(lines).decode("gb18030")
    except UnicodeDecodeError:
        return False
    foreign = [character for character in text if ord(character) > 127]
    common = sum(all(byte >= 0xA1 for byte in character.encode("gb18030")) for character in foreign)
    return common * 10 >= len(foreign) * 9
