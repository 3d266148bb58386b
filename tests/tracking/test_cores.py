"""Objects on cores of their own: the same numbers, whoever else is in the batch."""

import threading

import pytest
import torch
from torch import Tensor

from tracking.compile import optimise
from tracking.cores import SideBySide, usable
from tracking.siammask import Response, Template, siammask_small


def everything(network: SideBySide, z: Tensor, x: Tensor) -> list[Tensor]:
    response = network.search(network.encode_template(z), x)
    place = torch.arange(len(x)) + 5
    logits = network.mask_logits(response, place, place)
    return [response.cls, response.loc, response.correlation, *response.features, logits]


@pytest.fixture(scope="module")
def regions() -> tuple[Tensor, Tensor]:
    torch.manual_seed(7)
    return torch.rand(3, 3, 127, 127) * 255, torch.rand(3, 3, 255, 255) * 255


@torch.inference_mode()
def test_a_batch_is_the_objects_one_by_one_bit_for_bit(regions: tuple[Tensor, Tensor]) -> None:
    z, x = regions
    network = SideBySide(optimise(siammask_small(32).eval()), 2, large=False)
    together = everything(network, z, x)
    for n in range(3):
        place = torch.tensor([n + 5])
        response = network.search(network.encode_template(z[n : n + 1]), x[n : n + 1])
        alone = [response.cls, response.loc, response.correlation, *response.features]
        alone.append(network.mask_logits(response, place, place))
        assert all(torch.equal(whole[n : n + 1], own) for whole, own in zip(together, alone, strict=True))


@torch.inference_mode()
def test_two_masks_of_one_region_are_those_of_the_network_it_works_with(regions: tuple[Tensor, Tensor]) -> None:
    z, x = regions
    layers = siammask_small(32).eval()
    network = SideBySide(layers, 2, large=False)
    response = network.search(network.encode_template(z), x)
    rows, columns, batch = torch.tensor([5, 6, 7, 20]), torch.tensor([5, 6, 7, 3]), torch.tensor([0, 1, 2, 1])
    ours = network.mask_logits(response, rows, columns, batch)
    torch.testing.assert_close(ours, layers.mask_logits(response, rows, columns, batch), atol=1e-4, rtol=1e-4)


class Watched:
    """A network that notes on which threads, and with how many of torch's, it worked."""

    mask_side = 127

    def __init__(self) -> None:
        self.seen: set[tuple[str, int]] = set()
        self.meeting = threading.Barrier(2)

    def search(self, template: Template, x: Tensor) -> Response:
        self.seen.add((threading.current_thread().name, torch.get_num_threads()))
        if len(self.seen) <= 2 and threading.current_thread() is not threading.main_thread():
            self.meeting.wait(timeout=10)  # passes only if two are at work at once
        return Response(x, x, x, (x,))


@torch.inference_mode()
def test_two_objects_are_worked_on_at_once_by_one_thread_of_torch_each() -> None:
    watched, kernels = Watched(), torch.zeros(2, 4, 5, 5)
    before = torch.get_num_threads()
    SideBySide(watched, 2, large=False).search(Template(kernels, kernels, kernels), torch.zeros(2, 3, 8, 8))  # type: ignore[arg-type]
    assert len(watched.seen) == 2 and {threads for _, threads in watched.seen} == {1}
    assert torch.get_num_threads() == before


@torch.inference_mode()
def test_one_object_of_a_large_network_has_all_of_torchs_threads() -> None:
    watched, kernels = Watched(), torch.zeros(1, 4, 5, 5)
    SideBySide(watched, 2, large=True).search(Template(kernels, kernels, kernels), torch.zeros(1, 3, 8, 8))  # type: ignore[arg-type]
    assert watched.seen == {(threading.current_thread().name, torch.get_num_threads())}


def test_no_more_cores_are_used_than_torch_may_have_threads() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        assert usable() == 1
    finally:
        torch.set_num_threads(before)
