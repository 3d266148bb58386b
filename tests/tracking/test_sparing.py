"""Going on with less memory: the real tracker, whose network is told that there is none left."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import torch

from tracking.box import Box
from tracking.errors import OutOfMemory
from tracking.sparing import Sparing, is_out_of_memory
from tracking.tracker import Network, Tracker

from .test_tracker import BOXES, frames, tracker


class Small:
    """A device whose memory holds `most` objects at once, once it is full: the network of a tracker, counted."""

    def __init__(self, network: Network, most: int) -> None:
        self.network, self.most, self.full = network, most, False

    def __getattr__(self, name: str) -> object:
        found = getattr(self.network, name)
        if name != "search":
            return found

        def search(template: object, x: torch.Tensor) -> object:
            if self.full and len(x) > self.most:
                raise torch.OutOfMemoryError(f"CUDA out of memory. Tried to allocate {len(x)} objects")
            return found(template, x)

        return search


def small(most: int) -> Tracker:
    made = tracker()
    made.network = Small(made.network, most)  # type: ignore[assignment]
    return made


def follow(one: Tracker | Sparing, boxes: Sequence[Box], full: Small | None = None) -> list[np.ndarray]:
    tracks = one.start(frames()[0], boxes)
    if full is not None:
        full.full = True
    found = []
    for frame in frames()[1:]:
        tracks, steps = one.step(frame, tracks)
        found += [step.mask.values for step in steps]
    return found


def test_a_batch_that_is_too_large_is_halved_until_it_fits_and_said_once() -> None:
    said: list[str] = []
    device = small(2)
    sparing = Sparing(device, tracker, said.append)

    found = follow(sparing, BOXES, device.network)  # type: ignore[arg-type]

    assert sparing.most == 2 and sparing.tracker is device
    assert said == [
        "8 objects at once were too much for the memory of this machine: they were followed 4 at a time.",
        "4 objects at once were too much for the memory of this machine: they were followed 2 at a time.",
    ]
    for mask, undisturbed in zip(found, follow(tracker(), BOXES), strict=True):
        np.testing.assert_allclose(mask, undisturbed, atol=1e-4)


def test_one_object_that_is_too_much_for_a_machine_is_a_sentence() -> None:
    device = small(0)
    sparing = Sparing(device, tracker, lambda _: None)

    with pytest.raises(OutOfMemory, match="one object needs more memory"):
        follow(sparing, BOXES[:1], device.network)  # type: ignore[arg-type]


def test_a_search_begun_before_its_turn_for_too_many_is_done_again_for_fewer() -> None:
    said: list[str] = []
    device = small(2)
    device.spare_core = True
    sparing = Sparing(device, tracker, said.append)
    pictures = [frames()[n] for n in range(1, 4)]
    tracks = alone = tracker().start(frames()[0], BOXES[:4])
    for n, picture in enumerate(pictures):
        tracks, steps = sparing.step(picture, tracks, pictures[n + 1] if n < 2 else None)
        alone, same = tracker().step(picture, alone)
        assert [step.score for step in steps] == [step.score for step in same]
        device.network.full = True  # type: ignore[attr-defined]
    assert sparing.most == 2 and len(said) == 1


def test_a_graphics_card_without_room_for_one_object_gives_way_to_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    card = tracker()
    sparing = Sparing(card, tracker, said.append)
    tracks = sparing.start(frames()[0], BOXES[:2])

    def none_left(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(card, "search", none_left)
    monkeypatch.setattr(card, "device", torch.device("cuda"))
    _, steps = sparing.step(frames()[1], tracks)

    assert sparing.tracker is not card and sparing.tracker.device.type == "cpu"
    assert said[-1] == "The memory of this graphics card was too small for one object: the CPU followed instead."
    _, undisturbed = tracker().step(frames()[1], tracks)
    assert [step.score for step in steps] == [step.score for step in undisturbed]


def test_only_want_of_memory_is_taken_for_it() -> None:
    sentence = (
        "[enforce fail at alloc_cpu.cpp:127] . DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes."
    )
    assert is_out_of_memory(RuntimeError(sentence))
    assert is_out_of_memory(torch.OutOfMemoryError("CUDA out of memory."))
    assert not is_out_of_memory(RuntimeError("The size of tensor a (3) must match the size of tensor b (4)"))

    with pytest.raises(RuntimeError, match="DefaultCPUAllocator"):
        try:
            torch.empty(1 << 60, dtype=torch.uint8)
        except RuntimeError as fault:
            assert is_out_of_memory(fault)
            raise
