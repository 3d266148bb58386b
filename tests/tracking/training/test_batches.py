import cv2
import numpy as np
import torch

from drawn.lessons import drawn
from tracking.training.augment import PairMaker
from tracking.training.batches import batches


def test_a_worker_makes_the_batches_the_parent_makes_though_the_parent_has_threads_of_its_own() -> None:
    cv2.GaussianBlur(np.zeros((2000, 2000, 3), np.float32), (0, 0), 5)  # starts cv2's threads, which no fork inherits
    maker = PairMaker(drawn(), seed=3)
    near, far = (list(batches(maker, 2, 1, 3, workers)) for workers in (0, 1))
    for a, b in zip(near, far, strict=True):
        assert torch.equal(a.search, b.search) and torch.equal(a.mask, b.mask) and torch.equal(a.cls, b.cls)
