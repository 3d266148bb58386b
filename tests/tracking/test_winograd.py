import numpy as np
import pytest
import torch
from torch import nn

from tracking.winograd import POINTS, Winograd, pays, transforms


@pytest.mark.parametrize(("padding", "dilation"), [(0, 1), (1, 1), (2, 2), (0, 2)])
@pytest.mark.parametrize("side", [7, 15, 31, 32])
def test_it_is_the_convolution_it_was_made_from(side: int, padding: int, dilation: int) -> None:
    torch.manual_seed(side)
    conv = nn.Conv2d(24, 20, 3, padding=padding, dilation=dilation).requires_grad_(False)
    x = torch.randn(3, 24, side, side).contiguous(memory_format=torch.channels_last)
    exact = conv.double()(x.double())
    found = Winograd(conv.float())(x)
    assert found.shape == exact.shape
    assert float((found - exact).abs().max()) < 2e-5 * float(exact.abs().max())


def test_the_matrices_correlate_any_six_numbers_with_any_three() -> None:
    out, kernel, back = transforms(POINTS)
    rng = np.random.default_rng(0)
    numbers, taps = rng.standard_normal(6), rng.standard_normal(3)
    found = out @ ((kernel @ taps) * (back @ numbers))
    np.testing.assert_allclose(found, np.correlate(numbers, taps, "valid"), atol=1e-12)


def test_it_is_used_only_where_it_exists_and_pays() -> None:
    assert pays(nn.Conv2d(128, 256, 3, padding=1))
    assert not pays(nn.Conv2d(128, 128, 1))
    assert not pays(nn.Conv2d(128, 128, 3, stride=2))
    assert not pays(nn.Conv2d(128, 128, 3, groups=128))
    assert not pays(nn.Conv2d(64, 256, 3))
