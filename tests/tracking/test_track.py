import io
import json
import subprocess
import sys
from dataclasses import fields, replace

import numpy as np
import pytest

from tracking.errors import BadTrack
from tracking.lookalikes import LookAlike
from tracking.presence import Sight
from tracking.track import Track


def track() -> Track:
    rng = np.random.default_rng(4)
    return Track(
        center=(10.1, 20.2),
        size=(1 / 3, 44.0),
        kernels=tuple(rng.standard_normal((8, 5, 5)).astype(np.float32) for _ in range(3)),
        color_mean=(1.5, 2.5, 0.1),
        frame_width=320,
        frame_height=200,
        frame_count=7,
        network="abc",
    )


def seen() -> Track:
    rng = np.random.default_rng(5)
    ground, spread, exemplar, recent = (rng.standard_normal(12).astype(np.float32) for _ in range(4))
    sight = Sight(
        ground, spread, exemplar, recent, score=0.1 + 0.2, area=1 / 3, center=(1 / 7, 2.0), size=(3.0, 4 / 9),
        looks=0.1 + 0.7, pace=1 / 3, lookalikes=(LookAlike((1 / 3, 0.1 + 0.2), 4), LookAlike((5.0, 6.0))), crossing=3,
        unsure=8, low=1, lost=5, shown=True, hunch=(0.7, 1 / 9),
    )  # fmt: skip
    return replace(track(), sight=sight)


def test_what_a_track_remembers_of_its_object_comes_back_bit_for_bit() -> None:
    back = Track.from_bytes(seen().to_bytes()).sight
    assert back is not None
    for field in fields(Sight):
        one, other = getattr(back, field.name), getattr(seen().sight, field.name)
        assert np.array_equal(one, other), field.name
    assert Track.from_bytes(track().to_bytes()).sight is None


@pytest.mark.parametrize("number", [1, 2])
def test_a_track_of_a_format_before_this_one_is_read(number: int) -> None:
    with np.load(io.BytesIO(seen().to_bytes())) as archive:
        arrays = dict(archive)
    scalars = json.loads(arrays["scalars"].tobytes())
    assert scalars["format"] == "siammask-track/3"
    scalars["format"] = f"siammask-track/{number}"
    del scalars["lookalikes"]
    for name in ("looks", "pace", "crossing", "unsure", "shown"):  # the second had none of these, the first no sight
        del scalars["sight"][name]
    if number == 1:
        del scalars["sight"]
    arrays["scalars"] = np.frombuffer(json.dumps(scalars).encode(), np.uint8)
    old = io.BytesIO()
    np.savez(old, **arrays)

    back = Track.from_bytes(old.getvalue())

    assert back.center == track().center
    if number == 1:
        assert back.sight is None
    else:
        assert back.sight is not None
        assert (back.sight.lost, back.sight.unsure, back.sight.lookalikes) == (5, 5, ())


def test_a_sight_of_the_wrong_kind_of_numbers_is_refused() -> None:
    sight = seen().sight
    assert sight is not None
    doubled = replace(seen(), sight=replace(sight, recent=sight.recent.astype(np.float64)))
    with pytest.raises(BadTrack, match="float32"):
        Track.from_bytes(doubled.to_bytes())


def test_a_track_comes_back_from_its_bytes_bit_for_bit() -> None:
    back = Track.from_bytes(track().to_bytes())
    for name in ("center", "size", "color_mean", "frame_width", "frame_height", "frame_count", "network"):
        assert getattr(back, name) == getattr(track(), name)
    for one, other in zip(back.kernels, track().kernels, strict=True):
        np.testing.assert_array_equal(one, other)


def test_equal_tracks_have_equal_bytes() -> None:
    assert track().to_bytes() == track().to_bytes()
    assert track().to_bytes() != replace(track(), frame_count=8).to_bytes()


@pytest.mark.parametrize("data", [b"", b"nonsense", b"PK\x03\x04broken", track().to_bytes()[:-30]])
def test_bytes_that_are_no_track_are_refused(data: bytes) -> None:
    with pytest.raises(BadTrack):
        Track.from_bytes(data)


def test_a_pickle_inside_is_never_opened() -> None:
    archive = io.BytesIO()
    np.savez(archive, scalars=np.array([{"a": 1}], object), state=np.zeros(7))
    with pytest.raises(BadTrack):
        Track.from_bytes(archive.getvalue())


def test_reading_a_track_needs_numpy_only() -> None:
    # tracking/__init__ offers load_tracker, so the module is loaded by its file's own package path without torch
    code = (
        "import sys, types; p = types.ModuleType('tracking'); p.__path__ = [sys.argv[1]]; sys.modules['tracking'] = p;"
        "from tracking.track import Track; Track.from_bytes(sys.stdin.buffer.read());"
        "assert 'torch' not in sys.modules and 'cv2' not in sys.modules, 'too much was loaded'"
    )
    import tracking

    folder = tracking.__path__[0]
    subprocess.run([sys.executable, "-c", code, folder], input=track().to_bytes(), check=True, timeout=60)
