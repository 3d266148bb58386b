import pickle

import numpy as np
import torch

from drawn.lessons import drawn
from tracking.training.augment import PairMaker
from tracking.training.batches import batches


def test_a_worker_makes_the_batches_the_parent_makes() -> None:
    maker = PairMaker(drawn(), seed=3)
    near, far = (list(batches(maker, 4, 1, 3, workers)) for workers in (0, 1))
    for a, b in zip(near, far, strict=True):
        assert torch.equal(a.search, b.search) and torch.equal(a.mask, b.mask) and torch.equal(a.cls, b.cls)


def test_a_worker_is_sent_where_the_pictures_are_and_not_the_pictures() -> None:
    sent = pickle.dumps(drawn())
    assert len(sent) < 1000
    np.testing.assert_array_equal(pickle.loads(sent).pixels(3), drawn().pixels(3))
