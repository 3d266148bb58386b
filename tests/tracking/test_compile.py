"""A network made fast is the network it was made from, to rounding. The traces say it again, over whole clips."""

import pytest
import torch
from torch import Tensor, nn

from tracking.compile import optimise
from tracking.siammask import SiamMask, siammask_base, siammask_sharp, siammask_small


def random_statistics(network: SiamMask) -> SiamMask:
    torch.manual_seed(5)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            assert module.running_mean is not None and module.running_var is not None
            module.running_mean.uniform_(-0.1, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    return network.eval().requires_grad_(False)


def all_maps(network: nn.Module, z: Tensor, x: Tensor) -> list[Tensor]:
    response = network.search(network.encode_template(z), x)  # type: ignore[operator]
    place = torch.tensor([3, 24])
    logits: Tensor = network.mask_logits(response, place, place)  # type: ignore[operator]
    return [response.cls, response.loc, response.correlation, logits]


@pytest.mark.parametrize("make", [siammask_sharp, siammask_base, siammask_small])
@torch.inference_mode()
def test_every_map_is_the_same_to_rounding(make: type[SiamMask]) -> None:
    network = random_statistics(make())
    torch.manual_seed(6)
    z, x = torch.rand(2, 3, 127, 127) * 255, torch.rand(2, 3, 255, 255) * 255
    state = {key: value.clone() for key, value in network.state_dict().items()}
    expected = all_maps(network, z, x)
    for winograd in (False, True):
        for one, other in zip(all_maps(optimise(network, winograd=winograd), z, x), expected, strict=True):
            assert float((one - other).abs().max()) < 1e-5 * float(other.abs().max())
    for key, value in network.state_dict().items():
        assert torch.equal(value, state[key]), f"{key} of the network itself was changed"


def test_nothing_of_the_training_network_is_left_to_do_each_frame() -> None:
    fast = optimise(siammask_small(32).eval())
    assert not any(isinstance(module, nn.BatchNorm2d) for module in fast.modules())
    assert not any(parameter.requires_grad for parameter in fast.parameters())
