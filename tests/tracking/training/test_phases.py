import torch

from tracking.mobilenet import MobileNetV2Trunk
from tracking.training.phases import trunk_maps


def test_undilated_phases_are_the_dilated_trunk_forward_and_backward() -> None:
    torch.manual_seed(3)
    trunk = MobileNetV2Trunk()
    for side in (127, 255):
        x = torch.rand(2, 3, side, side) * 255
        for one, other in zip(trunk_maps(trunk, x), trunk(x), strict=True):
            torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4 * float(other.detach().abs().max()))
    weight = trunk.features[9].body[1].conv.weight  # type: ignore[union-attr, index]
    gradients = []
    for run in (trunk_maps, lambda network, values: network(values)):
        (gradient,) = torch.autograd.grad(run(trunk, x)[-1].square().sum(), weight)
        gradients.append(gradient)
    torch.testing.assert_close(gradients[0], gradients[1], rtol=1e-3, atol=1e-4 * float(gradients[1].abs().max()))
