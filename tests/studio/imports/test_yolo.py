"""YOLO's labels as other programs write them: kinds only, polygons or boxes, names in YAML or a list."""

import numpy as np
import pytest

from drawn.tracks import HEIGHT, WIDTH
from studio.media.errors import MediaError


def polygon(category: int, *points: tuple[float, float]) -> str:
    return " ".join([str(category), *(f"{x / WIDTH:.6f} {y / HEIGHT:.6f}" for x, y in points)])


def block(category: int, x: int, y: int, right: int, bottom: int) -> str:
    return polygon(category, (x, y), (right, y), (right, bottom), (x, bottom))


def pixels(x: int, y: int, right: int, bottom: int) -> np.ndarray:
    bits = np.zeros((HEIGHT, WIDTH), bool)
    bits[y:bottom, x:right] = True
    return bits


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("data.yaml", "path: .\nnames:\n  0: person\n  1: 'big dog'\nnc: 2\n"),
        ("data.yaml", "nc: 2\nnames: [person, 'big dog']\n"),
        ("x/data.yml", "names:\n- person\n- big dog\ntrain: images\n"),
        ("classes.txt", "person\nbig dog\n"),
    ],
)
def test_each_kind_is_an_object_with_the_name_it_is_told(packed, read, name, names):
    files = {
        name: names,
        "labels/a_0002.txt": f"{block(0, 2, 3, 12, 9)}\n{block(1, 30, 3, 40, 9)}\n",
        "labels/a_0003.txt": "",
        "labels/a_0005.txt": f"{block(1, 31, 3, 41, 9)}\n",
    }

    back = read(packed(files))

    assert back.said["kind"] == "yolo"
    assert set(back.bits) == {(2, "person"), (2, "big dog"), (5, "big dog")}
    assert np.array_equal(back.bits[5, "big dog"], pixels(31, 3, 41, 9))
    assert back.prompts == {}


def test_a_kind_without_a_name_is_called_by_its_number(packed, read):
    assert set(read(packed({"3.txt": block(7, 2, 3, 12, 9)})).bits) == {(3, "class 7")}


def test_a_box_is_filled_and_a_key_frame_where_it_begins(packed, read):
    box = f"0 {20 / WIDTH:.6f} {10 / HEIGHT:.6f} {12 / WIDTH:.6f} {8 / HEIGHT:.6f}"

    back = read(packed({"2.txt": box, "4.txt": box}))

    assert np.array_equal(back.bits[4, "class 0"], pixels(14, 6, 26, 14))
    assert {key: [round(side, 2) for side in value] for key, value in back.prompts.items()} == {
        ("class 0", 2): [14, 6, 12, 8]
    }


def test_things_of_one_kind_are_told_apart_in_one_frame_alone(packed, read):
    two = f"{block(0, 2, 3, 12, 9)}\n{block(0, 30, 3, 40, 9)}\n"

    assert set(read(packed({"1.txt": two})).bits) == {(1, "class 0 1"), (1, "class 0 2")}
    with pytest.raises(MediaError, match=r"1.txt: line 1: it has no number of its object, and its frame has 2 lines"):
        read(packed({"1.txt": two, "2.txt": block(0, 2, 3, 12, 9)}))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("0 0.1 0.2 0.3 0.4 0.5", "it has 5 numbers, not the x, y of at least 3 points"),
        ("0 0.1 0.2 0.3 0.4 0.5 1.5", "is not a class and shares of the picture, from 0 to 1"),
        ("0 0.1 0.2 0.3 e", "is not a class and shares of the picture, from 0 to 1"),
        ("person 0.1 0.2 0.3 0.4", "is not a class and shares of the picture, from 0 to 1"),
    ],
)
def test_a_line_that_is_wrong_is_said_with_its_place(packed, read, line, said):
    with pytest.raises(MediaError) as fault:
        read(packed({"1.txt": f"{block(0, 2, 3, 12, 9)}\n{line}\n"}))

    assert str(fault.value).startswith("1.txt: line 2: ") and said in str(fault.value)


def test_a_line_that_our_own_table_does_not_know_is_refused(exported, packed, read):
    import zipfile

    with zipfile.ZipFile(exported("yolo")) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    table = files["tracks.csv"].decode().splitlines()

    files["tracks.csv"] = "\n".join(table[:-1]).encode()
    with pytest.raises(MediaError, match=r"tracks.csv does not say which object it is"):
        read(packed(files))
    files["tracks.csv"] = "\n".join([table[0], "a,b,c"]).encode()
    with pytest.raises(MediaError, match=r"tracks.csv: line 2: it is not a file, a line, an object and a score"):
        read(packed(files))
