"""A zip of pictures is unpacked under names of ours, or refused before a byte is written."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from studio.media import archive
from studio.media.archive import BadArchive, unpack_pictures
from studio.media.errors import MediaError, NotVideo, TooLarge

PICTURE = io.BytesIO()
Image.new("RGB", (8, 8)).save(PICTURE, "png")
DATA = PICTURE.getvalue()

Fill = Callable[[zipfile.ZipFile], object]


def packed(folder: Path, *names: str, fill: Fill = lambda opened: None) -> Path:
    path = folder / "source"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as opened:
        for name in names:
            opened.writestr(name, DATA)
        fill(opened)
    return path


def unpack(path: Path, max_frames: int = 100, max_bytes: int = 1 << 30) -> list[str]:
    target = path.parent / "frames"
    unpack_pictures(path, target, max_frames=max_frames, max_bytes=max_bytes, heard=lambda done, total: None)
    return sorted(file.name for file in target.iterdir())


def refused(path: Path, **limits: int) -> MediaError:
    """The refusal, after which nothing but the zip is there."""
    with pytest.raises(MediaError) as fault:
        unpack(path, **limits)
    assert [file.name for file in path.parent.rglob("*")] == ["source"]
    return fault.value


def test_pictures_are_unpacked_and_the_rest_is_left(tmp_path: Path) -> None:
    path = packed(tmp_path, "walk/1.png", "walk/2.PNG", "walk/notes.txt", "__MACOSX/walk/._1.png", "walk/.hidden.png")

    assert unpack(path) == ["1.png", "2.png"]
    assert (tmp_path / "frames" / "1.png").read_bytes() == DATA


def test_names_become_safe_and_keep_their_order(tmp_path: Path) -> None:
    assert unpack(packed(tmp_path, "a b;rm.png", "ä2.png", "x" * 200 + ".png")) == [
        "_2.png",
        "a_b_rm.png",
        "x" * 80 + ".png",
    ]


def test_an_earlier_half_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "frames").mkdir()
    (tmp_path / "frames" / "old.png").write_bytes(b"old")
    (tmp_path / ".frames.part").mkdir()
    (tmp_path / ".frames.part" / "half.png").write_bytes(b"half")

    assert unpack(packed(tmp_path, "1.png")) == ["1.png"]


def test_what_was_heard_is_each_picture(tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    path = packed(tmp_path, "1.png", "2.png")

    unpack_pictures(
        path,
        tmp_path / "frames",
        max_frames=9,
        max_bytes=1 << 20,
        heard=lambda done, total: heard.append((done, total)),
    )

    assert heard == [(1, 2), (2, 2)]


@pytest.mark.parametrize("name", ["../evil.png", "a/../../evil.png", "/tmp/evil.png", "C:/evil.png", "a\\..\\evil.png"])
def test_a_path_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    assert isinstance(refused(packed(tmp_path, "1.png", name)), BadArchive)


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO])
def test_links_and_devices_are_refused(tmp_path: Path, kind: int) -> None:
    def fill(opened: zipfile.ZipFile) -> None:
        entry = zipfile.ZipInfo("2.png")
        entry.external_attr = (kind | 0o777) << 16
        opened.writestr(entry, "/etc/passwd")

    assert "links or devices" in str(refused(packed(tmp_path, "1.png", fill=fill)))


def test_two_equal_names_are_refused(tmp_path: Path) -> None:
    assert "two pictures called a_1.png" in str(refused(packed(tmp_path, "a 1.png", "a;1.png")))


def test_pictures_in_two_folders_are_refused(tmp_path: Path) -> None:
    assert "lie in 2 folders" in str(refused(packed(tmp_path, "a/1.png", "b/2.png")))


def test_too_many_pictures_are_refused_with_both_numbers(tmp_path: Path) -> None:
    fault = refused(packed(tmp_path, "1.png", "2.png", "3.png"), max_frames=2)

    assert isinstance(fault, TooLarge)
    assert "3 pictures, more than the 2" in str(fault)


def test_too_many_entries_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_ENTRIES", 2)

    assert isinstance(refused(packed(tmp_path, "1.png", "a.txt", "b.txt")), TooLarge)


def test_pictures_too_large_together_are_refused(tmp_path: Path) -> None:
    assert isinstance(refused(packed(tmp_path, "1.png", "2.png"), max_bytes=len(DATA)), TooLarge)


def test_a_bomb_is_refused_by_its_ratio(tmp_path: Path) -> None:
    path = packed(tmp_path, "1.png", fill=lambda opened: opened.writestr("2.png", bytes(4 << 20)))

    assert "unpacks to more than 200 times" in str(refused(path))


def test_a_bomb_that_lies_about_its_size_is_stopped_on_the_way(tmp_path: Path) -> None:
    path = packed(tmp_path, fill=lambda opened: opened.writestr("1.png", bytes(3 << 20)))
    data = path.read_bytes()
    path.write_bytes(data.replace((3 << 20).to_bytes(4, "little"), (1000).to_bytes(4, "little")))

    with pytest.raises(BadArchive):
        unpack(path)
    assert not (tmp_path / "frames").exists()


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path, "1.png")
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)

    assert "encrypted" in str(refused(path))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 and then nothing", b"\0" * 4096])
def test_what_is_no_zip_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "source").write_bytes(data)

    assert refused(tmp_path / "source").code == "bad-archive"


def test_a_zip_without_pictures_is_refused(tmp_path: Path) -> None:
    assert isinstance(refused(packed(tmp_path, "notes.txt")), NotVideo)


def test_a_damaged_entry_is_refused_in_words(tmp_path: Path) -> None:
    path = packed(tmp_path, "1.png")
    data = bytearray(path.read_bytes())
    data[data.index(b"1.png") + 12] ^= 0xFF
    path.write_bytes(data)

    with pytest.raises(BadArchive, match="damaged"):
        unpack(path)
