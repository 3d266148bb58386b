"""A file is called after its clip, and no system chokes on it."""

import pytest

from studio.exports.names import file_name


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("my clip.mp4", "my clip overlay.mp4"),
        ("Final.v2.MOV", "Final.v2 overlay.mp4"),
        ("no ending", "no ending overlay.mp4"),
        ("../../etc/passwd", "etc-passwd overlay.mp4"),
        ("a\0b\n\u202egnp.mp4", "abgnp overlay.mp4"),
        ('q?"<>|*:x', "q-x overlay.mp4"),
        (".mp4", "clip overlay.mp4"),
        (" .. ", "clip overlay.mp4"),
        ("Überflug 東京.mp4", "Überflug 東京 overlay.mp4"),
        ("CON", "CON overlay.mp4"),
    ],
)
def test_a_title_becomes_a_file_name(title: str, name: str):
    assert file_name(title, "overlay", ".mp4") == name


def test_a_long_title_is_cut_between_letters():
    name = file_name("東" * 200, "overlay", ".mp4")

    assert name == "東" * 60 + " overlay.mp4"
