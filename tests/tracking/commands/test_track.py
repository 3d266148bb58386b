"""`python -m tracking track` on drawn clips with an untrained network: what it writes, and what it refuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from drawn.clips import Drawn, draw_clip, varying_times, write_pictures, write_sound, write_video
from studio.media.reader import open_clip
from tracking.__main__ import main
from tracking.checkpoint import save_weights
from tracking.commands.results import label_map
from tracking.mask import Mask
from tracking.rle import Rle, decode
from tracking.siammask import siammask_small
from tracking.track import State, Step

COUNT = 6  # frames: every step of the network costs time
KEYS = {"frame", "object", "score", "center", "size", "rotated_box", "rle", "state"}


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "random.safetensors"
    save_weights(
        path,
        siammask_small(128).state_dict(),
        {"architecture": "siammask-small", "width": "128", "profile": "default"},
    )
    return path


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    return draw_clip(COUNT, 128, 96, objects=2)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory, drawn: Drawn) -> Path:
    path = tmp_path_factory.mktemp("clips") / "drawn.mp4"
    return write_video(path, drawn.frames, times=varying_times(COUNT), sound="aac")


def track(*arguments: object) -> int:
    return main(["track", *map(str, arguments), "--device", "cpu"])


def read_lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def read_labels(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as image:
        assert image.mode == "P"
        return np.asarray(image)


def test_every_frame_and_object_gets_a_line_a_label_and_a_place_in_the_film(
    tmp_path: Path, clip: Path, drawn: Drawn, weights: Path
) -> None:
    boxes = ["--box", drawn.box(label=1), "--box", drawn.box(label=2)]
    lines, masks, film = tmp_path / "a.jsonl", tmp_path / "masks", tmp_path / "a.mp4"

    code = track(clip, *boxes, "--weights", weights, "--json", lines, "--masks", masks, "--video", film)

    assert code == 0
    found = read_lines(lines)
    assert all(set(line) == KEYS for line in found)
    assert [(line["frame"], line["object"]) for line in found] == [(f, n) for f in range(COUNT) for n in (1, 2)]
    assert [line["state"] == "prompt" for line in found] == [True, True] + [False] * (2 * COUNT - 2)
    assert all(line["rle"]["size"] == [96, 128] for line in found)  # type: ignore[index]
    assert np.shape([line["rotated_box"] for line in found]) == (2 * COUNT, 4, 2)
    assert sorted(path.name for path in masks.iterdir()) == [f"{index:05d}.png" for index in range(COUNT)]
    for index in range(COUNT):
        labels = read_labels(masks / f"{index:05d}.png")
        one, two = (
            decode(Rle(96, 128, line["rle"]["counts"].encode()))  # type: ignore[index]
            for line in found[2 * index : 2 * index + 2]
        )
        assert np.array_equal(labels > 0, one | two)
        assert (one | ~(labels == 1)).all()
        assert (two | ~(labels == 2)).all()
    source, shown = open_clip(clip), open_clip(film)
    assert [shown.seconds(index) for index in range(COUNT)] == [source.seconds(index) for index in range(COUNT)]
    assert shown.has_sound


def test_the_film_is_colored_where_the_mask_is(tmp_path: Path, clip: Path, drawn: Drawn, weights: Path) -> None:
    lines, film = tmp_path / "a.jsonl", tmp_path / "a.mp4"

    track(clip, "--box", drawn.box(), "--weights", weights, "--json", lines, "--video", film, "--frame", COUNT - 1)

    (line,) = read_lines(lines)
    mask = decode(Rle(96, 128, line["rle"]["counts"].encode()))  # type: ignore[index]
    assert mask.any()
    source, shown = open_clip(clip), open_clip(film)
    change = np.abs(shown.frame(COUNT - 1).astype(int) - source.frame(COUNT - 1)).mean(axis=2)
    assert change[mask].mean() > 20
    before = np.abs(shown.frame(0).astype(int) - source.frame(0))
    assert before.mean() < 5  # no part of the run: shown as it is


def test_backward_and_both_go_where_they_say(tmp_path: Path, drawn: Drawn, weights: Path) -> None:
    folder = write_pictures(tmp_path / "pictures", drawn.frames)
    common = (folder, "--box", drawn.box(2), "--frame", 2, "--weights", weights)

    track(*common, "--direction", "both", "--json", tmp_path / "both.jsonl")
    track(*common, "--direction", "backward", "--json", tmp_path / "back.jsonl", "--masks", tmp_path / "masks")
    track(*common, "--json", tmp_path / "forth.jsonl")

    both, back, forth = (read_lines(tmp_path / f"{name}.jsonl") for name in ("both", "back", "forth"))
    assert [line["frame"] for line in both] == [2, 3, 4, 5, 1, 0]
    assert both[:4] == forth
    assert [both[0], *both[4:]] == back
    assert sorted(path.name for path in (tmp_path / "masks").iterdir()) == [f"frame{index}.png" for index in range(6)]
    assert not read_labels(tmp_path / "masks" / "frame4.png").any()


def test_a_run_stopped_and_resumed_in_another_process_says_what_an_undisturbed_one_says(
    tmp_path: Path, clip: Path, drawn: Drawn, weights: Path
) -> None:
    saved, film, masks = tmp_path / "a.run", tmp_path / "a.mp4", tmp_path / "masks"
    begin = (clip, "--box", drawn.box(2), "--frame", 2, "--direction", "both", "--weights", weights)
    threads = {"OMP_NUM_THREADS": str(torch.get_num_threads())}

    track(*begin, "--json", tmp_path / "whole.jsonl")
    track(*begin, "--json", tmp_path / "first.jsonl", "--masks", masks, "--save-tracks", saved, "--stop-after", 3)
    command = [sys.executable, "-m", "tracking", "track", clip, "--resume", saved, "--weights", weights]
    command += ["--json", tmp_path / "rest.jsonl", "--masks", masks, "--video", film, "--device", "cpu"]
    subprocess.run([str(word) for word in command], check=True, env={**os.environ, **threads}, timeout=120)

    first, rest = (tmp_path / "first.jsonl").read_text(), (tmp_path / "rest.jsonl").read_text()
    assert len(first.splitlines()) == len(rest.splitlines()) == 3
    assert first + rest == (tmp_path / "whole.jsonl").read_text()
    assert len(list(masks.iterdir())) == COUNT
    assert open_clip(film).frame_count == COUNT


def test_what_is_gone_is_lost_and_with_no_presence_believed_all_the_same_also_after_a_stop(
    tmp_path: Path, drawn: Drawn
) -> None:
    """With the shipped weights, which have a table of presence."""
    gone = np.random.default_rng(2).integers(90, 140, (4, 96, 128, 3)).astype(np.uint8)
    folder = write_pictures(tmp_path / "pictures", [*drawn.frames[:2], *gone])
    begin = (folder, "--box", drawn.box(), "--precision", "fp32")

    track(*begin, "--json", tmp_path / "judged.jsonl")
    track(*begin, "--json", tmp_path / "asked.jsonl", "--presence")
    track(
        *begin, "--no-presence", "--json", tmp_path / "a.jsonl", "--save-tracks", tmp_path / "a.run", "--stop-after", 3
    )
    track(folder, "--resume", tmp_path / "a.run", "--json", tmp_path / "b.jsonl")

    judged, asked, first, rest = (
        [line["state"] for line in read_lines(tmp_path / f"{name}.jsonl")] for name in ("judged", "asked", "a", "b")
    )
    assert judged == ["prompt", "tracked", "doubtful", "doubtful", "lost", "lost"]
    assert asked == judged
    assert (first + rest)[:5] == ["prompt", *["tracked"] * 4], "the last frame's mask may have no pixel"


def test_a_run_stopped_between_two_directions_goes_on_the_same(
    tmp_path: Path, clip: Path, drawn: Drawn, weights: Path
) -> None:
    begin = (clip, "--box", drawn.box(4), "--frame", 4, "--direction", "both", "--weights", weights)

    track(*begin, "--json", tmp_path / "whole.jsonl")
    track(*begin, "--json", tmp_path / "a.jsonl", "--save-tracks", tmp_path / "a.run", "--stop-after", 2)
    for part in ("b", "c"):
        arguments = ["--json", tmp_path / f"{part}.jsonl", "--save-tracks", tmp_path / "a.run", "--stop-after", 2]
        track(clip, "--resume", tmp_path / "a.run", *arguments)

    parts = [(tmp_path / f"{part}.jsonl").read_text() for part in "abc"]
    assert "".join(parts) == (tmp_path / "whole.jsonl").read_text()


def test_where_masks_overlap_the_more_certain_object_has_the_pixel() -> None:
    def step(values: float, x: int) -> Step:
        mask = Mask(np.full((4, 4), values, np.float32), x, 2, 12, 8, 0.3, -1.0)
        return Step(1.0, (0, 0), (4, 4), np.zeros((4, 2)), mask, State.TRACKED)

    labels = label_map([step(0.9, 0), step(0.5, 2), step(0.8, 4), step(0.2, 8)], 12, 8)

    assert labels[3].tolist() == [1, 1, 1, 1, 3, 3, 3, 3, 0, 0, 0, 0]
    assert not labels[0].any()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "say what to follow: --box X,Y,W,H"),
        (("--box", "1,2,3"), "a box is four numbers X,Y,W,H, got '1,2,3'"),
        (("--box", "a,b,c,d"), "a box is four numbers"),
        (("--box", "10,10,3,20"), "a box must be at least 4 x 4 px, got 3 x 20"),
        (("--box", "100,10,60,20"), "the box 100,10,60,20 reaches outside the frame of 128 x 96 px"),
        (("--box", "10,10,20,20", "--frame", "6"), "has frames 0 to 5, there is no frame 6"),
        (("--box", "10,10,20,20", "--frame", "-1"), "there is no frame -1"),
        (("--box", "10,10,20,20", "--stop-after", "0"), "--stop-after takes a number of frames from 1 up"),
        (("--box", "10,10,20,20", "--weights", "/nowhere/none.safetensors"), "none.safetensors"),
        (("--box", "10,10,20,20", "--profile", "best"), "there is no profile 'best'"),
        (("--box", "10,10,20,20", "--video", "film.avi"), "a film is written as .mp4"),
        (("--box", "10,10,20,20", "--save-tracks", "/nowhere/a.run"), "there is no folder /nowhere"),
        (("--resume", "/nowhere/a.run"), "there is no saved run /nowhere/a.run"),
        (("--resume", "a.run", "--box", "10,10,20,20"), "leave out --box"),
        (("--resume", "a.run", "--no-presence"), "has its boxes, frame, direction and presence already"),
        (("--box", "10,10,20,20", "--presence"), "have no table of presence for the profile default"),
    ],
)
def test_a_bad_option_is_one_sentence_and_leaves_nothing(
    tmp_path: Path,
    clip: Path,
    weights: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    sentence: str,
) -> None:
    outputs = ("--json", tmp_path / "a.jsonl", "--masks", tmp_path / "masks")

    code = track(clip, "--weights", weights, *outputs, *arguments)

    said = capsys.readouterr().err.strip()
    assert code == 2
    assert sentence in said
    assert len(said.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_an_input_that_is_no_clip_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "text.mp4").write_text("no video at all")
    (tmp_path / "empty").mkdir()
    write_sound(tmp_path / "heard.mp4")
    for name, sentence in (
        ("none.mp4", "there is no file or folder"),
        ("text.mp4", "is not a video that can be read"),
        ("empty", "holds no pictures"),
        ("heard.mp4", "has no picture track [no-picture]"),
    ):
        code = track(tmp_path / name, "--box", "10,10,20,20", "--video", tmp_path / "film.mp4")

        said = capsys.readouterr().err.strip()
        assert (code, sentence in said, len(said.splitlines())) == (2, True, 1), said
        assert not (tmp_path / "film.mp4").exists()


def test_a_saved_run_is_refused_on_another_clip_and_with_other_weights(
    tmp_path: Path, clip: Path, drawn: Drawn, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.manual_seed(1)
    others = tmp_path / "others.safetensors"
    state = siammask_small(128).state_dict()
    save_weights(others, state, {"architecture": "siammask-small", "width": "128", "profile": "default"})
    shorter = write_video(tmp_path / "shorter.mp4", drawn.frames[:-1])
    saved = tmp_path / "a.run"
    track(clip, "--box", drawn.box(), "--weights", weights, "--save-tracks", saved, "--stop-after", 1)
    (tmp_path / "broken.run").write_bytes(saved.read_bytes()[:400])
    capsys.readouterr()

    codes = [
        track(shorter, "--resume", saved),
        track(clip, "--resume", saved, "--weights", others),
        track(clip, "--resume", tmp_path / "broken.run"),
    ]

    said = capsys.readouterr().err.splitlines()
    assert codes == [2, 2, 2]
    assert "the run was begun on 6 frames of 128 x 96 px, this clip has 5" in said[0]
    assert "the run was begun with weights" in said[1]
    assert "is not a saved run" in said[2]
