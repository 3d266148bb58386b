"""Every format that is read: what our export writes of the drawn scene comes back, less what the format cannot hold."""

from collections.abc import Mapping

import numpy as np
import pytest

from drawn.tracks import OBJECTS, Masks, draw_masks, found_of
from studio.imports.formats import FORMATS
from studio.imports.kinds import KINDS

NAMES = {track.number: track.name for track in OBJECTS}
EXACT = ("coco", "youtube-vis", "cvat-video", "cvat-images", "labelme", "yolo", "datumaro")
FLAT = ("davis", "youtube-vos", "mots")  # a pixel belongs to one object: the higher number's


def named(masks: Masks) -> dict[tuple[int, str], np.ndarray]:
    return {(frame, NAMES[number]): bits for (frame, number), bits in masks.items()}


def flat(masks: Masks) -> dict[tuple[int, str], np.ndarray]:
    left: dict[tuple[int, int], np.ndarray] = {}
    for (frame, number), bits in masks.items():
        over = [other for (at, above), other in masks.items() if at == frame and above > number]
        left[frame, number] = bits & ~np.logical_or.reduce([np.zeros_like(bits), *over])
    return named({key: bits for key, bits in left.items() if bits.any()})


def same(back: Mapping[tuple[int, str], np.ndarray], expected: Mapping[tuple[int, str], np.ndarray]) -> None:
    assert back.keys() == expected.keys()
    assert [key for key in expected if not np.array_equal(back[key], expected[key])] == []


@pytest.mark.parametrize("kind", EXACT)
def test_an_exact_format_comes_back_pixel_for_pixel(exported, read, kind):
    back = read(exported(kind))

    same(back.bits, named(draw_masks()))
    assert {one.number: one.name for one in back.objects} == NAMES
    assert {found.state for found in back.found.values()} == {"imported"}


@pytest.mark.parametrize("kind", FLAT)
def test_a_format_of_one_object_a_pixel_comes_back_as_it_was_flattened(exported, read, kind):
    back = read(exported(kind))

    same(back.bits, flat(draw_masks()))
    assert {one.number: one.name for one in back.objects} == NAMES


def test_vot_masks_come_back_pixel_for_pixel(exported, read):
    back = read(exported("vot", region="mask"))

    same(back.bits, named(draw_masks()))
    assert {one.number: one.name for one in back.objects} == NAMES
    assert back.prompts == {}


def test_vot_rotated_boxes_come_back_as_their_polygons_and_a_key_frame(exported, read):
    back = read(exported("vot", region="rotated"))

    corners = {(one.frame, NAMES[one.number]): np.array(one.corners).reshape(4, 2) for one in found_of(draw_masks())}
    wide = {key: ring for key, ring in corners.items() if key[1] != "ring 2"}  # a speck's box holds no pixel's centre
    assert back.bits.keys() >= wide.keys()
    for key, ring in wide.items():
        assert back.bits[key].sum() == pytest.approx(area_of(ring), rel=0.12)
    assert set(back.prompts) == {("ring 1", 0), ("two parts", 0), ("=lateé", 6)}


def area_of(ring: np.ndarray) -> float:
    x, y = ring.T
    return float(abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2)


@pytest.mark.parametrize("kind", [*EXACT, *FLAT, "vot"])
def test_every_second_frame_comes_back_on_its_own_frame(exported, read, kind):
    options = {"region": "mask"} if kind == "vot" else {}
    back = read(exported(kind, every=2, first_frame=1, **options))

    assert {frame for frame, name in back.bits if name == "ring 1"} == {1, 3, 5, 7}
    chosen = named({key: bits for key, bits in draw_masks().items() if key[0] % 2})
    same(back.bits, flat({k: b for k, b in draw_masks().items() if k[0] % 2}) if kind in FLAT else chosen)


@pytest.mark.parametrize("kind", ["coco", "labelme", "yolo", "datumaro"])
def test_scores_come_back(exported, read, kind):
    back = read(exported(kind))

    assert {(NAMES[one.number], one.frame): one.score for one in found_of(draw_masks())} == {
        key: found.score for key, found in back.found.items()
    }


def test_a_rotated_box_is_computed_for_every_mask(exported, read):
    back = read(exported("coco"))

    assert all(len(found.corners) == 8 for found in back.found.values())
    ring = np.array(back.found["ring 1", 0].corners).reshape(4, 2)  # a circle about 20, 22 of radius 14
    assert ring.mean(axis=0) == pytest.approx([20, 22], abs=0.6)
    assert back.found["ring 2", 4].corners == (0.0, 4.0, 1.0, 4.0, 1.0, 5.0, 0.0, 5.0)  # one pixel: its own edges


def test_the_titles_that_the_api_tells_are_the_readers_own():
    assert {name: reader.title for name, reader in FORMATS.items()} == dict(KINDS)
