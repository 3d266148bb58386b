"""One forward pass on noise beside the original's, map by map."""

import numpy as np
import pytest
import torch
from torch import Tensor

from conformance.reference import FOLDER, network
from tracking.compile import optimise


@pytest.fixture(scope="module")
def expected() -> dict[str, np.ndarray]:
    with np.load(FOLDER / "noise_maps.npz") as file:
        return dict(file)


def regions() -> tuple[Tensor, Tensor]:
    rng = np.random.default_rng(11)
    drawn = [rng.integers(0, 256, (1, 3, side, side)).astype(np.float32) for side in (127, 255)]
    z, x = (torch.from_numpy(values).flip(1) for values in drawn)  # the fixture's channels are BGR
    return z, x


# Values reach 87 (cls) and 518 (refine). A float64 run lies 3.3e-4 and 1.2e-3 from the fixture, so its own rounding is
# all that these tolerances leave room for: 1e-5 of the largest value.
@pytest.mark.parametrize("fast", [False, True], ids=["as written", "optimised"])
@torch.inference_mode()
def test_every_map_is_the_originals(expected: dict[str, np.ndarray], fast: bool) -> None:
    z, x = regions()
    model = optimise(network(refined=True)) if fast else network(refined=True)
    response = model.search(model.encode_template(z), x)
    np.testing.assert_allclose(response.cls[0], expected["rpn_cls"], atol=9e-4)
    np.testing.assert_allclose(response.loc[0], expected["rpn_loc"], atol=1e-4)
    places = torch.from_numpy(expected["positions_row_col"].astype(np.int64))
    batch = torch.zeros(len(places), dtype=torch.int64)
    logits = model.mask_logits(response, places[:, 0], places[:, 1], batch)
    wanted = expected["refine_logits"].reshape(len(places), 127, 127)
    np.testing.assert_allclose(logits, wanted, atol=5e-3)


@torch.inference_mode()
def test_features_and_the_coarse_head_are_the_originals(expected: dict[str, np.ndarray]) -> None:
    z, x = regions()
    model = network(refined=False)
    np.testing.assert_allclose(model.neck(model.backbone(z))[0], expected["zf"], atol=2e-4)
    found = model.neck(model.backbone(x))[0, ::16]
    np.testing.assert_allclose(found, expected["xf_every_16th_channel"], atol=2e-4)
    response = model.search(model.encode_template(z), x)
    places = torch.from_numpy(expected["positions_row_col"].astype(np.int64))
    batch = torch.zeros(len(places), dtype=torch.int64)
    logits = model.mask_logits(response, places[:, 0], places[:, 1], batch)
    np.testing.assert_allclose(logits.flatten(1), expected["coarse_logits"].reshape(len(places), -1), atol=2e-3)
