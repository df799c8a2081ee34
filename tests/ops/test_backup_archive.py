"""An archive is proved to its last byte before anything of it is believed."""

import io
import tarfile

import pytest

from ops.backup.archive import MANIFEST, ArchiveWriter, BadArchive, Manifest, read_archive

ROWS = {"people_person": 3}


def quiet(text: str) -> None:
    """Nobody watches."""


@pytest.fixture
def archive(tmp_path):
    """A small sound archive of a database and one picture."""
    (tmp_path / "db").write_bytes(b"rows " * 4000)
    (tmp_path / "tooth.png").write_bytes(bytes(range(256)) * 40)
    path = tmp_path / "backup.tar.gz"
    with path.open("wb") as file:
        writer = ArchiveWriter(file, Manifest(engine="sqlite", made_at="2026-11-22", rows=ROWS))
        writer.add(tmp_path / "db", "database")
        writer.add(tmp_path / "tooth.png", "media/images/tooth.png")
        writer.add(tmp_path / "gone.png", "media/images/gone.png")
        writer.close()
    return path


def tar_of(path, *members):
    with tarfile.open(path, "w:gz") as tar:
        for name, content, kind in members:
            info = tarfile.TarInfo(name)
            info.size, info.type = len(content), kind
            info.linkname = "/etc/passwd" if kind == tarfile.SYMTYPE else ""
            tar.addfile(info, io.BytesIO(content))


def test_archive_gives_back_what_was_put_in(archive, tmp_path):
    folder = tmp_path / "into"
    folder.mkdir()

    manifest = read_archive(archive, into=folder, say=quiet)

    assert (manifest.engine, manifest.rows) == ("sqlite", ROWS)
    assert (folder / "database").read_bytes() == b"rows " * 4000
    assert (folder / "media/images/tooth.png").read_bytes() == bytes(range(256)) * 40
    assert manifest.missing == ["media/images/gone.png"]


def test_archive_that_is_cut_anywhere_is_refused(archive):
    whole = archive.read_bytes()
    for end in (0, 1, 10, len(whole) // 3, len(whole) // 2, len(whole) - 40, len(whole) - 9):
        archive.write_bytes(whole[:end])
        with pytest.raises(BadArchive):
            read_archive(archive, into=None, say=quiet)


def test_changed_byte_anywhere_is_refused(archive):
    whole = archive.read_bytes()
    for place in range(200, len(whole) - 8, 97):
        archive.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(BadArchive):
            read_archive(archive, into=None, say=quiet)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("../secret_key", tarfile.REGTYPE),
        ("/etc/cron.d/x", tarfile.REGTYPE),
        ("media/../../x", tarfile.REGTYPE),
        ("media/link", tarfile.SYMTYPE),
        ("media/pipe", tarfile.FIFOTYPE),
    ],
)
def test_names_that_lead_outside_are_refused_before_they_are_written(tmp_path, name, kind):
    path, folder = tmp_path / "hostile.tar.gz", tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    tar_of(path, (name, b"x" if kind == tarfile.REGTYPE else b"", kind))

    with pytest.raises(BadArchive, match="which no backup of ours does"):
        read_archive(path, into=folder, say=quiet)

    assert [*folder.iterdir()] == []
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a", "hostile.tar.gz"]


def test_file_that_the_manifest_does_not_name_is_refused(tmp_path):
    manifest = b'{"engine": "sqlite", "made_at": "", "rows": {}, "files": {}}'
    tar_of(
        tmp_path / "a.tar.gz",
        ("media/extra.png", b"x", tarfile.REGTYPE),
        (MANIFEST, manifest, tarfile.REGTYPE),
    )

    with pytest.raises(BadArchive, match="cut short or was changed"):
        read_archive(tmp_path / "a.tar.gz", into=None, say=quiet)


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        (b"[]", "this is no backup"),
        (b"{not json", "this is no backup"),
        (b'{"engine": "x", "made_at": "", "rows": {}, "format": 2}', "newer version"),
    ],
)
def test_manifest_of_somebody_else_is_refused(tmp_path, manifest, said):
    tar_of(tmp_path / "a.tar.gz", (MANIFEST, manifest, tarfile.REGTYPE))

    with pytest.raises(BadArchive, match=said):
        read_archive(tmp_path / "a.tar.gz", into=None, say=quiet)


def test_text_file_and_no_file_are_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("Not an archive.")

    with pytest.raises(BadArchive, match="cannot be read as a backup"):
        read_archive(tmp_path / "notes.txt", into=None, say=quiet)
    with pytest.raises(BadArchive, match="There is no file"):
        read_archive(tmp_path / "nowhere", into=None, say=quiet)
