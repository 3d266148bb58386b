"""Which places of a response map are looked at."""

import numpy as np
import torch

from tracking.profile import DEFAULT
from tracking.proposal import Proposals

SIZE = torch.tensor([[64.0, 64.0]], dtype=torch.float64)  # crop px
_SQUARE = 2  # the anchor of ratio 1


def response(*peaks: tuple[int, int, float]) -> tuple[torch.Tensor, torch.Tensor]:
    """Maps with these scores (row, column, score) on the square anchor, nothing elsewhere."""
    logits = np.full((25, 25), -12.0)
    for row, column, score in peaks:
        logits[row, column] = np.log(score / (1 - score))
    cls = torch.zeros(1, 10, 25, 25)
    cls[0, 5:] = -12
    cls[0, 5 + _SQUARE] = torch.from_numpy(logits)
    return cls, torch.zeros(1, 20, 25, 25)


def places(others_from: float | None, *peaks: tuple[int, int, float]) -> list[tuple[int, int]]:
    chosen = Proposals(torch.device("cpu")).choose(*response(*peaks), SIZE, DEFAULT, others_from=others_from)
    assert chosen.region.tolist() == [0] * len(chosen.index)
    return list(zip(chosen.row.tolist(), chosen.column.tolist(), strict=True))


def test_a_second_strong_place_apart_from_the_chosen_one_is_named_too() -> None:
    assert places(0.8, (12, 12, 0.99), (12, 20, 0.95)) == [(12, 12), (12, 20)]


def test_a_place_on_the_same_object_or_a_weak_one_is_not() -> None:
    assert places(0.8, (12, 12, 0.99), (13, 14, 0.98)) == [(12, 12)]
    assert places(0.8, (12, 12, 0.99), (12, 20, 0.6)) == [(12, 12)]
    assert places(None, (12, 12, 0.99), (12, 20, 0.95)) == [(12, 12)]
