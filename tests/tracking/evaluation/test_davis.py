from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from drawn.benchmarks import (
    ScriptedTracker,
    draw_labels,
    step_of_mask,
    write_davis,
    write_labels,
)
from tracking.box import Box
from tracking.errors import BadInput
from tracking.evaluation import davis

FRAMES = 12
AGREEMENT = 1e-3  # what the project promises; the formulas are the same, so it is far less


def wobble(index: int, label: int) -> np.ndarray:
    """A mask that is right at first and ever more wrong: shifted, thinner, with a piece that is not the object."""
    mask = np.roll(draw_labels(index) == label, (index // 3, index), axis=(0, 1))
    mask[::7] &= index < 6
    mask[90:100, 5 : 5 + index] |= label == 1
    return mask


def scripted() -> ScriptedTracker:
    return ScriptedTracker(
        [
            tuple(step_of_mask(wobble(index, label), 0.5 + label / 10) for label in (1, 2))
            for index in range(1, FRAMES - 1)
        ]
    )


# pycocotools' compiled code has not followed numpy 2's __array__ yet
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_j_and_f_of_many_objects_agree_with_trackeval(tmp_path: Path):
    trackeval = pytest.importorskip("trackeval", reason="make installs TrackEval without its dependencies")
    pytest.importorskip("skimage")
    root = write_davis(tmp_path / "davis", frames=FRAMES)
    tracker = scripted()

    (sequence,) = davis.find_sequences(root, 2017)
    score = davis.score_davis(tracker, [sequence], 2017)

    truth, result = tmp_path / "truth" / "shapes", tmp_path / "results" / "ours" / "data" / "shapes"
    truth.mkdir(parents=True)
    result.mkdir(parents=True)
    for index in range(1, FRAMES - 1):  # TrackEval scores all it is given
        write_labels(truth / f"{index:05d}.png", draw_labels(index))
        merged = davis.merge([step.mask for step in tracker.steps[index - 1]], draw_labels(0).shape)
        write_labels(result / f"{index:05d}.png", merged)
    folders = {"GT_FOLDER": str(tmp_path / "truth"), "TRACKERS_FOLDER": str(tmp_path / "results")}
    reader = trackeval.datasets.DAVIS({**folders, "PRINT_CONFIG": False})
    raw = reader.get_raw_seq_data("ours", "shapes")
    theirs = trackeval.metrics.JAndF().eval_sequence(reader.get_preprocessed_seq_data(raw, "general"))
    ours = {
        "J-Mean": score.region.mean,
        "J-Recall": score.region.recall,
        "J-Decay": score.region.decay,
        "F-Mean": score.boundary.mean,
        "F-Recall": score.boundary.recall,
        "F-Decay": score.boundary.decay,
    }
    assert 0.2 < ours["F-Mean"] < ours["J-Mean"] < 0.95
    assert ours["J-Decay"] > 0.1
    assert ours == {key: pytest.approx(theirs[key], abs=AGREEMENT) for key in ours}


def test_every_object_starts_from_the_box_around_its_first_annotation(tmp_path: Path):
    root = write_davis(tmp_path, frames=FRAMES)
    tracker = scripted()

    davis.score_davis(tracker, davis.find_sequences(root, 2017), 2017)

    assert tracker.starts == [[Box.of_mask(draw_labels(0) == 1), Box.of_mask(draw_labels(0) == 2)]]
    assert tracker.starts[0][1] == Box(100, 70, 59, 41)


def test_2016_is_one_object_whatever_the_labels(tmp_path: Path):
    frames = 5
    root = write_davis(tmp_path, frames=frames, year=2016)
    whole = [np.isin(draw_labels(index), (1, 2)) for index in range(frames)]
    tracker = ScriptedTracker([(step_of_mask(mask),) for mask in whole[1:-1]])

    score = davis.score_davis(tracker, davis.find_sequences(root, 2016), 2016)

    assert tracker.starts == [[Box.of_mask(whole[0])]]
    assert len(score.sequences[0].objects) == 1
    assert (score.region.mean, score.boundary.mean) == (1.0, 1.0)


def test_the_first_and_the_last_frame_are_not_scored(tmp_path: Path):
    root = write_davis(tmp_path, frames=FRAMES)
    write_labels(root / "Annotations/480p/shapes" / f"{FRAMES - 1:05d}.png", np.zeros_like(draw_labels(0)))
    right = [tuple(step_of_mask(draw_labels(index) == label) for label in (1, 2)) for index in range(1, FRAMES - 1)]

    score = davis.score_davis(ScriptedTracker(right), davis.find_sequences(root, 2017), 2017)

    assert score.sequences[0].frames == FRAMES - 2
    assert score.region.mean == 1.0


def test_where_two_masks_overlap_the_likelier_object_has_the_pixel():
    left, right = np.zeros((10, 20), np.bool_), np.zeros((10, 20), np.bool_)
    left[2:8, 2:12] = True
    right[2:8, 8:18] = True

    merged = davis.merge([step_of_mask(left, 0.6).mask, step_of_mask(right, 0.8).mask], (10, 20))

    assert merged[5].tolist() == [0] * 2 + [1] * 6 + [2] * 10 + [0] * 2


def test_of_equally_likely_objects_the_first_has_the_pixel():
    both = np.ones((4, 4), np.bool_)

    assert davis.merge([step_of_mask(both).mask, step_of_mask(both).mask], (4, 4)).max() == 1


def test_the_mean_of_2017_weighs_objects_and_not_sequences():
    def scored(*means: float) -> davis.SequenceScore:
        parts = [davis.Statistics(mean, 0.0, 0.0) for mean in means]
        return davis.SequenceScore("x", tuple(davis.ObjectScore(1, part, part) for part in parts), 10, 2.0)

    score = davis.DavisScore((scored(1.0), scored(0.4, 0.5, 0.5)))

    assert score.region.mean == pytest.approx(0.6)
    assert score.fps == 5.0


def test_only_the_validation_set_is_taken_where_the_folder_names_one(tmp_path: Path):
    for name in ("bear", "dog", "swan"):
        write_davis(tmp_path, name, frames=3)
    (tmp_path / "ImageSets" / "2017").mkdir(parents=True)
    (tmp_path / "ImageSets" / "2017" / "val.txt").write_text("swan\nbear\n")

    assert [sequence.name for sequence in davis.find_sequences(tmp_path, 2017)] == ["swan", "bear"]
    assert [sequence.name for sequence in davis.find_sequences(tmp_path, 2016)] == ["bear", "dog", "swan"]
    assert [sequence.name for sequence in davis.find_sequences(tmp_path, 2017, ["dog"])] == ["dog"]


def test_a_folder_of_another_layout_is_refused(tmp_path: Path):
    with pytest.raises(BadInput, match="not laid out as DAVIS"):
        davis.find_sequences(tmp_path, 2016)


def test_a_sequence_that_is_not_there_is_named(tmp_path: Path):
    write_davis(tmp_path, frames=3)

    with pytest.raises(BadInput, match=r"no sequence bear in .* there are shapes"):
        davis.find_sequences(tmp_path, 2016, ["bear"])


def test_a_frame_without_an_annotation_is_refused(tmp_path: Path):
    root = write_davis(tmp_path, frames=4)
    (root / "Annotations/480p/shapes/00002.png").unlink()

    with pytest.raises(BadInput, match="3 annotations for 4 frames"):
        davis.find_sequences(root, 2016)


def test_a_mask_of_2016_is_refused_as_one_of_2017(tmp_path: Path):
    root = write_davis(tmp_path, frames=3, year=2016)

    with pytest.raises(BadInput, match="has no object of DAVIS 2017"):
        davis.score_davis(ScriptedTracker([]), davis.find_sequences(root, 2017), 2017)


def test_an_annotation_of_another_size_is_refused(tmp_path: Path):
    root = write_davis(tmp_path, frames=3)
    Image.new("L", (10, 10), 1).save(root / "Annotations/480p/shapes/00000.png")

    with pytest.raises(BadInput, match="is 10 x 10 px, its frame 160 x 120 px"):
        davis.score_davis(ScriptedTracker([]), davis.find_sequences(root, 2016), 2016)


def test_a_file_that_is_no_image_is_refused(tmp_path: Path):
    root = write_davis(tmp_path, frames=3)
    (root / "JPEGImages/480p/shapes/00000.jpg").write_bytes(b"nothing of the kind")

    with pytest.raises(BadInput, match="is not an image"):
        davis.score_davis(ScriptedTracker([]), davis.find_sequences(root, 2016), 2016)
