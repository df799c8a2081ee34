"""The archive's form: a gzipped tar whose last member, the manifest, names and proves the others."""

import contextlib
import gzip
import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

FORMAT = 1
MANIFEST = "manifest.json"
CHUNK = 1 << 20


class BadArchive(Exception):
    """Not an archive of ours, cut short, or changed; the message says what to do."""


@dataclass
class Manifest:
    """What an archive holds. `files`: name to [bytes, SHA-256]; `rows`: table to its rows at the cut."""

    engine: str
    made_at: str
    rows: dict[str, int]
    files: dict[str, list] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    format: int = FORMAT


class HashedFile:
    """A file that is hashed while it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.hash = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        chunk = self.file.read(size)
        self.hash.update(chunk)
        return chunk


class ArchiveWriter:
    """Adds files to an archive that is being written, and its manifest at the end."""

    def __init__(self, file: IO[bytes], manifest: Manifest) -> None:
        self.packed = gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1, filename="")
        self.tar = tarfile.open(fileobj=self.packed, mode="w|")  # noqa: SIM115  see `close`
        self.manifest = manifest

    def add(self, path: Path, name: str) -> None:
        """Add one file; one that went away since it was listed is noted as missing."""
        try:
            source = path.open("rb")
        except FileNotFoundError:
            self.manifest.missing.append(name)
            return
        with source:
            info = tarfile.TarInfo(name)
            info.size = path.stat().st_size
            info.mode = 0o600
            hashed = HashedFile(source)
            self.tar.addfile(info, hashed)  # only `read` is called
            self.manifest.files[name] = [info.size, hashed.hash.hexdigest()]

    def close(self) -> None:
        """Write the manifest and end the archive."""
        content = json.dumps(vars(self.manifest), ensure_ascii=False).encode()
        info = tarfile.TarInfo(MANIFEST)
        info.size = len(content)
        info.mode = 0o600
        self.tar.addfile(info, io.BytesIO(content))
        self.tar.close()
        self.packed.close()


def read_archive(path: Path, *, into: Path | None, say: Callable[[str], None]) -> Manifest:
    """Read every byte and return the manifest; raises BadArchive unless each file is what it says.

    With `into`, an empty folder, the files are laid down there under their names.
    """
    found: dict[str, list] = {}
    manifest: Manifest | None = None
    with _readable(path) as tar:
        for number, member in enumerate(tar):
            if number and number % 500 == 0:
                say(f"{number} files read")
            if not member.isreg() or not _stays_inside(member.name):
                raise BadArchive(f"{path} holds {member.name!r}, which no backup of ours does.")
            content = tar.extractfile(member)
            assert content is not None  # a regular member has content
            if member.name == MANIFEST:
                manifest = _manifest_of(content.read(), path)
                continue
            target = None if into is None else into / member.name
            found[member.name] = [member.size, _copy(content, target)]
    if manifest is None or found != manifest.files:
        raise BadArchive(
            f"{path} is cut short or was changed: its files are not those its manifest names. "
            "Nothing was restored; take another copy of it."
        )
    return manifest


@contextlib.contextmanager
def _readable(path: Path) -> Iterator[tarfile.TarFile]:
    try:
        with gzip.open(path) as packed:
            with tarfile.open(fileobj=packed, mode="r|") as tar:
                yield tar
            while packed.read(CHUNK):  # the sum that proves the manifest, too, stands at the end
                pass
    except FileNotFoundError:
        raise BadArchive(f"There is no file {path}.") from None
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        raise BadArchive(
            f"{path} cannot be read as a backup ({error}). Nothing was restored; "
            "take another copy of it."
        ) from None


def _stays_inside(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return bool(parts) and not name.startswith("/") and ".." not in parts and "\\" not in name


def _manifest_of(content: bytes, path: Path) -> Manifest:
    try:
        manifest = Manifest(**json.loads(content))
    except (ValueError, TypeError):
        raise BadArchive(f"The manifest of {path} cannot be read: this is no backup.") from None
    if manifest.format != FORMAT:
        raise BadArchive(f"{path} was made by a newer version: restore it with that one.")
    return manifest


def _copy(content: IO[bytes], target: Path | None) -> str:
    digest = hashlib.sha256()
    with contextlib.ExitStack() as stack:
        out = None
        if target is not None:
            target.parent.mkdir(parents=True, exist_ok=True)
            out = stack.enter_context(target.open("xb"))
        while chunk := content.read(CHUNK):
            digest.update(chunk)
            if out is not None:
                out.write(chunk)
    return digest.hexdigest()
