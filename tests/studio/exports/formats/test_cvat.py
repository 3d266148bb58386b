"""CVAT's two XML formats: masks pixel for pixel, polygon tracks by an area fill of their own."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np

from drawn.tracks import FRAMES, HEIGHT, OBJECTS, WIDTH, draw_masks


def read(made) -> ET.Element:
    return ET.fromstring(made.text("annotations.xml"))  # our own file


def mask_of(element: ET.Element) -> np.ndarray:
    x, y, width, height = (int(element.get(name)) for name in ("left", "top", "width", "height"))
    runs = [int(run) for run in element.get("rle").split(",")]
    values = np.concatenate([np.full(run, place % 2, bool) for place, run in enumerate(runs)])
    picture = np.zeros((HEIGHT, WIDTH), bool)
    picture[y : y + height, x : x + width] = values.reshape(height, width)
    return picture


def polygon_mask(points: str) -> np.ndarray:
    """By crossing number at each pixel's centre."""
    ring = np.array([[float(value) for value in point.split(",")] for point in points.split(";")])
    ys, xs = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    odd = np.zeros((HEIGHT, WIDTH), bool)
    for (x0, y0), (x1, y1) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        if y0 != y1:
            odd ^= (min(y0, y1) < ys) & (ys < max(y0, y1)) & (xs < x0 + (ys - y0) * (x1 - x0) / (y1 - y0))
    return odd


def test_masks_for_images_come_back_with_their_objects(written):
    root, masks = read(written("cvat-images")), draw_masks()

    back = {
        (int(image.get("name")[:6]), int(mask.find("attribute").text)): mask_of(mask)
        for image in root.iter("image")
        for mask in image.iter("mask")
    }
    assert back.keys() == masks.keys()
    assert all(np.array_equal(back[key], masks[key]) for key in masks)
    assert [image.get("id") for image in root.iter("image")] == [str(frame) for frame in range(FRAMES)]


def test_polygons_of_tracks_have_the_masks_pixels(written):
    root, masks = read(written("cvat-video")), draw_masks()

    back = {
        (int(shape.get("frame")), int(track.get("group_id"))): polygon_mask(shape.get("points"))
        for track in root.iter("track")
        for shape in track.iter("polygon")
        if shape.get("outside") == "0"
    }
    assert back.keys() == masks.keys()
    assert all(np.array_equal(back[key], masks[key]) for key in masks)


def outside(root: ET.Element, number: int) -> list[int]:
    track = next(track for track in root.iter("track") if track.get("group_id") == str(number))
    return [int(shape.get("frame")) for shape in track if shape.get("outside") == "1"]


def test_an_object_that_leaves_is_outside_from_then_on(written):
    assert outside(read(written("cvat-video")), 2) == [3]
    assert outside(read(written("cvat-video")), 1) == []
    assert outside(read(written("cvat-video", last_frame=6)), 1) == [7]


def test_names_of_any_kind_are_xml(written, monkeypatch):
    odd = type(OBJECTS[0])(1, '<b>&"\x01', (1, 2, 3))
    monkeypatch.setattr("drawn.tracks.OBJECTS", (odd, *OBJECTS[1:]))

    for kind in ("cvat-video", "cvat-images"):
        root = read(written(kind, title='"<&\x00>.mp4'))
        assert root.find("meta/task/name").text == '"<&>.mp4'
        assert [label.find("name").text for label in root.iter("label")] == ['<b>&"', "two parts", "ring", "=lateé"]
