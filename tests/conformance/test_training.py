"""Labels and losses of the paper's recipe beside the original's own numbers."""

import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from conformance.reference import FOLDER
from tracking.training.labels import corners, deltas, overlap, sampled_labels, training_anchors
from tracking.training.losses import box_loss, coarse_mask_loss, refined_mask_loss, score_loss

Arrays = dict[str, NDArray[np.float64]]
STAGES = {"base": (255, 25), "refine": (143, 3)}


@pytest.fixture(scope="module")
def expected() -> Arrays:
    with np.load(FOLDER / "training.npz") as file:
        return dict(file)


@pytest.mark.parametrize("stage", STAGES)
def test_anchors_stand_where_the_originals_do(expected: Arrays, stage: str) -> None:
    anchors = training_anchors(*STAGES[stage])
    np.testing.assert_allclose(anchors, expected[f"anchors_center_{stage}"], atol=1e-4)
    np.testing.assert_allclose(corners(anchors), expected[f"anchors_corner_{stage}"], atol=1e-4)


@pytest.mark.parametrize("stage", STAGES)
def test_overlap_and_deltas_of_every_anchor_are_the_originals(expected: Arrays, stage: str) -> None:
    anchors, box = training_anchors(*STAGES[stage]), expected[f"target_box_{stage}"]
    np.testing.assert_allclose(overlap(corners(anchors), box), expected[f"overlap_{stage}"], atol=1e-5)
    np.testing.assert_allclose(deltas(anchors, box), expected[f"delta_{stage}"], atol=1e-5)


@pytest.mark.parametrize("stage", STAGES)
def test_sampled_labels_are_drawn_from_the_originals_sets(expected: Arrays, stage: str) -> None:
    # which of them are drawn is the generator's choice; how many, and from where, is the recipe's
    anchors, box = training_anchors(*STAGES[stage]), expected[f"target_box_{stage}"]
    theirs, iou = expected[f"sampled_cls_seed0_{stage}"], expected[f"overlap_{stage}"]
    ours = sampled_labels(anchors, box, False, np.random.default_rng(0))
    for label in (0, 1):
        assert (ours.cls == label).sum() == (theirs == label).sum()
    assert (iou[ours.cls == 1] > 0.6).all() and (iou[ours.cls == 0] < 0.3).all()
    assert ours.delta_weight.sum() == pytest.approx(float(expected[f"delta_weight_seed0_{stage}"].sum()), abs=1e-5)


@pytest.mark.parametrize("stage", STAGES)
def test_a_negative_pair_counts_as_many_cells_near_the_centre(expected: Arrays, stage: str) -> None:
    anchors, box = training_anchors(*STAGES[stage]), expected[f"target_box_{stage}"]
    theirs = expected[f"neg_cls_seed1_{stage}"]
    ours = sampled_labels(anchors, box, True, np.random.default_rng(1))
    assert (ours.cls == 0).sum() == (theirs == 0).sum() and not (ours.cls == 1).any()
    rows, columns = np.nonzero((theirs == 0).any(axis=0))
    mine = np.nonzero((ours.cls == 0).any(axis=0))
    for found, places in zip(mine, (rows, columns), strict=True):
        assert abs(found.mean() - places.mean()) <= 2.0


def test_the_losses_have_the_originals_values(expected: Arrays) -> None:
    cls, loc = (torch.from_numpy(expected[name]).float() for name in ("loss_cls_pred", "loss_loc_pred"))
    labels = torch.from_numpy(expected["sampled_cls_seed0_base"]).long().expand(2, -1, -1, -1)
    assert float(score_loss(cls, labels)) == pytest.approx(float(expected["loss_cls"]), rel=1e-5)

    delta = torch.from_numpy(expected["delta_base"]).float().expand(2, -1, -1, -1, -1)
    weight = torch.from_numpy(expected["delta_weight_seed0_base"]).float().expand(2, -1, -1, -1)
    assert float(box_loss(loc, delta, weight)) == pytest.approx(float(expected["loss_loc"]), rel=1e-5)


def test_the_coarse_mask_loss_has_the_originals_value(expected: Arrays) -> None:
    batch, channel, row, column = np.ogrid[:2, : 63 * 63, :25, :25]
    head = np.sin(0.37 * channel + 1.3 * row + 0.7 * column + batch).astype(np.float32)
    mask, weight = (torch.from_numpy(expected[name]).float() for name in ("loss_mask", "loss_mask_weight"))
    found = float(coarse_mask_loss(torch.from_numpy(head), mask, weight))
    assert found == pytest.approx(float(expected["loss_mask_base"]), rel=1e-4)


def test_the_refined_mask_loss_has_the_originals_value(expected: Arrays) -> None:
    logits = torch.from_numpy(expected["refine_loss_pred"].astype(np.float32))
    mask, weight = (torch.from_numpy(expected[name]).float() for name in ("refine_loss_mask", "refine_loss_weight"))
    found = float(refined_mask_loss(logits, mask, weight))
    assert found == pytest.approx(float(expected["refine_loss"]), rel=1e-4) and not math.isnan(found)
