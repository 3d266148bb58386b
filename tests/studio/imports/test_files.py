"""Archives that nobody should open: refused as a whole, before anything of them is read."""

import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from drawn.tracks import FRAMES
from studio.imports import files
from studio.imports.files import Files
from studio.media.errors import MediaError


def written(folder: Path, fill: Callable[[zipfile.ZipFile], object]) -> Path:
    path = folder / "sent.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("good.json", "{}")
        fill(archive)
    return path


def entry(name: str, mode: int = stat.S_IFREG | 0o644) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name)
    made.external_attr = mode << 16
    made.create_system = 3  # Unix
    return made


BAD: dict[str, tuple[Callable[[zipfile.ZipFile], object], str]] = {
    "a path that leads up": (lambda archive: archive.writestr("../../x.json", "{}"), "leads out of its folder"),
    "a path that leads up within": (
        lambda archive: archive.writestr("a/../../x.json", "{}"),
        "leads out of its folder",
    ),
    "an absolute path": (lambda archive: archive.writestr(entry("/etc/cron.d/x"), "x"), "leads out of its folder"),
    "a Windows path": (lambda archive: archive.writestr(entry("C:/x.json"), "x"), "leads out of its folder"),
    "a backslash": (lambda archive: archive.writestr(entry("a\\x.json"), "x"), "leads out of its folder"),
    "a link": (lambda archive: archive.writestr(entry("x", stat.S_IFLNK | 0o777), "/etc/passwd"), "links or devices"),
    "a device": (lambda archive: archive.writestr(entry("x", stat.S_IFBLK | 0o666), ""), "links or devices"),
    "a pipe": (lambda archive: archive.writestr(entry("x", stat.S_IFIFO | 0o666), ""), "links or devices"),
    "an entry that swells": (
        lambda archive: archive.writestr("x.json", bytes(8 << 20)),
        "more than 200 times its size",
    ),
    "more entries than the clip can need": (
        lambda archive: [archive.writestr(f"{place}.json", "") for place in range(1100)],
        "has 1101 entries, more than the 1018 that this clip can need",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_such_a_zip_is_refused_before_anything_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str):
    fill, sentence = BAD[what]
    path = written(tmp_path, fill)
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("it was read"))

    with pytest.raises(MediaError) as fault:
        Files(path, "sent.zip", FRAMES)
    assert sentence in str(fault.value)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_equal_names_are_refused(tmp_path: Path):
    path = written(tmp_path, lambda archive: archive.writestr("good.json", "[]"))

    with pytest.raises(MediaError, match=r"two entries called good\.json"):
        Files(path, "sent.zip", FRAMES)


def test_an_encrypted_entry_is_refused(tmp_path: Path):
    data = written(tmp_path, lambda archive: None).read_bytes()
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # the flag in both heads of the entry
        at = data.index(signature) + place
        data = data[:at] + bytes([data[at] | 1]) + data[at + 1 :]
    (tmp_path / "locked.zip").write_bytes(data)

    with pytest.raises(MediaError, match="encrypted"):
        Files(tmp_path / "locked.zip", "locked.zip", FRAMES)


def test_a_zip_that_is_damaged_is_refused(tmp_path: Path):
    data = written(tmp_path, lambda archive: archive.writestr("b.json", "[1, 2, 3]" * 99)).read_bytes()
    (tmp_path / "cut.zip").write_bytes(data[:-40])
    broken = bytearray(data)
    broken[data.index(b"b.json") + 12] ^= 0xFF  # in the packed bytes
    (tmp_path / "flipped.zip").write_bytes(broken)

    with pytest.raises(MediaError, match=r"cut\.zip: this zip is damaged"):
        Files(tmp_path / "cut.zip", "cut.zip", FRAMES)
    with (
        Files(tmp_path / "flipped.zip", "flipped.zip", FRAMES) as opened,
        pytest.raises(MediaError, match=r"b\.json: this entry of the zip is damaged"),
    ):
        opened.read("b.json")


def test_all_of_a_zip_and_each_file_have_their_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = written(tmp_path, lambda archive: archive.writestr("b.txt", "some words" * 9))
    monkeypatch.setattr(files, "MOST_FILE_BYTES", 50)
    with Files(path, "sent.zip", FRAMES) as opened, pytest.raises(MediaError, match=r"b\.txt: this file has 0 MB"):
        opened.read("b.txt")

    monkeypatch.setattr(files, "MOST_ALL_BYTES", 60)
    with pytest.raises(MediaError, match="unpacked, more than"):
        Files(path, "sent.zip", FRAMES)


def test_hidden_files_and_a_macs_leavings_are_passed_over(tmp_path: Path):
    path = written(
        tmp_path,
        lambda archive: [archive.writestr(name, "x") for name in ("__MACOSX/._good.json", ".DS_Store", "b/c.txt")],
    )

    with Files(path, "sent.zip", FRAMES) as opened:
        assert opened.names == ["b/c.txt", "good.json"]
