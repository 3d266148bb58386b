"""A convolution with its activation in one pass is the two passes, to rounding."""

import pytest
import torch
from torch import nn

from tracking import fused
from tracking.compile import optimise
from tracking.fused import FusedConvolution, fuse
from tracking.mobilenet import InvertedResidual
from tracking.siammask import siammask_small

pytestmark = pytest.mark.skipif(not fused.available(torch.float32), reason="this torch has no fused convolutions")

SHAPES = [
    nn.Conv2d(3, 32, 3, stride=2),
    nn.Conv2d(24, 40, 1),
    nn.Conv2d(40, 40, 3, padding=2, dilation=2, groups=40),
    nn.Conv2d(16, 8, 3, padding=1, bias=False),
]


@pytest.mark.parametrize("conv", SHAPES)
@pytest.mark.parametrize("activation", [nn.Identity(), nn.ReLU(), nn.ReLU6()])
@torch.inference_mode()
def test_every_shape_with_every_activation_is_the_same_to_rounding(conv: nn.Conv2d, activation: nn.Module) -> None:
    torch.manual_seed(1)
    one = FusedConvolution(conv, activation)
    for side in (31, 15, 31):  # sizes take turns, as template and search do
        x = 9 * torch.randn(1, conv.in_channels, side, side).to(memory_format=torch.channels_last)
        expected = activation(conv(x))
        assert float((one(x) - expected).abs().max()) < 1e-5 * float(expected.abs().max())


@torch.inference_mode()
def test_bf16_rounds_to_the_same_numbers() -> None:
    if not fused.available(torch.bfloat16):
        pytest.skip("this processor has no bf16 convolutions in oneDNN")
    torch.manual_seed(2)
    conv = nn.Conv2d(24, 40, 1).bfloat16()
    x = torch.randn(1, 24, 31, 31).bfloat16().to(memory_format=torch.channels_last)
    expected = torch.relu(conv(x))
    assert float((FusedConvolution(conv, nn.ReLU())(x) - expected).abs().max()) <= 0.01 * float(expected.abs().max())


@torch.inference_mode()
def test_a_block_keeps_its_residual_and_its_linear_end() -> None:
    torch.manual_seed(3)
    block = InvertedResidual(16, 16, stride=1, dilation=2, expansion=6)
    x = torch.randn(1, 16, 20, 20).to(memory_format=torch.channels_last)
    expected = block(x)
    fuse(block)
    assert float((block(x) - expected).abs().max()) < 1e-5
    assert float(expected.min()) < 0, "a linear end has negative values, or the test shows nothing"


def test_the_fast_network_has_no_plain_convolution_or_activation_left() -> None:
    fast = optimise(siammask_small(32).eval())
    left = [m for m in fast.modules() if isinstance(m, nn.Conv2d | nn.ReLU | nn.ReLU6 | nn.Identity)]
    assert [type(m).__name__ for m in left if not isinstance(m, nn.Identity)] == []


@torch.inference_mode()
def test_where_torch_has_no_such_call_the_network_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(4)
    network = siammask_small(32).eval()
    z, x = torch.rand(1, 3, 127, 127) * 255, torch.rand(1, 3, 255, 255) * 255
    fast = optimise(network)
    monkeypatch.setattr(fused, "available", lambda _dtype: False)
    plain = optimise(network)
    assert not any(isinstance(module, FusedConvolution) for module in plain.modules())
    ours, theirs = (one.search(one.encode_template(z), x).cls for one in (fast, plain))
    assert float((ours - theirs).abs().max()) < 1e-5 * float(theirs.abs().max())
